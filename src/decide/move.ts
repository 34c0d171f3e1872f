/** What one round of the move works with. Decide layer, pure. */

import { AllowanceLedger } from '../drain/budgets.ts'
import { type LandingNode, LandingPlan, landingNodeOf } from '../drain/landing.ts'
import { owedPods, waitingPods } from '../drain/reservations.ts'
import type { DrainPod } from '../drain/view.ts'
import { ZoneGuard } from '../drain/zone-guard.ts'
import { CapacityPlanner, comingNodes } from './capacity.ts'
import { newGroupsOf } from './groups.ts'
import type { MoveState, OldNode } from './move-state.ts'
import type { Observed } from './observed.ts'
import { openingOrder } from './opening-order.ts'
import type { StageBuilder } from './stage.ts'
import { surgeLeft } from './surge.ts'
import type { MigrationTarget } from './target.ts'

/** A pod that fits on no more Ready nodes than this moves alone. */
export const narrowSitesMax = 2

/** Plans and counters of one round; they change while it decides. */
export interface Move {
  readonly target: MigrationTarget
  readonly observed: Observed
  readonly nowMs: number
  readonly state: MoveState
  readonly stage: StageBuilder
  readonly plan: LandingPlan
  readonly planner: CapacityPlanner
  readonly guard: ZoneGuard
  readonly ledger: AllowanceLedger
  /** Old nodes that are not cordoned by us yet, in order of opening. */
  readonly closed: readonly OldNode[]
  /** Pods that wait for a node or whose replacement is still to come. */
  readonly owedCount: number
  /** One of them fits on few nodes only: nothing else may go until it has landed. */
  readonly isNarrowPodOwed: boolean
  /** Ready nodes that stay and take pods. */
  readonly landingNodes: readonly LandingNode[]
  /** A pod that waits for a node and may still get one soon; undefined when there is none. */
  readonly landingPod: DrainPod | undefined
  /** A pod that has waited for a node for longer than its deadline. */
  readonly stuckPod: DrainPod | undefined
}

/** Pods that are owed a place get it before anything else is decided. */
export function startMove(
  base: Pick<Move, 'target' | 'observed' | 'state' | 'nowMs' | 'stage'>,
): Move {
  const { nowMs, observed, state, target } = base
  const view = observed.drain
  const groups = newGroupsOf(target, observed)
  const plan = new LandingPlan(view, comingNodes(groups, observed, state.late))
  const landingNodes = landingNodesOf(observed, state)
  for (const node of landingNodes) plan.addNode(node)
  const surge = surgeLeft(target, observed, groups)
  const { late } = state
  const planner = new CapacityPlanner({ groups, observed, plan, late, surgeLeft: surge, nowMs })
  const ledger = new AllowanceLedger(view, target.policy.drain.virtualBudgetFraction)
  const waiting = waitingPods(view).filter((pod) => pod.ownerKind !== 'daemon-set')
  const owed = [...owedPods(view), ...waiting]
  const isLate = (pod: DrainPod): boolean =>
    nowMs - pod.createdAtMs > target.policy.drain.podDeadlineMs
  const guard = new ZoneGuard(view, landingNodes, owed)
  const isNarrowPodOwed = owed.some((pod) => plan.siteCountOf(pod) <= narrowSitesMax)
  const closed = openingOrder(state.nodes.filter((one) => !isOpening(one)))
  const move = {
    ...base,
    plan,
    planner,
    guard,
    ledger,
    closed,
    owedCount: owed.length,
    isNarrowPodOwed,
    landingNodes,
    landingPod: waiting.find((pod) => !isLate(pod)),
    stuckPod: waiting.find(isLate),
  }
  for (const pod of owed) reserve(move, pod)
  return move
}

/** Ready nodes that stay and take pods. */
function landingNodesOf(observed: Observed, state: MoveState): readonly LandingNode[] {
  const nodes: LandingNode[] = []
  for (const node of observed.drain.nodes.values()) {
    if (state.oldNames.has(node.name) || node.isUnschedulable || !node.isReady) continue
    nodes.push(landingNodeOf(node))
  }
  return nodes
}

/** Pods that are owed a place come first; room for them is launched if there is none. */
export function reserve(move: Move, pod: DrainPod): void {
  if (move.plan.place(pod, false).kind === 'placed') return
  if (move.planner.addNodeFor(pod) === 'added') move.plan.place(pod, false)
}

/** Cordoned by us, or about to be seen so. */
export function isOpening(one: OldNode): boolean {
  return one.isOpen || one.cordonedAtMs !== undefined
}
