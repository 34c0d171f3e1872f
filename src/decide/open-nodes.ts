/** Old nodes opened when their pods have a place, new nodes launched when they have none. Decide layer, pure. */

import type { DrainPod } from '../drain/view.ts'
import { counted } from './counted.ts'
import { isFenced } from './fence-record.ts'
import { newGroupsOf } from './groups.ts'
import { isOpening, type Move } from './move.ts'
import { needsPlace, type OldNode } from './move-state.ts'
import { blockStall } from './stall.ts'

/** Nodes that turned out not to fit in one tick before the rest waits for the next. */
const failedTriesMax = 8
/** With room at hand for this many old nodes beyond what may be launched, launching can wait. */
const roomAheadNodeCount = 20

/** Cordons further old nodes whose movable pods all have a place on Ready nodes. */
export function openNodes(move: Move): void {
  const { plan, stage } = move
  let failedCount = 0
  for (const one of move.closed.slice(0, openableCount(move))) {
    if (!isFenced(one.old.group) || failedCount >= failedTriesMax || !isWorthOpening(one)) continue
    const placed: { pod: DrainPod; nodeName: string }[] = []
    const fitsAll = one.pods.every(({ pod, stance }) => {
      if (!needsPlace({ pod, stance })) return true
      const placement = plan.place(pod, true)
      if (placement.kind === 'placed') placed.push({ pod, nodeName: placement.nodeName })
      return placement.kind === 'placed' || isHomeless(move, pod)
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
      ...(one.node.isUnschedulable ? { wasCordoned: true } : {}),
      reason: `its ${counted(placed.length, 'pod')} have a place on Ready nodes`,
    })
  }
}

/** Where every pod is blocked a cordon gains nothing and takes its room from the cluster. */
function isWorthOpening({ pods }: OldNode): boolean {
  return pods.length === 0 || pods.some(({ stance }) => stance.kind !== 'blocked')
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
  const ungrown: DrainPod[] = []
  const cordoned = new Set(
    stage.actions.flatMap((one) => (one.kind === 'cordon' ? one.nodeName : [])),
  )
  const ahead = closed.slice(0, planner.remaining + roomAheadNodeCount)
  for (const one of ahead) {
    if (planner.remaining <= 0) break
    if (cordoned.has(one.node.name) || !isWorthOpening(one)) continue
    for (const { pod, stance } of one.pods) {
      if (!needsPlace({ pod, stance }) || plan.place(pod, false).kind === 'placed') continue
      const outcome = planner.addNodeFor(pod)
      if (outcome === 'added') plan.place(pod, false)
      else if (outcome === 'no-group') ungrown.push(pod)
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
  blockStall(move, ungrown)
}

/** Nothing that is or may be launched can ever run it: its node is opened for the sake of the others. */
function isHomeless({ plan, planner }: Move, pod: DrainPod): boolean {
  return !plan.couldHost(pod) && !planner.hasGroupFor(pod)
}
