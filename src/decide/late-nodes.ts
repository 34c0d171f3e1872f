/** New nodes that do not come: who is late, what it means for its group, and how it is told. Decide layer, pure. */

import type { DrainNode } from '../drain/view.ts'
import { counted } from './counted.ts'
import type { Blocker } from './decision.ts'
import { deletionCaution, isLeaving, type NewGroup } from './groups.ts'
import type { Observed, ObservedGroup, ObservedNodeGroup } from './observed.ts'

/**
 * An instance that is given this long from its launch to its Ready node: EKS's own 15 minutes for a creation
 * (managed-node-groups 4) and a margin.
 */
export const joinDeadlineMs = 20 * 60_000

/** Ids named in one sentence before the rest is counted. */
const idsShownMax = 5

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

/** One blocker for every group with late instances; everything else goes on without them. */
export function lateBlockers(
  groups: readonly NewGroup[],
  context: { readonly observed: Observed; readonly late: LateInstances; readonly nowMs: number },
): readonly Blocker[] {
  return groups.flatMap((one) => {
    const instances = context.late.get(one.group.name) ?? []
    return instances.length === 0 ? [] : [lateBlocker(one, instances, context)]
  })
}

function lateBlocker(
  { group, target }: NewGroup,
  instances: readonly LateInstance[],
  { nowMs, observed }: { readonly observed: Observed; readonly nowMs: number },
): Blocker {
  const nodeGroup = observed.nodeGroups.find((one) => one.name === target.name)
  const longestMs = nowMs - Math.min(...instances.map((one) => one.sinceMs))
  const ids = instances.map((one) => one.instanceId)
  const readyCount = readyCountOf(group, observed)
  const caution = nodeGroup === undefined ? '' : deletionCaution(nodeGroup, observed)
  // Deleting a group ends its nodes by force after minutes: never advised while one of them takes pods.
  const mend =
    readyCount > 0
      ? 'Mend the cause, terminate these instances, and run again.'
      : `Mend the cause, terminate these instances or delete the node group, and run again.${caution}`
  const { code, command, look } = instances.some((one) => one.hasNode)
    ? notReadyWords(target.name)
    : notJoiningWords(ids[0] ?? '')
  return {
    code,
    object: target.name,
    reason:
      `got no Ready node from ${counted(ids.length, 'instance')} in ${minutes(longestMs)} ` +
      `(${listText(ids)}); it has ${counted(readyCount, 'Ready node')}; ` +
      issuesText(nodeGroup),
    remedy: `${look} ${mend}`,
    command,
  }
}

function notJoiningWords(instanceId: string) {
  return {
    code: 'node-group/nodes-not-joining',
    look:
      'Look at its user data (regroup check), its node role (AmazonEKSWorkerNodePolicy, an access entry or ' +
      'aws-auth), its security groups and routes to the endpoint.',
    command: `aws ec2 get-console-output --latest --output text --instance-id ${instanceId}`,
  }
}

function notReadyWords(nodeGroupName: string) {
  return {
    code: 'node-group/nodes-not-ready',
    look: 'Look at the conditions of the nodes: most often the VPC CNI does not start or images cannot be pulled.',
    command: `kubectl get nodes -l eks.amazonaws.com/nodegroup=${nodeGroupName} -o wide`,
  }
}

/** What EKS itself says of the group: its health issues with what they are about. */
export function issuesText(nodeGroup: ObservedNodeGroup | undefined): string {
  const issues = nodeGroup?.issues ?? []
  if (issues.length === 0) return 'EKS names no health issue'
  const texts = issues.map(({ code, message, resourceIds }) => {
    const about = resourceIds.length === 0 ? '' : ` [${listText(resourceIds)}]`
    return `${code}: ${message}${about}`
  })
  return `EKS says ${texts.join('; ')}`
}

function listText(ids: readonly string[]): string {
  const more = ids.length - idsShownMax
  return `${ids.slice(0, idsShownMax).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** `20 minutes`, rounded down; `26 hours` from two hours on. */
export function minutes(ms: number): string {
  const count = Math.floor(ms / 60_000)
  return count < 120 ? counted(count, 'minute') : counted(Math.floor(count / 60), 'hour')
}
