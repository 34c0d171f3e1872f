/** A clock for tests with sockets: short sleeps pass at once, long ones (deadlines) wait for the test. */

import type { Clock } from '../src/world/clock.ts'

interface Sleeper {
  readonly dueMs: number
  readonly wake: () => void
}

/** Starts at a fixed date; sleeps up to `shortMs` move it on by themselves. */
export class HeldClock implements Clock {
  readonly slept: number[] = []
  private readonly shortMs: number
  private readonly sleepers = new Set<Sleeper>()
  private atMs = Date.parse('2026-09-01T08:00:00Z')

  constructor(shortMs = 0) {
    this.shortMs = shortMs
  }

  nowMs(): number {
    return this.atMs
  }

  /** Sleeps that wait for {@link advance}. */
  get heldCount(): number {
    return this.sleepers.size
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(durationMs)
    if (signal?.aborted === true) return Promise.resolve()
    if (durationMs <= this.shortMs) {
      this.atMs += durationMs
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        dueMs: this.atMs + durationMs,
        wake: () => {
          this.sleepers.delete(sleeper)
          resolve()
        },
      }
      this.sleepers.add(sleeper)
      signal?.addEventListener('abort', sleeper.wake)
    })
  }

  /** Lets time pass; wakes whose time has come. */
  advance(durationMs: number): void {
    this.atMs += durationMs
    for (const sleeper of [...this.sleepers]) if (sleeper.dueMs <= this.atMs) sleeper.wake()
  }
}
