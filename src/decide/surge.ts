/** How many nodes may exist above what was there at the start. Decide layer, pure. */

import { fenceRecordOf } from './fence-record.ts'
import { type NewGroup, oldGroupsOf } from './groups.ts'
import type { Observed } from './observed.ts'
import type { MigrationPolicy, MigrationTarget } from './target.ts'

/** Extra nodes allowed over the start: the sum over the old groups' shares, each at least one. */
export function surgeLimit(policy: MigrationPolicy, groupSizes: readonly number[]): number {
  return groupSizes.reduce((sum, size) => sum + surgeOfGroup(policy, size), 0)
}

function surgeOfGroup(policy: MigrationPolicy, size: number): number {
  if (size === 0) return 0
  const { surge, surgeMax } = policy
  const wanted = 'count' in surge ? surge.count : Math.floor(size * surge.fraction)
  return Math.min(surgeMax, Math.max(1, wanted))
}

/**
 * Nodes that may still be launched now. The base is the old nodes at the start (from the fences; for
 * deleted groups from the record) plus the new groups' minimum sizes, which the fleet file demands.
 */
export function surgeLeft(
  target: MigrationTarget,
  observed: Observed,
  newGroups: readonly NewGroup[],
): number {
  const oldGroups = oldGroupsOf(target, observed)
  const sizes = oldGroups.map((group) => fenceRecordOf(group)?.desired ?? group.desiredCapacity)
  const originalCount = observed.record.originalNodeCount ?? sizes.reduce((sum, n) => sum + n, 0)
  const base = originalCount + (observed.record.originalNewNodeCount ?? 0)
  const oldCount = oldGroups.reduce((sum, group) => sum + group.instances.length, 0)
  const newCount = newGroups.reduce(
    (sum, { group }) => sum + Math.max(group.desiredCapacity, group.instances.length),
    0,
  )
  return base + surgeLimit(target.policy, sizes) - oldCount - newCount
}
