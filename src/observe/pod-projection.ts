/** Pods as the drain sees them; the needs of one template are shared. Observe layer, pure. */

import type { DrainPod, PodNeeds, PodOwnerKind, Room } from '../drain/view.ts'
import { parseBytes, parseCpuMilli } from '../nodes/quantity.ts'
import type { Container, ObjectMeta, Pod, PodSpec, ResourceList } from '../world/kube-objects.ts'

const needsBySpec = new Map<string, PodNeeds>()
/** Templates of one run; beyond it the cache starts anew. */
const needsCachedMax = 20_000

/** One pod, projected: nothing of the object itself is kept. */
export function projectPod(pod: Pod): DrainPod {
  const { metadata, spec, status } = pod
  const owner = metadata.ownerReferences?.find((reference) => reference.controller === true)
  const scheduled = status?.conditions?.find((one) => one.type === 'PodScheduled')
  const { deletionTimestamp } = metadata
  return {
    key: keyOf(metadata),
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    nodeName: spec.nodeName,
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    phase: status?.phase ?? 'Pending',
    isReady:
      status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false,
    unschedulableMessage:
      scheduled?.status === 'False' && scheduled.reason === 'Unschedulable'
        ? (scheduled.message ?? '')
        : undefined,
    createdAtMs: Date.parse(metadata.creationTimestamp ?? ''),
    deletionAtMs: deletionTimestamp === undefined ? undefined : Date.parse(deletionTimestamp),
    ownerKind: owner === undefined ? 'none' : ownerKindOf(owner.kind),
    ownerUid: owner?.uid,
    ownerName: owner?.name,
    isMirror: metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined,
    finalizers: metadata.finalizers ?? [],
    needs: needsOf(spec),
  }
}

/** `namespace/name`. */
export function keyOf(metadata: ObjectMeta): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`
}

function ownerKindOf(kind: string): PodOwnerKind {
  switch (kind) {
    case 'DaemonSet':
      return 'daemon-set'
    case 'StatefulSet':
      return 'stateful-set'
    case 'ReplicaSet':
      return 'replica-set'
    case 'Job':
      return 'job'
    default:
      return 'other'
  }
}

/** By the list of containers: copies of a template that differ in the node's name share it. */
const needsByIdentity = new WeakMap<PodSpec['containers'], { spec: PodSpec; needs: PodNeeds }[]>()
/** Before and after admission, say. */
const variantsMax = 4

function needsOf(spec: PodSpec): PodNeeds {
  const variants = needsByIdentity.get(spec.containers)
  const known = variants?.find((one) => isSameButNode(one.spec, spec))
  if (known !== undefined) return known.needs
  const needs = needsOfEqualSpec(spec)
  if (variants === undefined) needsByIdentity.set(spec.containers, [{ spec, needs }])
  else if (variants.length < variantsMax) variants.push({ spec, needs })
  return needs
}

/** Part by part the same object, whatever the node. */
function isSameButNode(one: PodSpec, other: PodSpec): boolean {
  return containsAll(one, other) && containsAll(other, one)
}

function containsAll(one: PodSpec, other: PodSpec): boolean {
  let name: keyof PodSpec
  for (name in other) if (name !== 'nodeName' && one[name] !== other[name]) return false
  return true
}

function needsOfEqualSpec(spec: PodSpec): PodNeeds {
  const { nodeName: _, ...rest } = spec
  const key = JSON.stringify(rest)
  const known = needsBySpec.get(key)
  if (known !== undefined) return known
  if (needsBySpec.size >= needsCachedMax) needsBySpec.clear()
  const needs = computeNeeds(spec)
  needsBySpec.set(key, needs)
  return needs
}

function computeNeeds(spec: PodSpec): PodNeeds {
  const volumes = spec.volumes ?? []
  return {
    requests: requestsOf(spec),
    nodeSelector: spec.nodeSelector ?? {},
    affinity: spec.affinity,
    tolerations: spec.tolerations ?? [],
    topologySpread: spec.topologySpreadConstraints ?? [],
    hostPorts: spec.containers.flatMap(hostPortsOf),
    claimNames: volumes.flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []),
    hasEmptyDir: volumes.some((volume) => volume.emptyDir !== undefined),
    hasHostPath: volumes.some((volume) => volume.hostPath !== undefined),
    gracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 30,
    priority: spec.priority ?? 0,
    runsToCompletion: spec.restartPolicy === 'Never' || spec.restartPolicy === 'OnFailure',
  }
}

function hostPortsOf(container: Container): string[] {
  return (container.ports ?? []).flatMap((port) =>
    port.hostPort === undefined ? [] : [`${port.protocol ?? 'TCP'}/${port.hostPort}`],
  )
}

/** Effective request: sum of containers and sidecars, or the largest init container; limits stand in. */
function requestsOf(spec: PodSpec): Room {
  const sum = new Map<string, number>()
  const addTo = (list: ResourceList): void => {
    for (const [name, text] of Object.entries(list)) {
      sum.set(name, (sum.get(name) ?? 0) + amountOf(name, text))
    }
  }
  for (const container of spec.containers) addTo(effectiveRequests(container))
  const inits = spec.initContainers ?? []
  for (const init of inits) if (init.restartPolicy === 'Always') addTo(effectiveRequests(init))
  for (const init of inits) {
    if (init.restartPolicy === 'Always') continue
    for (const [name, text] of Object.entries(effectiveRequests(init))) {
      sum.set(name, Math.max(sum.get(name) ?? 0, amountOf(name, text)))
    }
  }
  addTo(spec.overhead ?? {})
  return roomOf(sum)
}

function effectiveRequests(container: Container): ResourceList {
  return { ...container.resources?.limits, ...container.resources?.requests }
}

function amountOf(name: string, text: string): number {
  return name === 'cpu' ? parseCpuMilli(text) : parseBytes(text)
}

function roomOf(sum: ReadonlyMap<string, number>): Room {
  const extended: Record<string, number> = {}
  for (const [name, amount] of sum) {
    if (name !== 'cpu' && name !== 'memory') extended[name] = amount
  }
  return {
    cpuMilli: sum.get('cpu') ?? 0,
    memoryBytes: sum.get('memory') ?? 0,
    podCount: 1,
    extended,
  }
}

/** Allocatable of a node as room. */
export function roomOfResources(list: ResourceList): Room {
  const { cpu, memory, pods, ...others } = list
  const extended: Record<string, number> = {}
  for (const [name, text] of Object.entries(others)) extended[name] = parseBytes(text)
  return {
    cpuMilli: parseCpuMilli(cpu ?? '0'),
    memoryBytes: parseBytes(memory ?? '0'),
    podCount: Number.parseInt(pods ?? '0', 10),
    extended,
  }
}
