/** Virtual time, seeded randomness, ids and the journal of one twin. Twin layer. */

import { assert } from '../../world/assert.ts'
import { hash32, type Random, seededRandom } from '../../world/random.ts'
import { nextTurn } from '../../world/turn.ts'
import { Journal } from './journal.ts'
import { EventQueue, type Timer } from './queue.ts'

/** How a kernel starts. */
export interface KernelOptions {
  readonly seed: string
  /** Virtual time at the start, epoch milliseconds. */
  readonly startMs: number
  /** Journal lines kept; undefined keeps all. */
  readonly journalKeptMax?: number
}

/** Bounds of one {@link Kernel.runUntil}. */
export interface RunLimits {
  /** Virtual milliseconds from the start of the call. */
  readonly virtualMsMax: number
  readonly eventsMax: number
}

const defaultLimits: RunLimits = { virtualMsMax: 30 * 24 * 3_600_000, eventsMax: 50_000_000 }

/** The clock and event queue that drive the world and the engine alike. */
export class Kernel {
  readonly seed: string
  readonly startMs: number
  readonly journal: Journal
  private readonly queue = new EventQueue()
  private readonly afterEvent: (() => void)[] = []
  private readonly counters = new Map<string, number>()
  private currentMs: number
  private textSecond: number | undefined
  private text = ''
  private hasOutsideWork = true
  private firedCount = 0

  constructor(options: KernelOptions) {
    this.seed = options.seed
    this.startMs = options.startMs
    this.currentMs = options.startMs
    this.journal = new Journal(() => this.currentMs, options.journalKeptMax)
  }

  nowMs(): number {
    return this.currentMs
  }

  /** Events fired so far: a measure of work. */
  get eventCount(): number {
    return this.firedCount
  }

  /** Virtual time as Kubernetes writes it (whole seconds, UTC). */
  nowText(): string {
    const second = Math.floor(this.currentMs / 1000)
    if (second !== this.textSecond) {
      this.textSecond = second
      this.text = timeText(this.currentMs)
    }
    return this.text
  }

  /** Runs `run` after `delayMs`, in whole milliseconds (negative counts as 0). `label` shows in errors. */
  after(delayMs: number, label: string, run: () => void): Timer {
    return this.queue.push(this.currentMs + Math.max(0, Math.round(delayMs)), label, false, run)
  }

  /** As {@link after} for recurring background work, which alone does not keep time running. */
  afterInBackground(delayMs: number, label: string, run: () => void): Timer {
    return this.queue.push(this.currentMs + Math.max(0, Math.round(delayMs)), label, true, run)
  }

  /** The stream of an entity, new at every call: keep it where several draws are needed. */
  random(name: string): Random {
    return seededRandom(`${this.seed}/${name}`)
  }

  /** A hexadecimal id of `length` digits, unique per `scope` and stable for the seed. */
  hexId(scope: string, length: number): string {
    const count = (this.counters.get(scope) ?? 0) + 1
    this.counters.set(scope, count)
    let text = ''
    for (let part = 0; text.length < length; part += 1) {
      text += hash32(`${this.seed}/${scope}/${count}/${part}`).toString(16).padStart(8, '0')
    }
    return text.slice(0, length)
  }

  /** A UUID-shaped id, unique per `scope` and stable for the seed. */
  uuid(scope: string): string {
    const hex = this.hexId(scope, 32)
    return [8, 12, 16, 20, 32]
      .map((end, index) => hex.slice([0, 8, 12, 16, 20][index], end))
      .join('-')
  }

  /** Called after every event with the world at rest: where the judge looks. */
  onAfterEvent(listener: () => void): void {
    this.afterEvent.push(listener)
  }

  /** Says that a promise of the outside (engine, client) was resolved: it gets a turn before time moves. */
  outsideResolved(): void {
    this.hasOutsideWork = true
  }

  /** Fires events until `work` settles. @throws AssertionError when nothing is left that could settle it. */
  async runUntil<T>(work: Promise<T>, limits: RunLimits = defaultLimits): Promise<T> {
    let isSettled = false
    const settle = (): void => {
      isSettled = true
    }
    work.then(settle, settle)
    const endMs = this.currentMs + limits.virtualMsMax
    const eventsEnd = this.firedCount + limits.eventsMax
    this.hasOutsideWork = true
    for (;;) {
      if (this.hasOutsideWork) {
        this.hasOutsideWork = false
        await nextTurn()
        if (isSettled) return work
      }
      const nextMs = this.queue.peekMs()
      assert(nextMs !== undefined, 'the twin has no event left while work is still waiting')
      assert(nextMs <= endMs, `work did not settle within ${limits.virtualMsMax} virtual ms`)
      assert(this.firedCount < eventsEnd, `work did not settle within ${limits.eventsMax} events`)
      this.fireNext()
    }
  }

  /** Fires every event up to and including `untilMs`, then stands there. Synchronous: for worlds without clients. */
  advanceTo(untilMs: number): void {
    for (let next = this.queue.peekMs(); next !== undefined && next <= untilMs; ) {
      this.fireNext()
      next = this.queue.peekMs()
    }
    this.currentMs = Math.max(this.currentMs, untilMs)
  }

  /** Fires events until only background ones are left or `untilMs` is reached. True when it is quiet. */
  advanceUntilQuiet(untilMs: number): boolean {
    while (this.queue.pendingForeground > 0) {
      const next = this.queue.peekMs()
      if (next === undefined || next > untilMs) return false
      this.fireNext()
    }
    return true
  }

  /** Virtual time of the next event, undefined when there is none. */
  get nextEventMs(): number | undefined {
    return this.queue.peekMs()
  }

  /** Events that are not background: work that the world still has to do by itself. */
  get pendingForegroundCount(): number {
    return this.queue.pendingForeground
  }

  /** Fires the next event if it is due by `untilMs`; false when none is. Time does not move on its own. */
  step(untilMs: number): boolean {
    const next = this.queue.peekMs()
    if (next === undefined || next > untilMs) return false
    this.fireNext()
    return true
  }

  private fireNext(): void {
    const event = this.queue.pop()
    assert(event !== undefined, 'an event was there a moment ago')
    assert(event.atMs >= this.currentMs, 'time never goes backwards')
    this.currentMs = event.atMs
    this.firedCount += 1
    event.run?.()
    for (const listener of this.afterEvent) listener()
  }
}

/** RFC 3339 with whole seconds, as Kubernetes writes times. */
export function timeText(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`
}
