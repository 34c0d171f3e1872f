/** Pods that did not get to go in a round: most wait, some need a human. Decide layer, pure. */

import { diagnoseBudget, diagnosePlace } from '../drain/diagnosis.ts'
import type { DrainPod } from '../drain/view.ts'
import { counted } from './counted.ts'
import type { Move } from './move.ts'
import type { OldNode } from './move-state.ts'
import { podBlocker } from './pod-blocker.ts'

/** A pod that could not be evicted in this round. */
export interface HeldPod {
  readonly pod: DrainPod
  readonly one: OldNode
}

/** Within the deadline of its node a pod is waited for; after it, and where nothing can help, it is named. */
export function tellHeldPods(move: Move, held: readonly HeldPod[]): void {
  const { stage } = move
  const waiting: DrainPod[] = []
  for (const { one, pod } of held) {
    const why = one.isOverdue ? diagnose(move, pod) : homelessness(move, pod)
    if (why === undefined) waiting.push(pod)
    else stage.block(podBlocker(pod, one, why))
  }
  const [example] = waiting
  if (example === undefined) return
  const message = `${counted(waiting.length, 'pod')} to move once budgets and room allow`
  stage.wait('budget-or-room', example.key, message)
}

type Why = ReturnType<typeof diagnosePlace>

function diagnose(move: Move, pod: DrainPod): Why | undefined {
  const { landingNodes, observed, plan } = move
  const budget = diagnoseBudget(pod, observed.drain)
  if (budget !== undefined) return budget
  if (plan.siteCountOf(pod) === 0) return diagnosePlace(pod, landingNodes, observed.drain)
  return move.stuckPod === undefined ? undefined : behindStuckPod(move.stuckPod)
}

/** No node that stays and no node of any group can run it, whatever its room: waiting cannot help. */
function homelessness(
  { landingNodes, observed, plan, planner }: Move,
  pod: DrainPod,
): Why | undefined {
  if (plan.couldHost(pod) || planner.hasGroupFor(pod)) return undefined
  return diagnosePlace(pod, landingNodes, observed.drain)
}

/** Only one pod at a time moves where few nodes fit; one that never lands holds the others up. */
function behindStuckPod(stuck: DrainPod): Why {
  return {
    code: 'ReplacementNotReady',
    reason: `waits until ${stuck.key} has a node: ${stuck.unschedulableMessage ?? 'it is Pending'}`,
    remedy: 'Make room for that pod, or remove it.',
    command: `kubectl -n ${stuck.namespace} describe pod ${stuck.name}`,
  }
}
