/** How virtual time runs against wall time while real clients look on. Twin layer. */

import { assert } from '../../world/assert.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { Participants } from './participants.ts'
import type { WallClock, WallTimer } from './wall-clock.ts'

/** Virtual milliseconds per wall millisecond; `max` jumps from event to event when clients are quiet. */
export type Speed = number | 'max'

/** How a pacer starts. */
export interface PaceOptions {
  readonly kernel: Kernel
  readonly wall: WallClock
  readonly speed: Speed
  readonly isPaused: boolean
  /** At speed max: so long after the last request time runs on. @default 20 wall ms */
  readonly quietMs?: number
  /** Told once when a bug stopped time, with the reason of {@link PaceStatus}. */
  readonly onBroken?: (reason: string) => void
}

/** What moves and what does not. */
export interface PaceStatus {
  readonly state: 'running' | 'standing still' | 'paused' | 'broken'
  /** Why it is so, one sentence. */
  readonly reason: string
  readonly speed: Speed
  readonly nowMs: number
  readonly nextEventMs: number | undefined
  /** Work that the world still has to do by itself. */
  readonly pendingForegroundCount: number
  /** Requests that are being answered. */
  readonly requestCount: number
  /** How far virtual time is behind the wall clock's demand, virtual milliseconds; 0 at speed max. */
  readonly lagMs: number
}

/** With participants, so long after the last request or watch event time runs on. Wall milliseconds. */
const participantQuietMs = 2
/** A slice of events ends after so much wall time, so that requests get their turn. */
const sliceMs = 20
/** Clients that never fall quiet do not hold time for longer than this, wall milliseconds. */
const holdMsMax = 250

/**
 * Drives one kernel. Requests run at the virtual time they find: all events due at that instant have
 * fired before, so that a replay of the same requests at the same virtual times gives the same world.
 */
export class Pacer {
  private kernel: Kernel
  private readonly wall: WallClock
  private readonly quietMs: number
  private readonly onBroken: (reason: string) => void
  private currentSpeed: Speed
  private isPausedNow: boolean
  private brokenBy: string | undefined
  private timer: WallTimer | undefined
  private requestCount = 0
  /** Requests whose answer is an event that time has to reach. */
  private waitingCount = 0
  /** Clients that share this time. */
  readonly participants = new Participants({
    kernel: () => this.kernel,
    onChange: () => this.touch(),
  })
  private isSliceOver = false
  private lastActivityMs: number
  private lastSliceMs: number
  private anchor = { wallMs: 0, virtualMs: 0 }
  private isStopped = false

  constructor(options: PaceOptions) {
    this.kernel = options.kernel
    this.wall = options.wall
    this.quietMs = options.quietMs ?? 20
    this.onBroken = options.onBroken ?? (() => {})
    this.currentSpeed = checkedSpeed(options.speed)
    this.isPausedNow = options.isPaused
    this.lastActivityMs = options.wall.nowMs()
    this.lastSliceMs = this.lastActivityMs
    this.moveAnchor()
    this.schedule()
  }

  /** True when calls take virtual time: only where virtual time runs along with the wall clock. */
  get hasLatency(): boolean {
    return !this.isPausedNow && this.currentSpeed !== 'max'
  }

  get speed(): Speed {
    return this.currentSpeed
  }

  get isPaused(): boolean {
    return this.isPausedNow
  }

  /** Another world takes the place of the old one, whose events never fire again. */
  attach(kernel: Kernel): void {
    this.kernel = kernel
    this.brokenBy = undefined
    this.moveAnchor()
    this.schedule()
  }

  /** Starts one request at the present instant and fires what is due at it. */
  request<T>(start: () => Promise<T>): Promise<T> {
    this.catchUp()
    this.finishInstant()
    const work = start()
    this.finishInstant()
    this.waitingCount += 1
    const leave = (): void => {
      this.waitingCount -= 1
    }
    work.then(leave, leave)
    this.touch()
    return work
  }

  /** A request is being read, worked on or written: at speed max time waits for it. */
  begin(): void {
    this.requestCount += 1
    this.touch()
  }

  /** The request of {@link begin} is over. */
  end(): void {
    this.requestCount -= 1
    this.touch()
  }

  /** A watcher was told something: with participants, time waits until they had a chance to hear it. */
  told(): void {
    this.lastActivityMs = this.wall.nowMs()
    if (this.participants.count > 0) this.isSliceOver = true
  }

  pause(): void {
    this.catchUp()
    this.isPausedNow = true
    this.schedule()
  }

  resume(): void {
    this.isPausedNow = false
    this.moveAnchor()
    this.schedule()
  }

  setSpeed(speed: Speed): void {
    this.catchUp()
    this.currentSpeed = checkedSpeed(speed)
    this.moveAnchor()
    this.schedule()
  }

  /** Moves time by hand: everything due within `durationMs` happens now. Also while paused. */
  stepBy(durationMs: number): void {
    assert(durationMs >= 0, 'time never goes backwards')
    this.guard(() => this.kernel.advanceTo(this.kernel.nowMs() + durationMs))
    this.moveAnchor()
    this.schedule()
  }

  /** Fires events until only background ones are left; false when `durationMsMax` was reached first. */
  stepUntilQuiet(durationMsMax: number): boolean {
    let isQuiet = false
    this.guard(() => {
      isQuiet = this.kernel.advanceUntilQuiet(this.kernel.nowMs() + durationMsMax)
    })
    this.moveAnchor()
    this.schedule()
    return isQuiet
  }

