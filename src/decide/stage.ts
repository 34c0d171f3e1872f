/** What one stage of a decision returns, and how results are put together. Decide layer. */

import type { Action } from './action.ts'
import type { Blocker, StageName, StageProgress, Wait } from './decision.ts'

/** Result of one stage. */
export interface StageResult {
  readonly actions: readonly Action[]
  readonly waits: readonly Wait[]
  readonly blockers: readonly Blocker[]
  readonly progress: StageProgress
}

/** True when the stage has nothing left to do or to wait for. */
export function isDone(result: StageResult): boolean {
  return (
    result.actions.length === 0 &&
    result.waits.length === 0 &&
    result.progress.doneCount >= result.progress.totalCount
  )
}

/** Collects the parts of a stage's result. */
export class StageBuilder {
  readonly stage: StageName
  readonly actions: Action[] = []
  readonly waits: Wait[] = []
  readonly blockers: Blocker[] = []
  private done = 0
  private total = 0

  constructor(stage: StageName) {
    this.stage = stage
  }

  act(action: Action): void {
    this.actions.push(action)
  }

  wait(reason: string, object: string, message: string, untilMs?: number): void {
    const { stage } = this
    this.waits.push(
      untilMs === undefined
        ? { stage, reason, object, message }
        : { stage, reason, object, message, untilMs },
    )
  }

  block(blocker: Blocker): void {
    this.blockers.push(blocker)
  }

  count(doneCount: number, totalCount: number): void {
    this.done += doneCount
    this.total += totalCount
  }

  build(): StageResult {
    const { actions, blockers, stage, waits } = this
    return {
      actions,
      waits,
      blockers,
      progress: { stage, doneCount: this.done, totalCount: this.total },
    }
  }
}
