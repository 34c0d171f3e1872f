/** An end of some lines, written down. Nodes layer. */

import type { Outcome } from './outcome.ts'
import { type State, tell } from './state.ts'
import type { Lines } from './state-parts.ts'

/** Notes the lines of the whole input, and tells what blocks; what is told later is left alone. */
export function noteOutcome(outcome: Outcome | undefined, lines: Lines, state: State): void {
  if (outcome === undefined || outcome.verdict === 'script' || outcome.verdict === 'later') return
  const { firstLine, lastLine } = lines
  state.notes.add(firstLine, lastLine, outcome.verdict, outcome.why)
  if (outcome.verdict !== 'blocking') return
  const { code, remedy, why } = outcome
  tell(state, { code, severity: 'error', message: why, remedy, line: firstLine })
}
