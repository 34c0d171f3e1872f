/** What a decision is: actions, waits and blockers as data. Decide layer, types only. */

import type { Action } from './action.ts'

/** Stages of a migration, in order; several may be in progress at once. */
export type StageName =
  | 'preflight'
  | 'control-plane'
  | 'node-groups'
  | 'priorities'
  | 'fence'
  | 'move-pods'
  | 'retire'
  | 'finish'

/** Something that must happen by itself. */
export interface Wait {
  readonly stage: StageName
  /** Stable word, e.g. `control-plane-updating`, `budget-exhausted`. */
  readonly reason: string
  readonly object: string
  readonly message: string
  /** Look again then at the latest; undefined = at the next change or poll. */
  readonly untilMs?: number
}

/** Something that never happens by itself: a human must decide. */
export interface Blocker {
  /** Code of drain-and-rolling 6.6 for pods, or `area/what`. */
  readonly code: string
  readonly object: string
  readonly reason: string
  readonly remedy: string
  /** Controller of a pod, `ReplicaSet web`; absent for objects that are no pods and for bare pods. */
  readonly owner?: string
  /** Node of a pod. */
  readonly nodeName?: string
  /** Since when its node has been cordoned for it, epoch milliseconds; absent while it is not. */
  readonly sinceMs?: number
  /** One command that shows or mends the cause. */
  readonly command?: string
  /** True when nothing at all may be done before it is solved. */
  readonly isFatal?: boolean
}

/** How far a stage is. */
export interface StageProgress {
  readonly stage: StageName
  readonly doneCount: number
  readonly totalCount: number
}

/** The next step; `settled` means that desired and observed are the same. */
export interface Decision {
  readonly kind: 'settled' | 'act' | 'wait' | 'blocked'
  readonly actions: readonly Action[]
  readonly waits: readonly Wait[]
  readonly blockers: readonly Blocker[]
  readonly progress: readonly StageProgress[]
}
