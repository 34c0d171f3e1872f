/** Kinds that are served in two groups or versions and stored in one. Twin layer, pure. */

import { apiVersionOf, type Resource } from '../resources/resource.ts'
import { at, isJsonObject, type JsonObject, listAt, setOwn, textAt } from '../schema/own.ts'

const metricsAnnotation = 'autoscaling.alpha.kubernetes.io/metrics'

/** An object as `resource` shows it. */
export function fromStored(resource: Resource, stored: JsonObject): JsonObject {
  const shown = { ...stored, kind: resource.kind, apiVersion: apiVersionOf(resource) }
  if (resource.group === 'events.k8s.io') return eventOfEvents(shown)
  if (resource.kind === 'HorizontalPodAutoscaler' && resource.version === 'v1') return hpaV1(shown)
  return shown
}

/** An object of `resource` as the store keeps it. */
export function toStored(resource: Resource, shown: JsonObject): JsonObject {
  if (resource.group === 'events.k8s.io') return eventOfCore(shown)
  if (resource.kind === 'HorizontalPodAutoscaler' && resource.version === 'v1') return hpaV2(shown)
  return shown
}

/** Pairs of names: core/v1 to events.k8s.io/v1. */
const eventNames: readonly (readonly [string, string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
]

function eventOfEvents(event: JsonObject): JsonObject {
  return renamed(event, new Map(eventNames))
}

function eventOfCore(event: JsonObject): JsonObject {
  const names = new Map(eventNames.map(([core, events]) => [events, core]))
  return { ...renamed(event, names), apiVersion: 'v1' }
}

function renamed(object: JsonObject, names: ReadonlyMap<string, string>): JsonObject {
  const result: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(object)) setOwn(result, names.get(name) ?? name, value)
  return result
}

function isCpuUtilization(metric: unknown): boolean {
  return (
    textAt(metric, 'type') === 'Resource' &&
    textAt(metric, 'resource', 'name') === 'cpu' &&
    textAt(metric, 'resource', 'target', 'type') === 'Utilization'
  )
}

function hpaV1(hpa: JsonObject): JsonObject {
  const metrics = listAt(hpa, 'spec', 'metrics')
  const cpu = metrics.find(isCpuUtilization)
  const others = metrics.filter((one) => one !== cpu).map(metricOfV1)
  const annotations = others.length === 0 ? {} : { [metricsAnnotation]: JSON.stringify(others) }
  const metadata = at(hpa, 'metadata') as JsonObject
  const known = at(metadata, 'annotations')
  const all = { ...(isJsonObject(known) ? known : {}), ...annotations }
  const utilization = at(cpu, 'resource', 'target', 'averageUtilization')
  const spec = at(hpa, 'spec') as JsonObject
  return {
    ...hpa,
    metadata: Object.keys(all).length === 0 ? metadata : { ...metadata, annotations: all },
    spec: {
      scaleTargetRef: spec.scaleTargetRef,
      minReplicas: spec.minReplicas,
      maxReplicas: spec.maxReplicas,
      ...(utilization === undefined ? {} : { targetCPUUtilizationPercentage: utilization }),
    },
    status: statusOfV1(at(hpa, 'status')),
  }
}

function statusOfV1(status: unknown): JsonObject {
  const cpu = listAt(status, 'currentMetrics').find(
    (one) => textAt(one, 'type') === 'Resource' && textAt(one, 'resource', 'name') === 'cpu',
  )
  const utilization = at(cpu, 'resource', 'current', 'averageUtilization')
  return {
    observedGeneration: at(status, 'observedGeneration'),
    lastScaleTime: at(status, 'lastScaleTime'),
    currentReplicas: at(status, 'currentReplicas') ?? 0,
    desiredReplicas: at(status, 'desiredReplicas') ?? 0,
    ...(utilization === undefined ? {} : { currentCPUUtilizationPercentage: utilization }),
  }
}

function statusOfV2(status: unknown): JsonObject {
  const { currentCPUUtilizationPercentage: now, ...others } = (status ?? {}) as JsonObject
  if (now === undefined) return others
  const resource = { name: 'cpu', current: { averageUtilization: now } }
  return { ...others, currentMetrics: [{ type: 'Resource', resource }] }
}

/** v1 keeps other metrics in an annotation, in the words of v2beta1. */
function metricOfV1(metric: unknown): JsonObject {
  const type = textAt(metric, 'type')
  if (type !== 'Resource') return metric as JsonObject
  const target = at(metric, 'resource', 'target')
  const names = {
    averageValue: 'targetAverageValue',
    averageUtilization: 'targetAverageUtilization',
  }
  const resource: Record<string, unknown> = { name: textAt(metric, 'resource', 'name') }
  for (const [now, then] of Object.entries(names)) {
    if (at(target, now) !== undefined) resource[then] = at(target, now)
  }
  return { type, resource }
}

function hpaV2(hpa: JsonObject): JsonObject {
  const spec = at(hpa, 'spec') as JsonObject
  const { targetCPUUtilizationPercentage: utilization, ...others } = spec
  const target = { type: 'Utilization', averageUtilization: utilization }
  const metric = { type: 'Resource', resource: { name: 'cpu', target } }
  return {
    ...hpa,
    apiVersion: 'autoscaling/v2',
    spec: { ...others, ...(utilization === undefined ? {} : { metrics: [metric] }) },
    status: statusOfV2(at(hpa, 'status')),
  }
}
