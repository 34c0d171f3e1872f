/**
 * Moves pods off the old nodes: launches room, cordons what provably fits elsewhere, evicts what its
 * budget grants. Decide layer, pure.
 */

import { isResting } from './capacity.ts'
import { evictFromOpenNodes } from './evict-pods.ts'
import { newGroupsOf } from './groups.ts'
import { lateBlockers } from './late-blocker.ts'
import { type Move, startMove } from './move.ts'
import type { MoveState } from './move-state.ts'
import { protectedAnnotation } from './names.ts'
import type { Observed } from './observed.ts'
import { launchNodes, openNodes } from './open-nodes.ts'
import { StageBuilder, type StageResult } from './stage.ts'
import type { MigrationTarget } from './target.ts'

/** One round of the move. */
export function decideMovePods(
  target: MigrationTarget,
  observed: Observed,
  state: MoveState,
  nowMs: number,
): StageResult {
  const stage = new StageBuilder('move-pods')
  const move = startMove({ target, observed, state, nowMs, stage })
  countProgress(move)
  protectNewNodes(move)
  withdrawFailedLaunches(move)
  const { late } = state
  for (const one of lateBlockers(newGroupsOf(target, observed), { late, nowMs, observed })) {
    stage.block(one)
  }
  evictFromOpenNodes(move)
  openNodes(move)
  launchNodes(move)
  return stage.build()
}

function countProgress(move: Move): void {
  const { observed, stage, state } = move
  const leftCount = state.nodes.filter((node) => node.pods.length > 0).length
  const totalCount = Math.max(observed.record.originalNodeCount ?? 0, state.nodes.length)
  stage.count(totalCount - leftCount, totalCount)
}

/** The autoscaler must not take fresh nodes away while they wait for pods. */
function protectNewNodes(move: Move): void {
  const { observed, stage, target } = move
  for (const { group } of newGroupsOf(target, observed)) {
    for (const instance of group.instances) {
      const node = observed.drain.nodeByInstance.get(instance.instanceId)
      if (node === undefined || node.annotations[protectedAnnotation] !== undefined) continue
      stage.act({
        kind: 'protect-node',
        object: node.name,
        nodeName: node.name,
        reason: 'the autoscaler must leave new nodes alone while pods move',
      })
    }
  }
}

/** Launches that fail hold surge that another group can use. */
function withdrawFailedLaunches(move: Move): void {
  const { nowMs, observed, stage, target } = move
  for (const { group } of newGroupsOf(target, observed)) {
    if (!isResting(group, nowMs) || group.desiredCapacity <= group.instances.length) continue
    const toCount = Math.max(group.minSize, group.instances.length)
    if (toCount >= group.desiredCapacity) continue
    stage.act({
      kind: 'withdraw-launches',
      object: group.name,
      groupName: group.name,
      toCount,
      reason: `they fail: ${group.launchFailure?.message ?? ''}`,
    })
  }
}
