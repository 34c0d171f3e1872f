/** Steps that were refused wait before they are tried again. Run layer. */

import type { Action } from '../decide/action.ts'

const firstMs = 2000
const maxMs = 30_000

/** Delays per step: doubled at every refusal, forgotten after a success. */
export class Backoff {
  private readonly entries = new Map<string, { untilMs: number; delayMs: number }>()

  /** True while the step should be left alone. */
  isResting(action: Action, nowMs: number): boolean {
    return (this.entries.get(keyOf(action))?.untilMs ?? 0) > nowMs
  }

  /** Notes a refusal; `leastMs` is what the server asked for. */
  refused(action: Action, nowMs: number, leastMs = 0): void {
    const key = keyOf(action)
    const delayMs = Math.max(leastMs, this.entries.get(key)?.delayMs ?? firstMs)
    this.entries.set(key, { untilMs: nowMs + delayMs, delayMs: Math.min(maxMs, delayMs * 2) })
  }

  succeeded(action: Action): void {
    this.entries.delete(keyOf(action))
  }

  /** When the next step may be tried again; undefined when none rests. */
  nextMs(nowMs: number): number | undefined {
    const later = [...this.entries.values()].map((one) => one.untilMs).filter((ms) => ms > nowMs)
    return later.length === 0 ? undefined : Math.min(...later)
  }
}

function keyOf(action: Action): string {
  return `${action.kind} ${action.object}`
}
