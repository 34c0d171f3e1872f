/** The whole migration as one pure function of what is wanted and what is. Decide layer, pure. */

import type { Action } from './action.ts'
import { decideControlPlane } from './control-plane.ts'
import type { Blocker, Decision, Wait } from './decision.ts'
import { decideFence } from './fence.ts'
import { decideFinish } from './finish.ts'
import { newGroupsOf, oldGroupsOf } from './groups.ts'
import { lateBlockers } from './late-blocker.ts'
import { type LateInstances, noneLate } from './late-nodes.ts'
import { decideMovePods } from './move-pods.ts'
import { type MoveState, moveStateOf } from './move-state.ts'
import { decideNodeGroups } from './node-groups.ts'
import type { Observed } from './observed.ts'
import { podBlocker } from './pod-blocker.ts'
import { decidePreflight } from './preflight.ts'
import { decidePriorities } from './priorities.ts'
import { decideRetire, type EmptySince } from './retire.ts'
import { isDone, type StageResult } from './stage.ts'
import type { MigrationTarget } from './target.ts'

/** The next safe steps towards the target. Total: it decides for every observation. */
export function decideMigration(
  target: MigrationTarget,
  observed: Observed,
  context: {
    readonly nowMs: number
    readonly emptySince: EmptySince
    /** Absent = none. */
    readonly late?: LateInstances
  },
): Decision {
  const preflight = decidePreflight(target, observed)
  if (preflight.blockers.length > 0) return conclude([preflight], [])
  const results = [preflight, decideControlPlane(target, observed)]
  if (!results.every(isDone)) return conclude(results, [])
  results.push(decideNodeGroups(target, observed), decidePriorities(target, observed))
  if (!results.every(isDone)) return conclude(results, [])
  if (oldGroupsOf(target, observed).length === 0) {
    const late = lateBlockers(newGroupsOf(target, observed), {
      late: noneLate,
      ...context,
      observed,
    })
    return conclude([...results, decideFinish(target, observed)], late)
  }
  results.push(decideFence(target, observed))
  if (!isDone(results[results.length - 1]!)) return conclude(results, [])
  const state = moveStateOf(target, observed, { late: noneLate, ...context })
  results.push(decideMovePods(target, observed, state, context.nowMs))
  results.push(decideRetire(target, observed, { ...context, state }))
  return conclude(results, podBlockers(state))
}

function conclude(results: readonly StageResult[], more: readonly Blocker[]): Decision {
  const actions: readonly Action[] = results.flatMap((result) => result.actions)
  const waits: readonly Wait[] = results.flatMap((result) => result.waits)
  const blockers = uniqueBlockers([...results.flatMap((result) => result.blockers), ...more])
  const progress = results.map((result) => result.progress)
  const isFatal = blockers.some((blocker) => blocker.isFatal === true)
  if (isFatal) return { kind: 'blocked', actions: [], waits: [], blockers, progress }
  if (actions.length > 0) return { kind: 'act', actions, waits, blockers, progress }
  if (waits.length > 0) return { kind: 'wait', actions, waits, blockers, progress }
  const kind = blockers.length > 0 ? 'blocked' : results.every(isDone) ? 'settled' : 'wait'
  return { kind, actions, waits, blockers, progress }
}

function uniqueBlockers(blockers: readonly Blocker[]): readonly Blocker[] {
  const byKey = new Map(blockers.map((one) => [`${one.object} ${one.code}`, one]))
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}

function podBlockers(state: MoveState): readonly Blocker[] {
  const blockers: Blocker[] = []
  for (const one of state.nodes) {
    for (const { pod, stance } of one.pods) {
      if (stance.kind === 'blocked') blockers.push(podBlocker(pod, one, stance))
    }
  }
  return blockers
}
