/** Clients that share the twin's time, and whether one of them is at work. Twin layer. */

import type { Kernel } from '../kernel/kernel.ts'

/**
 * A client that says when it waits for time, such as an engine on the twin's clock: while it is at work,
 * virtual time stands still at speed max, however long the work takes on the wall.
 */
export interface Participant {
  /** Resolves when virtual time has come to `untilMs`, or when the signal ends the wait. */
  wait(untilMs: number, signal: AbortSignal): Promise<void>
  /** It is gone; idempotent. Time no longer looks at it. */
  leave(): void
}

/** What participants need of the one who moves time. */
interface TimeSource {
  kernel(): Kernel
  /** Someone began or ended to wait, joined or left. */
  onChange(): void
}

/** The participants of one twin. */
export class Participants {
  private readonly source: TimeSource
  /** Waits under way, by participant. */
  private readonly waits = new Map<Participant, number>()

  constructor(source: TimeSource) {
    this.source = source
  }

  get count(): number {
    return this.waits.size
  }

  /** True while one of them is not waiting. */
  get isAnyAtWork(): boolean {
    for (const count of this.waits.values()) if (count === 0) return true
    return false
  }

  /** A new one, at work until its first wait. */
  join(): Participant {
    const participant: Participant = {
      wait: (untilMs, signal) =>
        this.reached(untilMs, signal, (difference) => this.change(participant, difference)),
      leave: () => {
        if (this.waits.delete(participant)) this.source.onChange()
      },
    }
    this.waits.set(participant, 0)
    this.source.onChange()
    return participant
  }

  private change(participant: Participant, difference: number): void {
    const count = this.waits.get(participant)
    if (count === undefined) return
    this.waits.set(participant, count + difference)
    this.source.onChange()
  }

  /** The wait begins once its event is there, and ends inside that very event, so that time stops there. */
  private reached(
    untilMs: number,
    signal: AbortSignal,
    count: (difference: 1 | -1) => void,
  ): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel()
        signal.removeEventListener('abort', end)
        count(-1)
        resolve()
      }
      const kernel = this.source.kernel()
      const timer = kernel.after(untilMs - kernel.nowMs(), 'participant waits', end)
      count(1)
      if (signal.aborted) end()
      else signal.addEventListener('abort', end)
    })
  }
}
