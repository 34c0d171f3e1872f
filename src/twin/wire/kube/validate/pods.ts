/** Rules of pods and pod templates. Twin layer, pure. */

import { isSameJson } from '../../../kube/unchanged.ts'
import { at, isJsonObject, type JsonObject, listAt, textAt } from '../schema/own.ts'
import { quantityNanos } from '../schema/scalar.ts'
import {
  duplicate,
  type Faults,
  forbiddenField,
  invalidValue,
  required,
  unsupported,
} from './faults.ts'
import { labelFaults } from './metadata.ts'
import { dnsLabelFault } from './names.ts'

/** Faults of a pod spec at a field such as `spec` or `spec.template.spec`. */
export function podSpecFaults(spec: unknown, field: string): Faults {
  const volumes = listAt(spec, 'volumes')
  const faults: Faults = volumes.flatMap((one, index) =>
    volumeFaults(one, `${field}.volumes[${index}]`),
  )
  const names = new Set(volumes.map((one) => textAt(one, 'name')))
  const containers = listAt(spec, 'containers')
  if (containers.length === 0) faults.push(required(`${field}.containers`))
  for (const list of ['containers', 'initContainers']) {
    faults.push(...containerListFaults(listAt(spec, list), `${field}.${list}`, names))
  }
  const policy = at(spec, 'restartPolicy')
  const policies = ['Always', 'OnFailure', 'Never']
  if (policy !== undefined && !policies.includes(String(policy))) {
    faults.push(unsupported(`${field}.restartPolicy`, policy, policies))
  }
  faults.push(...labelFaults(at(spec, 'nodeSelector'), `${field}.nodeSelector`))
  return faults
}

function volumeFaults(volume: unknown, field: string): Faults {
  if (!isJsonObject(volume)) return []
  const sources = Object.keys(volume).filter((name) => name !== 'name')
  return sources
    .slice(0, -1)
    .map((_, index) => sources[index + 1] ?? '')
    .map((name) => forbiddenField(`${field}.${firstOf(sources, name)}`, oneVolumeType))
}

const oneVolumeType = 'may not specify more than 1 volume type'
const volumeOrder = [
  'emptyDir',
  'hostPath',
  'secret',
  'persistentVolumeClaim',
  'downwardAPI',
  'configMap',
  'projected',
  'csi',
  'ephemeral',
]

/** The server names the later one in its own order of sources. */
function firstOf(sources: readonly string[], fallback: string): string {
  const known = sources.filter((one) => volumeOrder.includes(one))
  return (
    known.sort((one, other) => volumeOrder.indexOf(one) - volumeOrder.indexOf(other)).at(-1) ??
    fallback
  )
}

function containerListFaults(
  containers: readonly unknown[],
  field: string,
  volumes: ReadonlySet<string>,
): Faults {
  const seen = new Set<string>()
  return containers.flatMap((container, index) => {
    const place = `${field}[${index}]`
    const name = textAt(container, 'name')
    const faults: Faults = []
    if (name === '') faults.push(required(`${place}.name`))
    else {
      const why = dnsLabelFault(name)
      if (why !== undefined) faults.push(invalidValue(`${place}.name`, name, why))
    }
    if (textAt(container, 'image') === '') faults.push(required(`${place}.image`))
    for (const [at_, port] of listAt(container, 'ports').entries()) {
      if (!at(port, 'containerPort')) faults.push(required(`${place}.ports[${at_}].containerPort`))
    }
    faults.push(...resourceFaults(at(container, 'resources'), `${place}.resources`))
    for (const [at_, mount] of listAt(container, 'volumeMounts').entries()) {
      const volume = textAt(mount, 'name')
      if (volumes.has(volume)) continue
      const message = `Not found: "${volume}"`
      faults.push({
        field: `${place}.volumeMounts[${at_}].name`,
        reason: 'FieldValueNotFound',
        message,
      })
    }
    if (seen.has(name) && name !== '') faults.push(duplicate(`${place}.name`, name))
    seen.add(name)
    return faults
  })
}

function resourceFaults(resources: unknown, field: string): Faults {
  const limits = at(resources, 'limits')
  const requests = at(resources, 'requests')
  if (!isJsonObject(limits) || !isJsonObject(requests)) return []
  return Object.entries(requests).flatMap(([name, request]) => {
    const limit = limits[name]
    if (typeof limit !== 'string' || typeof request !== 'string') return []
    if (quantityNanos(request) <= quantityNanos(limit)) return []
    const why = `must be less than or equal to ${name} limit of ${limit}`
    return [invalidValue(`${field}.requests`, request, why)]
  })
}

const podUpdateText =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

/** Faults of a changed pod. The server adds a diff of its internal form, which is left out here. */
export function podChangeFaults(before: unknown, after: unknown): Faults {
  const was = frozenPart(at(before, 'spec'))
  const is = frozenPart(at(after, 'spec'))
  if (isSameJson(was, is)) return []
  return [forbiddenField('spec', podUpdateText)]
}

function frozenPart(spec: unknown): JsonObject {
  if (!isJsonObject(spec)) return {}
  const bare = (list: unknown): unknown =>
    Array.isArray(list)
      ? list.map((one) => ({ ...(isJsonObject(one) ? one : {}), image: '' }))
      : list
  const { activeDeadlineSeconds: _, tolerations: __, ...rest } = spec
  const grace = rest.terminationGracePeriodSeconds
  return {
    ...rest,
    containers: bare(rest.containers),
    ...(rest.initContainers === undefined ? {} : { initContainers: bare(rest.initContainers) }),
    ...(grace === 1 ? {} : { terminationGracePeriodSeconds: grace }),
  }
}
