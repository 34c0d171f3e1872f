/** The real wall clock for servers. Cli layer. */

import type { WallClock } from '../twin/wire/wall-clock.ts'

/** Monotonic epoch milliseconds and the process's own timers. */
export const wallClock: WallClock = {
  nowMs: () => performance.timeOrigin + performance.now(),
  after: (delayMs, run) => {
    // Immediates come behind pending input, zero timeouts only a millisecond later.
    if (delayMs < 1) {
      const immediate = setImmediate(run)
      return { cancel: () => clearImmediate(immediate) }
    }
    const timer = setTimeout(run, Math.min(delayMs, 2 ** 31 - 1))
    return { cancel: () => clearTimeout(timer) }
  },
}
