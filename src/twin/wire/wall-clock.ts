/** Wall time as the wire needs it; given from outside, so that tests have one of their own. Twin layer, types only. */

/** Something scheduled that can be taken back. */
export interface WallTimer {
  /** Idempotent, also after it ran. */
  cancel(): void
}

/** Wall time and one-shot timers. */
export interface WallClock {
  /** Epoch milliseconds. */
  nowMs(): number
  /** Runs `run` once after `delayMs` (0 = at the next turn, behind pending input). */
  after(delayMs: number, run: () => void): WallTimer
}
