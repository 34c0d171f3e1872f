/** Repeating a call that failed for a reason that passes, on the injected clock. World layer. */

import type { Clock } from './clock.ts'
import { isFailure, type RegroupError } from './failure.ts'
import type { Random } from './random.ts'

/** How often and how patiently. */
export interface RetryPolicy {
  /** Calls altogether, the first included; at least 1. */
  readonly attemptsMax: number
  /** Delay before the second attempt; doubled for each further one. */
  readonly firstDelayMs: number
  readonly delayMsMax: number
}

/** What {@link retrying} works with. */
export interface RetryContext {
  readonly clock: Clock
  /** Jitter: delays are drawn between half and the whole of the planned one. */
  readonly random: Random
  readonly policy: RetryPolicy
  /** False = this failure is not repeated; absent = those whose retry hint is not `never`. */
  readonly isRetried?: (failure: RegroupError) => boolean
  /** Told before every wait. */
  readonly onRetry?: (failure: RegroupError, delayMs: number) => void
  readonly signal?: AbortSignal
}

/** Runs `work` until it succeeds, fails for good, or the attempts are used up: then the last failure. */
export async function retrying<T>(context: RetryContext, work: () => Promise<T>): Promise<T> {
  const { clock, isRetried = isPassing, onRetry, policy, random, signal } = context
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      const isLast = attempt >= policy.attemptsMax || signal?.aborted === true
      if (isLast || !isFailure(error) || !isRetried(error)) throw error
      const delayMs = delayOf(error, attempt, context.policy, random)
      onRetry?.(error, delayMs)
      await clock.sleep(delayMs, signal)
    }
  }
}

/** True when the same call may work later. */
function isPassing(failure: RegroupError): boolean {
  return failure.retry !== 'never'
}

function delayOf(
  failure: RegroupError,
  attempt: number,
  policy: RetryPolicy,
  random: Random,
): number {
  const plannedMs = Math.min(policy.delayMsMax, policy.firstDelayMs * 2 ** (attempt - 1))
  const jitteredMs = Math.round(plannedMs * (0.5 + random.next() / 2))
  return typeof failure.retry === 'object'
    ? Math.max(failure.retry.afterMs, jitteredMs)
    : jitteredMs
}
