/** Selectors of old groups that find none, most often for a typing error. Run layer, pure. */

import { oldGroupsOf } from '../decide/groups.ts'
import type { ObservedGroup } from '../decide/observed.ts'
import type { MigrationTarget, OldGroupRule } from '../decide/target.ts'
import type { DesiredCluster } from '../fleet/desired.ts'
import type { Finding } from '../world/finding.ts'

/** Groups named before the rest is counted. */
const namesMax = 5

/**
 * A finding when `migration.from` says which groups are old and matches none of them. Undefined when it says
 * nothing, and when there is nothing it could mean: every node group of the fleet is there and no other group
 * is, as after a migration. An info where the node groups are there and other groups are: they may be meant to
 * stay.
 */
export function unmatchedFrom(
  desired: DesiredCluster,
  target: MigrationTarget,
  groups: readonly ObservedGroup[],
): Finding | undefined {
  const { from, fromLocation } = desired.migration
  if (from.length === 0 || oldGroupsOf(target, { groups, nodeGroups: [] }).length > 0)
    return undefined
  const nodeGroupNames = new Set(groups.flatMap((one) => one.tags[nodeGroupTag] ?? []))
  const others = groups.filter((one) => one.tags[nodeGroupTag] === undefined)
  const isMade = target.nodeGroups.every(({ name }) => nodeGroupNames.has(name))
  if (isMade && others.length === 0) return undefined
  const selectors = from.map(selectorText).join(' or ')
  return {
    code: 'fleet/from-matches-nothing',
    severity: isMade ? 'info' : 'warning',
    message:
      `${selectors} matches no old Auto Scaling group of cluster ${desired.name}: nothing would be migrated; ` +
      presentText(others, target, groups),
    remedy: isMade
      ? 'Nothing is to do where the migration is over; otherwise correct the selector.'
      : 'Correct the selector; groups are known as those of the cluster by their tag ' +
        `kubernetes.io/cluster/${desired.name}.`,
    path: 'migration.from',
    ...(fromLocation === undefined ? {} : { location: fromLocation }),
  }
}

/** EKS sets it on the groups that it makes; they are never old. */
const nodeGroupTag = 'eks:nodegroup-name'

function selectorText({ nameGlob, tags }: OldGroupRule): string {
  const parts = nameGlob === undefined ? [] : [`autoScalingGroup "${nameGlob}"`]
  if (tags !== undefined) {
    parts.push(
      `tags ${Object.entries(tags)
        .map(([key, value]) => `${key}=${value}`)
        .join(', ')}`,
    )
  }
  return parts.join(' with ')
}

function presentText(
  others: readonly ObservedGroup[],
  target: MigrationTarget,
  groups: readonly ObservedGroup[],
): string {
  if (others.length > 0) return `there are ${namesText(others)}`
  const untagged = groups.map((one) => ({ ...one, tags: withoutNodeGroup(one.tags) }))
  const managed = oldGroupsOf(target, { groups: untagged, nodeGroups: [] })
  if (managed.length === 0) return 'there is none'
  return `it matches ${namesText(managed)}, of managed node groups, which are never old`
}

function withoutNodeGroup(tags: ObservedGroup['tags']): ObservedGroup['tags'] {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => key !== nodeGroupTag))
}

function namesText(groups: readonly ObservedGroup[]): string {
  const names = groups.map((one) => one.name).sort()
  const more = names.length - namesMax
  return `${names.slice(0, namesMax).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
