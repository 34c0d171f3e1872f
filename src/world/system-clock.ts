/** The clock of the machine: the adapter behind every real run. World layer. */

import type { Clock } from './clock.ts'

/** Timers longer than this overflow in Node (32 bits of milliseconds). */
const timerMsMax = 2 ** 31 - 1

/**
 * Epoch time that never goes backwards: it starts at the system's time and goes on by the monotonic
 * clock, so that a step of the system clock cannot end or prolong a wait.
 */
export function systemClock(): Clock {
  const offsetMs = Date.now() - performance.now()
  return {
    nowMs: () => Math.round(offsetMs + performance.now()),
    sleep: (durationMs, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve()
        const done = (): void => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', done)
          resolve()
        }
        const timer = setTimeout(done, Math.min(timerMsMax, Math.max(0, durationMs)))
        signal?.addEventListener('abort', done)
      }),
  }
}
