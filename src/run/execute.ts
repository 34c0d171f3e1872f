/** Executes the actions of one tick, a few at a time. Run layer. */

import { act } from '../act/act.ts'
import type { ActContext, ActionResult } from '../act/context.ts'
import type { Action } from '../decide/action.ts'
import { isFailure, RegroupError } from '../world/failure.ts'

/** Calls under way at once; the API server's and AWS's patience decide, not ours. */
const concurrencyMax = 8

/** Outcome of one action; failures that may pass are values here. */
export type Outcome =
  | { readonly action: Action; readonly result: ActionResult }
  | { readonly action: Action; readonly failure: RegroupError }

/** Runs all; rejects only for bugs and for failures that no retry can mend. */
export async function executeAll(
  actions: readonly Action[],
  context: ActContext,
  onOutcome: (outcome: Outcome) => void,
): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < actions.length) {
      const action = actions[next]!
      next += 1
      onOutcome(await executeOne(action, context))
    }
  }
  const count = Math.min(concurrencyMax, actions.length)
  await Promise.all(Array.from({ length: count }, worker))
}

async function executeOne(action: Action, context: ActContext): Promise<Outcome> {
  try {
    return { action, result: await act(action, context) }
  } catch (error) {
    if (error instanceof RegroupError && isPassing(error)) return { action, failure: error }
    throw error
  }
}

/** Worth another observation and another try. */
function isPassing(error: RegroupError): boolean {
  return error.retry !== 'never' || isFailure(error, 'conflict') || isFailure(error, 'not-found')
}
