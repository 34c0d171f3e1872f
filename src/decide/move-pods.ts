/**
 * Moves pods off the old nodes: launches room, cordons what provably fits elsewhere, evicts what its
 * budget grants. Decide layer, pure.
 */

import { AllowanceLedger, allowanceOf } from '../drain/budgets.ts'
import { LandingPlan, landingNodeOf } from '../drain/landing.ts'
import { owedPods, waitingPods } from '../drain/reservations.ts'
import type { DrainPod } from '../drain/view.ts'
import { CapacityPlanner, comingNodes, isResting } from './capacity.ts'
import { isCriticalServiceDown, isSoleCritical } from './critical.ts'
import { isFenced } from './fence-record.ts'
import { newGroupsOf } from './groups.ts'
import type { MoveState, OldNode } from './move-state.ts'
import { protectedAnnotation } from './names.ts'
import type { Observed } from './observed.ts'
import { openingOrder } from './opening-order.ts'
import { StageBuilder, type StageResult } from './stage.ts'
import { surgeLeft } from './surge.ts'
import type { MigrationTarget } from './target.ts'

/** Evictions asked for in one tick: keeps a tick short, and the API server's priority levels calm. */
const evictionsPerTickMax = 45
/** A pod that fits on no more Ready nodes than this moves alone. */
const narrowSitesMax = 2
/** Nodes that turned out not to fit in one tick before the rest waits for the next. */
const failedTriesMax = 8

interface Move {
  readonly target: MigrationTarget
  readonly observed: Observed
  readonly nowMs: number
  readonly state: MoveState
  readonly stage: StageBuilder
  readonly plan: LandingPlan
  readonly planner: CapacityPlanner
  readonly ledger: AllowanceLedger
  /** Old nodes that are not cordoned by us yet, in order of opening. */
  readonly closed: readonly OldNode[]
  /** Pods that wait for a node or whose replacement is still to come. */
  readonly owedCount: number
  /** One of them fits on few nodes only: nothing else may go until it has landed. */
  readonly isNarrowPodOwed: boolean
}

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
  evictFromOpenNodes(move)
  openNodes(move)
  launchNodes(move)
  return stage.build()
}

function startMove(base: Pick<Move, 'target' | 'observed' | 'state' | 'nowMs' | 'stage'>): Move {
  const { nowMs, observed, state, target } = base
  const view = observed.drain
  const groups = newGroupsOf(target, observed)
  const plan = new LandingPlan(view, comingNodes(groups, observed))
  for (const node of view.nodes.values()) {
    if (state.oldNames.has(node.name) || node.isUnschedulable || !node.isReady) continue
    plan.addNode(landingNodeOf(node))
  }
  const surge = surgeLeft(target, observed, groups)
  const planner = new CapacityPlanner({ groups, observed, plan, surgeLeft: surge, nowMs })
  const ledger = new AllowanceLedger(view, target.policy.drain.virtualBudgetFraction)
  const owed = [...owedPods(view), ...waitingPods(view)].filter(
    (pod) => pod.ownerKind !== 'daemon-set',
  )
  const isNarrowPodOwed = owed.some((pod) => plan.siteCountOf(pod) <= narrowSitesMax)
  const closed = openingOrder(state.nodes.filter((one) => !isOpening(one)))
  const move = { ...base, plan, planner, ledger, closed, owedCount: owed.length, isNarrowPodOwed }
  for (const pod of owed) reserve(move, pod)
  return move
}

/** Pods that are owed a place come first; room for them is launched if there is none. */
function reserve(move: Move, pod: DrainPod): void {
  if (move.plan.place(pod, false).kind === 'placed') return
  if (move.planner.addNodeFor(pod) === 'added') move.plan.place(pod, false)
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

/** Launches that fail for want of capacity hold surge that another group can use. */
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
      reason: `no capacity: ${group.launchFailure?.message ?? ''}`,
    })
  }
}

function evictFromOpenNodes(move: Move): void {
  const { nowMs, observed, stage, state } = move
  let evictionCount = 0
  let isNarrowBusy = move.isNarrowPodOwed
  let isCriticalBusy = isCriticalServiceDown(observed.drain, nowMs)
  const held: DrainPod[] = []
  for (const { node, pods } of openNodesFewestFirst(state)) {
    for (const { pod, stance } of movesInOrder(pods)) {
      if (stance.kind !== 'movable') continue
      const critical = isSoleCritical(pod, observed.drain)
      const mayGo =
        evictionCount < evictionsPerTickMax && !isNarrowBusy && !(critical && isCriticalBusy)
      if (!mayGo || !isGranted(move, pod) || !landsSafely(move, pod, evictionCount)) {
        held.push(pod)
        continue
      }
      if (move.plan.siteCountOf(pod) <= narrowSitesMax) isNarrowBusy = true
      move.ledger.spend(pod, allowanceOf(pod, observed.drain))
      if (critical) isCriticalBusy = true
      evictionCount += 1
      stage.act({
        kind: 'evict',
        object: pod.key,
        namespace: pod.namespace,
        pod: pod.name,
        uid: pod.uid,
        nodeName: node.name,
        reason: `moves off ${node.name}`,
      })
    }
  }
  // Their places matter only while further nodes may be opened.
  if (move.closed.length > 0) for (const pod of held) reserve(move, pod)
  explainWaits(move, held)
}

