/** Evictions from open nodes: what budgets grant, what has a place, what nobody else depends on. Decide layer, pure. */

import { allowanceOf } from '../drain/budgets.ts'
import type { DrainPod } from '../drain/view.ts'
import { counted } from './counted.ts'
import { isCriticalServiceDown, isSoleCritical } from './critical.ts'
import { type HeldPod, tellHeldPods } from './held-pods.ts'
import { isOpening, type Move, narrowSitesMax, reserve } from './move.ts'
import { type MoveState, needsPlace, type OldNode } from './move-state.ts'

/** Evictions asked for in one tick: keeps a tick short, and the API server's priority levels calm. */
const evictionsPerTickMax = 45

/** What one round of evictions has used up so far. */
interface Spent {
  evictionCount: number
  isNarrowBusy: boolean
  isCriticalBusy: boolean
}

/** Asks for the evictions of one round; for what finds no room it asks for nodes. */
export function evictFromOpenNodes(move: Move): void {
  const { nowMs, observed, state } = move
  const spent = {
    evictionCount: 0,
    isNarrowBusy: move.isNarrowPodOwed,
    isCriticalBusy: isCriticalServiceDown(observed.drain, nowMs),
  }
  const held: HeldPod[] = []
  for (const one of openNodesFewestFirst(state)) {
    for (const { pod, stance } of movesInOrder(one.pods)) {
      if (stance.kind !== 'movable') continue
      if (mayGo(move, pod, spent)) evict(move, pod, one.node.name)
      else held.push({ pod, one })
    }
  }
  tellHeldPods(move, held)
  for (const { pod } of held) reserve(move, pod)
  keepRoomForBlocked(move)
  explainWaits(move)
}

/** They had a place when their node was cordoned; nothing else may take it. */
function keepRoomForBlocked({ plan, state }: Move): void {
  for (const one of state.nodes) {
    if (!isOpening(one)) continue
    for (const { pod, stance } of one.pods) {
      if (stance.kind === 'blocked' && needsPlace({ pod, stance })) plan.place(pod, false)
    }
  }
}

function mayGo(move: Move, pod: DrainPod, spent: Spent): boolean {
  const { drain } = move.observed
  if (spent.evictionCount >= evictionsPerTickMax || spent.isNarrowBusy) return false
  const isSole = isSoleCritical(pod, drain)
  if (isSole && spent.isCriticalBusy) return false
  if (!isGranted(move, pod) || !landsSafely(move, pod, spent.evictionCount)) return false
  spent.evictionCount += 1
  spent.isCriticalBusy ||= isSole
  spent.isNarrowBusy = move.plan.siteCountOf(pod) <= narrowSitesMax
  return true
}

function evict({ ledger, observed, stage }: Move, pod: DrainPod, nodeName: string): void {
  ledger.spend(pod, allowanceOf(pod, observed.drain))
  stage.act({
    kind: 'evict',
    object: pod.key,
    namespace: pod.namespace,
    pod: pod.name,
    uid: pod.uid,
    nodeName,
    reason: `moves off ${nodeName}`,
  })
}

/**
 * A place on a Ready node. Where only a few nodes will do, the pod goes alone: the scheduler may put
 * others of the same tick on exactly those nodes.
 */
function landsSafely(move: Move, pod: DrainPod, evictionCount: number): boolean {
  const isNarrow = move.plan.siteCountOf(pod) <= narrowSitesMax
  if (isNarrow && (evictionCount > 0 || move.owedCount > 0)) return false
  return move.plan.place(pod, true).kind === 'placed' && move.guard.admits(pod)
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
  if (ledger.leavesTooFew(pod)) return false
  if (allowance.kind === 'budget' && !pod.isReady) {
    const { budget } = allowance
    if (budget.policy === 'AlwaysAllow') return true
    return budget.desiredHealthy > 0 && budget.currentHealthy >= budget.desiredHealthy
  }
  // A pod that is not Ready takes nothing from a virtual budget.
  if (allowance.kind === 'virtual' && !pod.isReady) return true
  return ledger.freeOf(pod, allowance) > 0
}

function explainWaits(move: Move): void {
  const { landingPod, stage, state } = move
  if (landingPod !== undefined) {
    stage.wait('pods-pending', landingPod.key, `${landingPod.key} waits for a node`)
  }
  const open = state.nodes.filter((one) => one.isOpen).flatMap((one) => one.pods)
  const leaving = open.filter((one) => one.stance.kind === 'leaving')
  if (leaving.length > 0) {
    stage.wait(
      'pods-terminating',
      leaving[0]!.pod.key,
      `${counted(leaving.length, 'pod')} terminating`,
    )
  }
  const running = open.filter((one) => one.stance.kind === 'waits')
  if (running.length > 0) {
    stage.wait(
      'job-running',
      running[0]!.pod.key,
      `${counted(running.length, 'pod')} running to completion`,
    )
  }
}
