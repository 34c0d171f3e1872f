/** How node groups whose nodes do not come are told. Decide layer, pure. */

import { counted } from './counted.ts'
import type { Blocker } from './decision.ts'
import { deletionCaution, type NewGroup } from './groups.ts'
import { type LateInstance, type LateInstances, readyCountOf } from './late-nodes.ts'
import type { Observed, ObservedNodeGroup } from './observed.ts'

/** Ids named in one sentence before the rest is counted. */
const idsShownMax = 5

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
