/** A half-done migration taken back: marks, fences and the priority map as they were before. Decide layer, pure. */

import type { Decision } from './decision.ts'
import { fenceRecordOf } from './fence-record.ts'
import { decideFormerPriorities } from './former-priorities.ts'
import { isLeaving } from './groups.ts'
import {
  autoscalerEnabledTag,
  cordonedAtAnnotation,
  emptySinceTagKey,
  fencedProcesses,
  fenceTagKey,
  protectedAnnotation,
  retiringTaintKey,
} from './names.ts'
import type { Observed, ObservedGroup } from './observed.ts'
import { StageBuilder, type StageResult } from './stage.ts'
import type { MigrationTarget } from './target.ts'

/**
 * The next steps back. Fences first, so that the autoscaler sees the old groups again before their nodes take
 * pods; the record last, so that a killed abort is found by the next. Nothing is evicted, terminated or deleted
 * but the record and a priority map that Regroup made; node groups, versions and moved pods stay. Total;
 * `settled` when nothing of a migration is left.
 */
export function decideAbort(target: MigrationTarget, observed: Observed): Decision {
  const fences = restoreGroups(observed)
  const results = [fences]
  if (fences.actions.length === 0) {
    results.push(restoreNodes(observed), decideFormerPriorities(target, observed))
  }
  const blockers = results.flatMap((one) => one.blockers)
  const isDone = results.every((one) => one.actions.length === 0) && blockers.length === 0
  if (isDone && observed.record.exists) results.push(deleteRecord(target))
  const actions = results.flatMap((one) => one.actions)
  const progress = results.map((one) => one.progress)
  if (actions.length > 0) return { kind: 'act', actions, waits: [], blockers, progress }
  return {
    kind: blockers.length > 0 ? 'blocked' : 'settled',
    actions,
    waits: [],
    blockers,
    progress,
  }
}

/** Every group that carries the fence, whatever the fleet file says by now. */
function restoreGroups(observed: Observed): StageResult {
  const stage = new StageBuilder('fence')
  for (const group of observed.groups) {
    if (group.tags[fenceTagKey] === undefined || group.isDeleting) continue
    const record = fenceRecordOf(group)
    if (record === undefined) {
      stage.block({
        code: 'group/fence-unreadable',
        object: group.name,
        reason: `its tag ${fenceTagKey} does not hold the sizes that the group had before`,
        remedy: `Set its sizes, processes and the tag ${autoscalerEnabledTag} as they were, remove the tag ${fenceTagKey}, and run again.`,
      })
      continue
    }
    const { desired, discovery, max, min, suspended } = record
    stage.act({
      kind: 'restore-group',
      object: group.name,
      groupName: group.name,
      minSize: min,
      maxSize: Math.max(max, group.desiredCapacity),
      resume: fencedProcesses.filter((name) => !suspended.includes(name)),
      discovery:
        discovery === undefined
          ? undefined
          : { value: discovery, isPropagated: record.isDiscoveryPropagated !== false },
      removeTags: [emptySinceTagKey, fenceTagKey].filter((key) => group.tags[key] !== undefined),
      reason: `min ${min}, max ${max} again; ${sizeText(group, desired)}`,
    })
  }
  return stage.build()
}

function sizeText(group: ObservedGroup, before: number): string {
  const count = group.instances.filter((one) => !isLeaving(one)).length
  return `it has ${count} of the ${before} instances from before`
}

/** Every node that carries a mark of ours; one that is about to end keeps them. */
function restoreNodes(observed: Observed): StageResult {
  const stage = new StageBuilder('move-pods')
  const leaving = new Set(
    observed.groups.flatMap((group) =>
      group.instances.filter(isLeaving).map((one) => one.instanceId),
    ),
  )
  for (const node of observed.drain.nodes.values()) {
    if (leaving.has(node.instanceId ?? '')) continue
    const isCordoned = node.annotations[cordonedAtAnnotation] !== undefined
    const isMarked = node.taints.some((taint) => taint.key === retiringTaintKey)
    if (isCordoned || isMarked) {
      stage.act({
        kind: 'restore-node',
        object: node.name,
        nodeName: node.name,
        reason: isCordoned ? 'Regroup had cordoned it' : 'it was to be emptied later',
      })
    }
    if (node.annotations[protectedAnnotation] === undefined) continue
    stage.act({
      kind: 'unprotect-node',
      object: node.name,
      nodeName: node.name,
      reason: 'the autoscaler may manage it again',
    })
  }
  return stage.build()
}

function deleteRecord({ clusterName }: MigrationTarget): StageResult {
  const stage = new StageBuilder('finish')
  stage.act({ kind: 'delete-record', object: clusterName, reason: 'the migration was aborted' })
  return stage.build()
}
