/** A clock for tests of single functions: sleeping moves it on at once. Worlds use the twin's clock. */

import type { Clock } from '../src/world/clock.ts'

/** Starts at 0; `slept` lists the durations asked for, in order. */
export class ManualClock implements Clock {
  readonly slept: number[] = []
  private atMs = 0

  nowMs(): number {
    return this.atMs
  }

  sleep(durationMs: number): Promise<void> {
    this.slept.push(durationMs)
    this.atMs += durationMs
    return Promise.resolve()
  }

  /** Lets time pass without anyone sleeping. */
  pass(durationMs: number): void {
    this.atMs += durationMs
  }
}
