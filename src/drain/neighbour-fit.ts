/** Whether the pods around allow a pod on a node: ports, anti-affinity, affinity, spread. Drain layer, pure. */

import type { PodAffinityTerm, TopologySpreadConstraint } from '../world/kube-objects.ts'
import type { NodeShape } from './node-fit.ts'
import { satisfiesTerm } from './node-fit.ts'
import { includesAll, selects } from './selector.ts'
import type { DrainPod, DrainView } from './view.ts'

/** Where pods are or will be: the observed world plus what a plan promised. */
export interface Occupancy {
  readonly view: DrainView
  /** Node shape by name, of all nodes incl. planned ones. */
  readonly shapes: ReadonlyMap<string, NodeShape>
  /** Pods promised to a node by the plan, by node name. */
  readonly promised: ReadonlyMap<string, readonly DrainPod[]>
  /** Pods with required anti-affinity terms anywhere: they may refuse newcomers. */
  readonly antiAffinePods: readonly { readonly pod: DrainPod; readonly nodeName: string }[]
}

/** Why neighbours forbid it; undefined when they do not. */
export function neighbourMisfit(
  pod: DrainPod,
  node: NodeShape,
  occupancy: Occupancy,
): string | undefined {
  if (pod.needs.hostPorts.length > 0 && hasPortConflict(pod, node, occupancy)) return 'host ports'
  if (occupancy.antiAffinePods.length > 0 && refusedByOthers(pod, node, occupancy)) {
    return 'anti-affinity of existing pods'
  }
  const { affinity, topologySpread } = pod.needs
  if (affinity === undefined && topologySpread.length === 0) return undefined
  const anti = affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  if (anti.some((term) => countInDomain(pod, term, node, occupancy) > 0)) return 'anti-affinity'
  const wanted = affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  if (wanted.some((term) => !isAffinityMet(pod, term, node, occupancy))) return 'pod affinity'
  const hard = topologySpread.filter((one) => one.whenUnsatisfiable === 'DoNotSchedule')
  if (hard.some((constraint) => isSkewed(pod, constraint, node, occupancy)))
    return 'topology spread'
  return undefined
}

/** Pods on a node now (without those being deleted) and promised to it. */
function* podsOn(nodeName: string, occupancy: Occupancy): Iterable<DrainPod> {
  for (const pod of occupancy.view.podsByNode.get(nodeName)?.values() ?? []) {
    if (pod.deletionAtMs === undefined) yield pod
  }
  yield* occupancy.promised.get(nodeName) ?? []
}

function hasPortConflict(pod: DrainPod, node: NodeShape, occupancy: Occupancy): boolean {
  for (const other of podsOn(node.name, occupancy)) {
    if (other.needs.hostPorts.some((port) => pod.needs.hostPorts.includes(port))) return true
  }
  return false
}

function refusedByOthers(pod: DrainPod, node: NodeShape, occupancy: Occupancy): boolean {
  return occupancy.antiAffinePods.some(({ pod: other, nodeName }) => {
    if (other.uid === pod.uid) return false
    const shape = occupancy.shapes.get(nodeName)
    const terms =
      other.needs.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
    return terms.some(
      (term) =>
        isSameDomain(term.topologyKey, node, shape) && isSelectedBy(term, pod, other.namespace),
    )
  })
}

function countInDomain(
  pod: DrainPod,
  term: PodAffinityTerm,
  node: NodeShape,
  occupancy: Occupancy,
): number {
  let count = 0
  for (const [name, shape] of occupancy.shapes) {
    if (!isSameDomain(term.topologyKey, node, shape)) continue
    for (const other of podsOn(name, occupancy)) {
      if (other.uid !== pod.uid && isSelectedBy(term, other, pod.namespace)) count += 1
    }
  }
  return count
}

function isAffinityMet(
  pod: DrainPod,
  term: PodAffinityTerm,
  node: NodeShape,
  occupancy: Occupancy,
): boolean {
  if (countInDomain(pod, term, node, occupancy) > 0) return true
  // The first pod of a group that selects itself may start anywhere.
  if (!isSelectedBy(term, pod, pod.namespace)) return false
  for (const other of occupancy.view.pods.values()) {
    if (other.uid !== pod.uid && isSelectedBy(term, other, pod.namespace)) return false
  }
  return true
}

function isSkewed(
  pod: DrainPod,
  constraint: TopologySpreadConstraint,
  node: NodeShape,
  occupancy: Occupancy,
): boolean {
  const domain = node.labels[constraint.topologyKey]
  if (domain === undefined) return true
  const counts = new Map<string, number>()
  for (const [name, shape] of occupancy.shapes) {
    const value = shape.labels[constraint.topologyKey]
    if (value === undefined || !isEligible(pod, shape)) continue
    let count = counts.get(value) ?? 0
    for (const other of podsOn(name, occupancy)) {
      if (other.uid === pod.uid || other.namespace !== pod.namespace) continue
      if (selects(constraint.labelSelector, other.labels)) count += 1
    }
    counts.set(value, count)
  }
  const isMinimumZero = counts.size < (constraint.minDomains ?? 1)
  const minimum = isMinimumZero ? 0 : Math.min(...counts.values())
  const self = selects(constraint.labelSelector, pod.labels) ? 1 : 0
  return (counts.get(domain) ?? 0) + self - minimum > constraint.maxSkew
}

/** nodeAffinityPolicy Honor: only nodes that the pod's selector and affinity admit count. */
function isEligible(pod: DrainPod, shape: NodeShape): boolean {
  if (!includesAll(shape.labels, pod.needs.nodeSelector)) return false
  const required = pod.needs.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return (
    required === undefined || required.nodeSelectorTerms.some((term) => satisfiesTerm(term, shape))
  )
}

function isSameDomain(key: string, node: NodeShape, other: NodeShape | undefined): boolean {
  const domain = node.labels[key]
  return domain !== undefined && other?.labels[key] === domain
}

function isSelectedBy(term: PodAffinityTerm, pod: DrainPod, homeNamespace: string): boolean {
  const isEverywhere = term.namespaceSelector !== undefined
  const namespaces = term.namespaces ?? []
  const isNamespaceMeant =
    isEverywhere ||
    (namespaces.length === 0 ? pod.namespace === homeNamespace : namespaces.includes(pod.namespace))
  return isNamespaceMeant && selects(term.labelSelector, pod.labels)
}
