/** Old nodes opened when their pods have a place, new nodes launched when they have none. Decide layer, pure. */

import type { DrainPod } from '../drain/view.ts'
import { comingNodes } from './capacity.ts'
import { counted } from './counted.ts'
import { isFenced } from './fence-record.ts'
import { newGroupsOf } from './groups.ts'
import { isOpening, type Move } from './move.ts'
import type { OldNode } from './move-state.ts'

/** Nodes that turned out not to fit in one tick before the rest waits for the next. */
const failedTriesMax = 8
/** With room at hand for this many old nodes beyond what may be launched, launching can wait. */
const roomAheadNodeCount = 20

/** Cordons further old nodes whose movable pods all have a place on Ready nodes. */
export function openNodes(move: Move): void {
  const { plan, stage } = move
  let failedCount = 0
  for (const one of move.closed.slice(0, openableCount(move))) {
    if (!isFenced(one.old.group) || failedCount >= failedTriesMax) continue
    const placed: { pod: DrainPod; nodeName: string }[] = []
    const fitsAll = one.pods.every(({ pod, stance }) => {
      if (stance.kind !== 'movable') return true
      const placement = plan.place(pod, true)
      if (placement.kind === 'placed') placed.push({ pod, nodeName: placement.nodeName })
      return placement.kind === 'placed'
    })
    if (!fitsAll) {
      plan.withdraw(placed)
      failedCount += 1
      continue
    }
    stage.act({
      kind: 'cordon',
      object: one.node.name,
      nodeName: one.node.name,
      uid: one.node.uid,
      reason: `its ${counted(placed.length, 'pod')} have a place on Ready nodes`,
    })
  }
}

/** Before the canary has passed only its nodes may be opened. */
function openableCount(move: Move): number {
  const { observed, state, target } = move
  if (observed.record.canaryPassedAtMs !== undefined) return state.nodes.length
  if (target.policy.canaryNodeCount === 0) return state.nodes.length
  if (observed.record.canaryEmptyAtMs !== undefined) return 0
  const goneCount = (observed.record.originalNodeCount ?? state.nodes.length) - state.nodes.length
  const openCount = state.nodes.filter(isOpening).length
  return Math.max(0, target.policy.canaryNodeCount - openCount - goneCount)
}

/** Asks for nodes for the next old nodes in line, as far as the surge goes. */
export function launchNodes(move: Move): void {
  const { closed, observed, plan, planner, stage, target } = move
  const homeless = new Map<string, DrainPod>()
  const cordoned = new Set(
    stage.actions.flatMap((one) => (one.kind === 'cordon' ? one.nodeName : [])),
  )
  const ahead = closed.slice(0, planner.remaining + roomAheadNodeCount)
  for (const one of ahead) {
    if (planner.remaining <= 0) break
    if (cordoned.has(one.node.name)) continue
    for (const { pod, stance } of one.pods) {
      if (stance.kind !== 'movable' || plan.place(pod, false).kind === 'placed') continue
      const outcome = planner.addNodeFor(pod)
      if (outcome === 'added') plan.place(pod, false)
      else if (outcome === 'no-group') homeless.set(pod.key, pod)
      else break
    }
  }
  for (const { group } of newGroupsOf(target, observed)) {
    const count = planner.additions.get(group.name)
    if (count === undefined) continue
    stage.act({
      kind: 'scale-up',
      object: group.name,
      groupName: group.name,
      fromCount: group.desiredCapacity,
      toCount: group.desiredCapacity + count,
      reason: `${counted(count, 'more node')} for the pods of the next old nodes`,
    })
  }
  blockHomeless(move, homeless)
  blockStall(move, closed)
}

/** Nothing moves, nothing is coming and the surge is used up: only a larger surge helps. */
function blockStall(move: Move, closed: readonly OldNode[]): void {
  const { observed, planner, stage, state, target } = move
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
  if (isCanaryRunning || comingCount > 0 || isMoving || planner.remaining > 0) {
    stage.wait(
      'next-node',
      stuck.node.name,
      `${stuck.node.name} is next, once new nodes have room for its pods`,
    )
    return
  }
  stage.block({
    code: 'surge/too-small',
    object: stuck.node.name,
    reason: 'its pods do not fit on the new nodes, and no further node may be launched',
    remedy: 'Raise migration.surge, or maxSize of the node groups.',
  })
}

/** Pods are on the move, or the node is empty and about to give its surge back. */
function isInMotion(one: OldNode): boolean {
  return one.pods.every((pod) => pod.stance.kind !== 'blocked' && pod.stance.kind !== 'waits')
}

/** No group can ever take these pods: labels, taints, architecture, zone or size do not fit. */
function blockHomeless(move: Move, homeless: ReadonlyMap<string, DrainPod>): void {
  for (const [key, pod] of homeless) {
    if (move.planner.hasGroupFor(pod)) continue
    move.stage.block({
      code: 'NoLanding',
      object: key,
      reason:
        'no node group of the fleet file can run it (selector, taint, architecture, zone or size)',
      remedy: 'Add a node group that fits, or mend the labels and taints of the groups.',
    })
  }
}
