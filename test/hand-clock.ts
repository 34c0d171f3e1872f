/** A wall clock that a test moves by hand. */

import type { WallClock, WallTimer } from '../src/twin/wire/wall-clock.ts'

interface Pending {
  readonly atMs: number
  run: (() => void) | undefined
}

/** Time stands until {@link HandClock.advance}. */
export class HandClock implements WallClock {
  private currentMs = 1_000_000
  private readonly pending: Pending[] = []

  nowMs(): number {
    return this.currentMs
  }

  after(delayMs: number, run: () => void): WallTimer {
    const entry: Pending = { atMs: this.currentMs + delayMs, run }
    this.pending.push(entry)
    return {
      cancel: () => {
        entry.run = undefined
      },
    }
  }

  /** Timers that have not run. */
  get timerCount(): number {
    return this.pending.filter((entry) => entry.run !== undefined).length
  }

  /** Moves time and runs what is due, in order; new timers that are due run too. */
  advance(durationMs: number): void {
    const endMs = this.currentMs + durationMs
    for (;;) {
      const due = this.pending
        .filter((entry) => entry.run !== undefined && entry.atMs <= endMs)
        .sort((a, b) => a.atMs - b.atMs)[0]
      if (due === undefined) break
      this.currentMs = Math.max(this.currentMs, due.atMs)
      const { run } = due
      due.run = undefined
      run?.()
    }
    this.currentMs = endMs
  }
}
