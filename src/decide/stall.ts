/** When no further old node can be opened: why, and whether it passes. Decide layer, pure. */

import type { DrainPod } from '../drain/view.ts'
import { comingNodes } from './capacity.ts'
import { counted } from './counted.ts'
import { newGroupsOf } from './groups.ts'
import { isOpening, type Move } from './move.ts'
import type { OldNode, OldPod } from './move-state.ts'
import { isHeldByPods } from './opening-order.ts'

/** Nothing moves, nothing is coming and nothing may be launched: only a human can go on. */
export function blockStall(move: Move, ungrown: readonly DrainPod[]): void {
  const { closed, observed, stage, state, target } = move
  const comingCount = comingNodes(newGroupsOf(target, observed), observed).length
  if (comingCount > 0) {
    stage.wait('nodes-launching', 'new nodes', `${counted(comingCount, 'new node')} on the way`)
  }
  const isCordoning = state.nodes.some((one) => isOpening(one) && !one.isOpen)
  if (isCordoning) stage.wait('cordon-observed', 'cordon', 'a cordon was sent and is not seen yet')
  const stuck = closed.find((one) => one.pods.some((pod) => pod.stance.kind === 'movable'))
  if (stuck === undefined || stage.actions.length > 0) return
  const { record } = observed
  const isCanaryRunning = target.policy.canaryNodeCount > 0 && record.canaryPassedAtMs === undefined
  const isMoving = state.nodes.some((one) => isOpening(one) && isInMotion(one))
  const why = stallOf(move, ungrown)
  if (isCanaryRunning || comingCount > 0 || isMoving || why === undefined) {
    stage.wait(
      'next-node',
      stuck.node.name,
      `${stuck.node.name} is next, once new nodes have room for its pods`,
    )
    return
  }
  stage.block({ object: stuck.node.name, ...why })
}

/** Pods are on the move or end by themselves, or the node is empty and about to give its surge back. */
function isInMotion({ isOverdue, pods }: OldNode): boolean {
  const isStuck = ({ stance }: OldPod): boolean =>
    stance.kind === 'blocked' || (stance.kind === 'movable' && isOverdue)
  const isGoing = ({ stance }: OldPod): boolean =>
    stance.kind === 'leaving' || (stance.kind === 'movable' && !isOverdue)
  return pods.some(isGoing) || !pods.some(isStuck)
}

/** Why no node may be launched; undefined when the groups only rest after a launch that failed. */
function stallOf(
  { closed, planner, state }: Move,
  ungrown: readonly DrainPod[],
): { code: string; reason: string; remedy: string } | undefined {
  if (planner.remaining > 0) {
    const full = ungrown.flatMap((pod) => planner.fullGroupsFor(pod) ?? [])
    if (full.length === 0) return undefined
    return {
      code: 'node-group/max-size',
      reason: `its pods fit only on node groups that are at maxSize: ${[...new Set(full)].sort().join(', ')}`,
      remedy: 'Raise maxSize of those node groups.',
    }
  }
  const fits = 'its pods do not fit on the new nodes, and no further node may be launched'
  const keptCount = state.nodes.filter((one) => isOpening(one) && isHeldByPods(one)).length
  if (keptCount === 0) {
    return {
      code: 'surge/too-small',
      reason: `${fits}: the surge is used up`,
      remedy: 'Raise migration.surge.',
    }
  }
  const waitingCount = closed.filter((one) => one.pods.length > 0).length
  return {
    code: 'surge/held',
    reason:
      `${fits}: the surge is used up, for blocked pods keep ${counted(keptCount, 'old node')}; ` +
      `${counted(waitingCount, 'old node')} still to open`,
    remedy: 'Solve the blocked pods above, or raise migration.surge.',
  }
}
