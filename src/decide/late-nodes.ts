/** New nodes that do not come: who is late, and what it means for its group. Decide layer, pure. */

import type { DrainNode } from '../drain/view.ts'
import { isLeaving, type NewGroup } from './groups.ts'
import type { Observed, ObservedGroup } from './observed.ts'

/**
 * An instance that is given this long from its launch to its Ready node: EKS's own 15 minutes for a creation
 * (managed-node-groups 4) and a margin.
 */
export const joinDeadlineMs = 20 * 60_000

/** An instance of a new group whose node has not been Ready for {@link joinDeadlineMs}. */
export interface LateInstance {
  readonly instanceId: string
  /** Since when it could have been Ready: its launch, or the end of its readiness; epoch milliseconds. */
  readonly sinceMs: number
  /** It has registered, and is not Ready. */
  readonly hasNode: boolean
  /** It is gone by now, e.g. because the autoscaler took it away. */
  readonly isGone: boolean
}

/** What the caller remembers between ticks: late instances by Auto Scaling group. */
export type LateInstances = ReadonlyMap<string, readonly LateInstance[]>

/** Nothing is late. */
export const noneLate: LateInstances = new Map()

/** Late instances of the group that are still there. */
export function lateCountOf(group: ObservedGroup, late: LateInstances): number {
  return (late.get(group.name) ?? []).filter((one) => !one.isGone).length
}

/** As many instances have failed to become nodes as are Ready: a further launch would be one more of them. */
export function isFailingToJoin(
  group: ObservedGroup,
  observed: Observed,
  late: LateInstances,
): boolean {
  const lateCount = late.get(group.name)?.length ?? 0
  return lateCount > 0 && lateCount >= readyCountOf(group, observed)
}

/** Instances of the group that stay and have a Ready node. */
export function readyCountOf(group: ObservedGroup, observed: Observed): number {
  return nodesThat(group, observed, (node) => node?.isReady === true)
}

/** Nodes of the groups that are Ready and take no pods yet: they have a moment to go, unless they are late. */
export function startingCountOf(
  groups: readonly NewGroup[],
  observed: Observed,
  late: LateInstances,
): number {
  const isStarting = (node: DrainNode | undefined, instanceId: string, name: string): boolean =>
    node?.isReady === true &&
    !hasStarted(node) &&
    !late.get(name)?.some((one) => one.instanceId === instanceId)
  return groups.reduce(
    (sum, { group }) =>
      sum + nodesThat(group, observed, (node, id) => isStarting(node, id, group.name)),
    0,
  )
}

function nodesThat(
  group: ObservedGroup,
  observed: Observed,
  holds: (node: DrainNode | undefined, instanceId: string) => boolean,
): number {
  const { nodeByInstance } = observed.drain
  return group.instances.filter(
    (one) => !isLeaving(one) && holds(nodeByInstance.get(one.instanceId), one.instanceId),
  ).length
}

/** Taints of nodes that start: `node.kubernetes.io/not-ready`, `ebs.csi.aws.com/agent-not-ready` and their like. */
const startTaint = /\/(agent-)?not-ready$|\/uninitialized$|\/network-unavailable$/

/** Ready, and the taint of its start is gone, which goes a moment later or with an agent that is to come. */
export function hasStarted(node: DrainNode | undefined): boolean {
  return node?.isReady === true && !node.taints.some((one) => startTaint.test(one.key))
}
