/** What a change of a managed node group needs: the mutability matrix. Nodes layer, data and pure. */

import { hash32 } from '../world/random.ts'

/** From the gentlest to the hardest. */
export type ChangeNeed =
  /** UpdateNodegroupConfig; no node is replaced. */
  | 'in-place'
  /** UpdateNodegroupVersion, with a new template version where it is one; nodes are rolled. */
  | 'new-version'
  /** A group of another name beside this one, which is emptied and deleted. */
  | 'replacement'

/** Members of a node group, in EKS's words; those of the template are one: `launchTemplateVersion`. */
const needs: Readonly<Record<string, ChangeNeed>> = {
  minSize: 'in-place',
  maxSize: 'in-place',
  desiredSize: 'in-place',
  labels: 'in-place',
  taints: 'in-place',
  updateConfig: 'in-place',
  nodeRepairConfig: 'in-place',
  warmPoolConfig: 'in-place',
  tags: 'in-place',
  version: 'new-version',
  releaseVersion: 'new-version',
  launchTemplateVersion: 'new-version',
  nodegroupName: 'replacement',
  clusterName: 'replacement',
  subnets: 'replacement',
  nodeRole: 'replacement',
  capacityType: 'replacement',
  amiType: 'replacement',
  instanceTypes: 'replacement',
  diskSize: 'replacement',
  remoteAccess: 'replacement',
  launchTemplateId: 'replacement',
}

/** What decides over a group; absent members are not compared. */
export type NodeGroupMembers = Readonly<Record<string, unknown>> & {
  /** Content of the template; a change of anything in it is a new version. */
  readonly launchTemplateData?: Readonly<Record<string, unknown>> | undefined
}

/** One member that differs. */
export interface NodeGroupChange {
  readonly member: string
  readonly need: ChangeNeed
  readonly reason: string
}

const reasons: Readonly<Record<ChangeNeed, string>> = {
  'in-place': 'UpdateNodegroupConfig changes it',
  'new-version': 'UpdateNodegroupVersion rolls the nodes',
  replacement: 'EKS never changes it: a group of another name is needed',
}

/** Every difference, in the order of members; empty when nothing differs. */
export function nodeGroupChanges(
  from: NodeGroupMembers,
  to: NodeGroupMembers,
): readonly NodeGroupChange[] {
  const changes = Object.entries(needs).flatMap(([member, need]): readonly NodeGroupChange[] => {
    if (!(member in from || member in to)) return []
    if (stableText(from[member]) === stableText(to[member])) return []
    return [{ member, need, reason: reasons[need] }]
  })
  return [...changes, ...templateChanges(from, to)]
}

/** The hardest need of all changes; undefined without any. */
export function needOf(changes: readonly NodeGroupChange[]): ChangeNeed | undefined {
  const order: readonly ChangeNeed[] = ['replacement', 'new-version', 'in-place']
  return order.find((need) => changes.some((change) => change.need === need))
}

function templateChanges(from: NodeGroupMembers, to: NodeGroupMembers): readonly NodeGroupChange[] {
  const [one, other] = [from.launchTemplateData, to.launchTemplateData]
  if (stableText(one) === stableText(other)) return []
  const member = 'launchTemplateData'
  const change = (need: ChangeNeed, reason: string): readonly NodeGroupChange[] => [
    { member, need, reason },
  ]
  if (one === undefined || other === undefined) {
    return change('replacement', 'a group made without a template never gets one, nor loses it')
  }
  if ((one.ImageId === undefined) !== (other.ImageId === undefined)) {
    return change('replacement', 'a group never moves between an AMI of EKS and one of its own')
  }
  return change('new-version', 'a new version of the same template; nodes are rolled')
}

/** Text of a value whatever the order of its keys; `undefined` and absent are one. */
function stableText(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) => {
      if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
      return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
    }) ?? ''
  )
}

/** Longest name of a node group. */
const nameMax = 63

/**
 * `<logical>-<hash of the immutable members>`: a change that needs a replacement gives another name, so
 * that old and new stand beside each other; any other change keeps it. The logical name is cut to fit.
 */
export function replacementName(logicalName: string, members: NodeGroupMembers): string {
  const immutable = Object.entries(needs)
    .filter(([member, need]) => need === 'replacement' && member !== 'nodegroupName')
    .map(([member]) => [member, members[member]])
  const mode = members.launchTemplateData?.ImageId === undefined ? 'eks-ami' : 'own-ami'
  const text = stableText([...immutable, ['mode', mode]])
  const hash = hash32(text).toString(16).padStart(8, '0')
  return `${logicalName.slice(0, nameMax - hash.length - 1)}-${hash}`
}
