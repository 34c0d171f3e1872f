/** One cut of a crash test: killed at a call, started again, held against the whole run. Run layer. */

import { differences, type EndState } from './end-state.ts'
import { type RehearseOptions, rehearseMigration } from './rehearse.ts'
import type { RehearsalReport } from './report.ts'

/** Where the engine is killed. */
export type CrashCut = NonNullable<RehearseOptions['crashAt']>

/** A run without a crash: what every cut is held against. */
export interface WholeRun {
  readonly report: RehearsalReport
  readonly end: EndState
  /** Port calls, each of which is cut before and after. */
  readonly callCount: number
}

/** What came of one cut; without problems it ended as the whole run did. */
export interface CutResult {
  readonly problems: readonly string[]
  /** Virtual seconds from start to end, the wait for the dead engine's lease included. */
  readonly virtualSeconds: number
}

/** @throws as {@link rehearseMigration}. */
export async function wholeRun(
  options: Omit<RehearseOptions, 'crashAt' | 'onEnd'>,
): Promise<WholeRun> {
  const ends: EndState[] = []
  const report = await rehearseMigration({ ...options, onEnd: (end) => ends.push(end) })
  const [end] = ends
  if (end === undefined) throw new TypeError('a rehearsal that ends has an end state')
  return { report, end, callCount: report.calls.aws + report.calls.kubernetes }
}

/** Never rejects: a broken rule and a bug are problems like any other. */
export async function crashCut(
  options: Omit<RehearseOptions, 'crashAt' | 'onEnd'>,
  cut: CrashCut,
  whole: Pick<WholeRun, 'report' | 'end'>,
): Promise<CutResult> {
  const problems: string[] = []
  try {
    const report = await rehearseMigration({
      ...options,
      crashAt: cut,
      onEnd: (end) => problems.push(...differences(whole.end, end)),
    })
    for (const { name, object } of report.invariants.broken) problems.push(`${name}: ${object}`)
    const { lost } = report.pods
    if (lost > whole.report.pods.lost) problems.push(`${lost} pods lost`)
    return { problems, virtualSeconds: report.virtualSeconds }
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error))
    return { problems, virtualSeconds: 0 }
  }
}

/** Both cuts of every call, or an even sample of `sampleCount` of them, alternately before and after. */
export function crashCuts(callCount: number, sampleCount?: number): readonly CrashCut[] {
  if (sampleCount === undefined) {
    return Array.from({ length: 2 * callCount }, (_, index) => ({
      call: 1 + Math.floor(index / 2),
      when: index % 2 === 0 ? 'before' : 'after',
    }))
  }
  return Array.from({ length: sampleCount }, (_, index) => ({
    call: Math.max(1, Math.floor((callCount * (index + 1)) / (sampleCount + 1))),
    when: index % 2 === 0 ? 'before' : 'after',
  }))
}