/**
 * A place on a Ready node. Where only a few nodes will do, the pod goes alone: the scheduler may put
 * others of the same tick on exactly those nodes.
 */
function landsSafely(move: Move, pod: DrainPod, evictionCount: number): boolean {
  const isNarrow = move.plan.siteCountOf(pod) <= narrowSitesMax
  if (isNarrow && (evictionCount > 0 || move.owedCount > 0)) return false
  return move.plan.place(pod, true).kind === 'placed'
}

/** Nodes with the least left come first: they are freed early and give their surge back. */
function openNodesFewestFirst(state: MoveState): readonly OldNode[] {
  return state.nodes.filter((one) => one.isOpen).sort((a, b) => a.pods.length - b.pods.length)
}

/** Large pods first: they need the rarest room. */
function movesInOrder(pods: OldNode['pods']): OldNode['pods'] {
  return [...pods].sort((a, b) => {
    const cpu = b.pod.needs.requests.cpuMilli - a.pod.needs.requests.cpuMilli
    return cpu !== 0 ? cpu : a.pod.key < b.pod.key ? -1 : 1
  })
}

function isGranted(move: Move, pod: DrainPod): boolean {
  const { ledger, observed } = move
  const allowance = allowanceOf(pod, observed.drain)
  if (pod.phase === 'Pending') return true
  if (ledger.isLastReady(pod)) return false
  if (allowance.kind === 'budget' && !pod.isReady) {
    const { budget } = allowance
    if (budget.policy === 'AlwaysAllow') return true
    return budget.desiredHealthy > 0 && budget.currentHealthy >= budget.desiredHealthy
  }
  // A pod that is not Ready takes nothing from a virtual budget.
  if (allowance.kind === 'virtual' && !pod.isReady) return true
  return ledger.freeOf(pod, allowance) > 0
}

function explainWaits(move: Move, held: readonly DrainPod[]): void {
  const { stage, state } = move
  if (held.length > 0) {
    const example = held[0]!.key
    stage.wait('budget-or-room', example, `${held.length} pods wait for their budgets or for room`)
  }
  const open = state.nodes.filter((one) => one.isOpen).flatMap((one) => one.pods)
  const leaving = open.filter((one) => one.stance.kind === 'leaving')
  if (leaving.length > 0) {
    stage.wait('pods-terminating', leaving[0]!.pod.key, `${leaving.length} pods are terminating`)
  }
  const running = open.filter((one) => one.stance.kind === 'waits')
  if (running.length > 0) {
    stage.wait('job-running', running[0]!.pod.key, `${running.length} pods run to completion`)
  }
}

/** Cordons further old nodes whose movable pods all have a place on Ready nodes. */
function openNodes(move: Move): void {
  const { nowMs, plan, stage } = move
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
      reason: `its ${placed.length} pods have a place on Ready nodes (${new Date(nowMs).toISOString()})`,
    })
  }
}

function isOpening(one: OldNode): boolean {
  return one.isOpen || one.cordonedAtMs !== undefined
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
function launchNodes(move: Move): void {
  const { closed, observed, plan, planner, stage, target } = move
  const homeless = new Map<string, DrainPod>()
  for (const one of closed) {
    if (planner.remaining <= 0) break
    if (
      stage.actions.some((action) => action.kind === 'cordon' && action.nodeName === one.node.name)
    ) {
      continue
    }
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
      reason: `${count} more nodes for the pods of the next old nodes`,
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
    stage.wait('nodes-launching', 'new nodes', `${comingCount} new nodes are on their way`)
  }
  const isCordoning = state.nodes.some((one) => isOpening(one) && !one.isOpen)
  if (isCordoning) stage.wait('cordon-observed', 'cordon', 'a cordon is not seen in the cache yet')
  const stuck = closed.find((one) => one.pods.some((pod) => pod.stance.kind === 'movable'))
  if (stuck === undefined || stage.actions.length > 0) return
  const { record } = observed
  const isCanaryRunning = target.policy.canaryNodeCount > 0 && record.canaryPassedAtMs === undefined
  const isMoving = state.nodes.some((one) => isOpening(one) && isInMotion(one))
  if (isCanaryRunning || comingCount > 0 || isMoving || planner.remaining > 0) {
    stage.wait('next-node', stuck.node.name, 'the next node waits for room')
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