  /** No timer is left; the pacer is done. */
  stop(): void {
    this.isStopped = true
    this.timer?.cancel()
  }

  status(): PaceStatus {
    const { kernel } = this
    const { reason, state } = this.condition()
    return {
      state,
      reason,
      speed: this.currentSpeed,
      nowMs: kernel.nowMs(),
      nextEventMs: kernel.nextEventMs,
      pendingForegroundCount: kernel.pendingForegroundCount,
      requestCount: this.requestCount,
      lagMs: this.hasLatency ? Math.max(0, Math.round(this.demandMs() - kernel.nowMs())) : 0,
    }
  }

  private condition(): Pick<PaceStatus, 'state' | 'reason'> {
    if (this.brokenBy !== undefined) return { state: 'broken', reason: this.brokenBy }
    if (this.isPausedNow) return { state: 'paused', reason: 'paused: step, or resume' }
    if (this.currentSpeed !== 'max') {
      return { state: 'running', reason: `${this.currentSpeed} times as fast as the wall clock` }
    }
    if (this.isHeld) {
      return { state: 'standing still', reason: 'a client on this clock is at work' }
    }
    if (this.kernel.pendingForegroundCount === 0) {
      return {
        state: 'standing still',
        reason: 'nothing left to do but recurring background events',
      }
    }
    return { state: 'running', reason: 'jumping from event to event while no request is in flight' }
  }

  /** A participant is at work, and not in a request whose answer time has to bring. */
  private get isHeld(): boolean {
    return this.waitingCount === 0 && this.participants.isAnyAtWork
  }

  private touch(): void {
    this.lastActivityMs = this.wall.nowMs()
    this.schedule()
  }

  /** All events due at this very instant have fired afterwards. */
  private finishInstant(): void {
    if (this.brokenBy === undefined) this.guard(() => this.kernel.advanceTo(this.kernel.nowMs()))
  }

  private schedule(): void {
    this.timer?.cancel()
    this.timer = undefined
    if (this.isStopped || this.isPausedNow || this.brokenBy !== undefined) return
    const delayMs =
      this.currentSpeed === 'max' ? this.delayAtMax() : this.delayAtSpeed(this.currentSpeed)
    if (delayMs !== undefined) this.timer = this.wall.after(delayMs, () => this.slice())
  }

  private delayAtMax(): number | undefined {
    if (this.kernel.pendingForegroundCount === 0 || this.isHeld) return undefined
    const now = this.wall.nowMs()
    const isShared = this.participants.count > 0
    const isBusy = this.requestCount > this.waitingCount
    if (isShared && isBusy) return undefined
    const quietMs = isShared ? participantQuietMs : this.quietMs
    const quietAt = isBusy ? Number.POSITIVE_INFINITY : this.lastActivityMs + quietMs
    if (isShared) return Math.max(0, quietAt - now)
    return Math.max(0, Math.min(quietAt, this.lastSliceMs + holdMsMax) - now)
  }

  private delayAtSpeed(speed: number): number | undefined {
    const next = this.kernel.nextEventMs
    if (next === undefined) return undefined
    return Math.max(0, Math.ceil((next - this.demandMs()) / speed))
  }

  /** Where virtual time ought to be by the wall clock. */
  private demandMs(): number {
    const { virtualMs, wallMs } = this.anchor
    const factor = this.currentSpeed === 'max' ? 0 : this.currentSpeed
    return Math.floor(virtualMs + (this.wall.nowMs() - wallMs) * factor)
  }

  private slice(): void {
    this.timer = undefined
    if (this.currentSpeed === 'max') {
      const endMs = this.wall.nowMs() + sliceMs
      this.isSliceOver = false
      this.guard(() => {
        // A call may have ended since the timer was set: its client is at work again.
        while (!this.isHeld && !this.isSliceOver && this.wall.nowMs() < endMs) {
          if (this.kernel.pendingForegroundCount === 0) return
          this.kernel.step(Number.POSITIVE_INFINITY)
        }
      })
    } else {
      this.catchUp()
    }
    this.lastSliceMs = this.wall.nowMs()
    this.schedule()
  }

  /** Brings virtual time to where the wall clock wants it, as far as one slice reaches. */
  private catchUp(): void {
    if (!this.hasLatency || this.brokenBy !== undefined) return
    const untilMs = Math.max(this.kernel.nowMs(), this.demandMs())
    const endMs = this.wall.nowMs() + sliceMs
    this.guard(() => {
      while (this.kernel.step(untilMs)) if (this.wall.nowMs() >= endMs) return
      this.kernel.advanceTo(untilMs)
    })
  }

  private moveAnchor(): void {
    this.anchor = { wallMs: this.wall.nowMs(), virtualMs: this.kernel.nowMs() }
  }

  /** A bug inside an event stops time and is told; the server goes on answering. */
  private guard(run: () => void): void {
    try {
      run()
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      this.brokenBy = `a bug in the twin stopped time: ${why}`
      this.onBroken(this.brokenBy)
    }
  }
}

function checkedSpeed(speed: Speed): Speed {
  assert(
    speed === 'max' || (Number.isFinite(speed) && speed > 0),
    'a speed is max or a positive number',
  )
  return speed
}
