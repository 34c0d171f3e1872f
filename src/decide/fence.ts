/** Fences around old groups: only we size them; previous values stay on them. Decide layer, pure. */

import { type FenceRecord, fenceRecordOf, isFenced } from './fence-record.ts'
import { isLeaving, newGroupsOf, oldGroupsOf, oldInstancesOf } from './groups.ts'
import { autoscalerEnabledTag, fencedProcesses, retiringTaintKey } from './names.ts'
import type { Observed, ObservedGroup } from './observed.ts'
import { StageBuilder, type StageResult } from './stage.ts'
import type { MigrationTarget } from './target.ts'

/** The autoscaler keeps running: it only loses sight of the old groups. */
export function decideFence(target: MigrationTarget, observed: Observed): StageResult {
  const stage = new StageBuilder('fence')
  const groups = oldGroupsOf(target, observed)
  if (!observed.record.exists && groups.length > 0) {
    stage.act(startRecord(target, observed, groups))
    stage.count(0, groups.length)
    return stage.build()
  }
  for (const group of groups) {
    stage.count(isFenced(group) ? 1 : 0, 1)
    if (!isFenced(group) && !group.isDeleting) stage.act(fenceAction(group))
  }
  for (const { group, node } of oldInstancesOf(groups, observed)) {
    if (node === undefined || !isFenced(group)) continue
    if (node.taints.some((taint) => taint.key === retiringTaintKey)) continue
    stage.act({
      kind: 'prefer-no-schedule',
      object: node.name,
      nodeName: node.name,
      reason: 'moved pods should not land on another old node',
    })
  }
  return stage.build()
}

function startRecord(
  target: MigrationTarget,
  observed: Observed,
  groups: readonly ObservedGroup[],
): StageResult['actions'][number] {
  const originalNodeCount = oldInstancesOf(groups, observed).length
  const originalNewNodeCount = newNodeCount(target, observed)
  return {
    kind: 'write-record',
    object: target.clusterName,
    record: { originalNodeCount, originalNewNodeCount },
    reason: `migration of ${originalNodeCount} nodes in ${groups.length} groups begins`,
  }
}

/** Their minimum, which the fleet file demands, or what is there already, e.g. after a migration that was aborted. */
function newNodeCount(target: MigrationTarget, observed: Observed): number {
  const byName = new Map(newGroupsOf(target, observed).map((one) => [one.target.name, one.group]))
  return target.nodeGroups.reduce((sum, { minSize, name }) => {
    const present = byName.get(name)?.instances.filter((one) => !isLeaving(one)).length ?? 0
    return sum + Math.max(minSize, present)
  }, 0)
}

function fenceAction(group: ObservedGroup): StageResult['actions'][number] {
  const discovery = group.tags[autoscalerEnabledTag]
  const record: FenceRecord = fenceRecordOf(group) ?? {
    min: group.minSize,
    max: group.maxSize,
    desired: group.desiredCapacity,
    suspended: group.suspendedProcesses,
    ...(discovery === undefined ? {} : { discovery }),
    ...(discovery === undefined || group.isDiscoveryPropagated
      ? {}
      : { isDiscoveryPropagated: false }),
  }
  return {
    kind: 'fence-group',
    object: group.name,
    groupName: group.name,
    maxSize: record.desired,
    suspend: fencedProcesses.filter((name) => !group.suspendedProcesses.includes(name)),
    fenceTag: JSON.stringify(record),
    removeTags: discovery === undefined ? [] : [autoscalerEnabledTag],
    reason: `min ${record.min}, max ${record.max}, desired ${record.desired} recorded on the group`,
  }
}
