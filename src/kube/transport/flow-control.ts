/** How fast one client may ask one API server, and what waits for it. Kube layer. */

import type { Clock } from '../../world/clock.ts'
import { TokenBucket } from '../../world/token-bucket.ts'

/**
 * Why a call waits: our own rate, too many under way, the server's flow control, an answer that is late, or a
 * watch in which nothing was heard for so long that it is opened anew.
 */
export type WaitReason = 'rate' | 'in-flight' | 'server' | 'answer' | 'silence'

/** Told when a call starts to wait; `waitMs` is 0 when nobody knows how long, for an answer its longest wait. */
export type WaitListener = (wait: {
  readonly what: string
  readonly reason: WaitReason
  readonly waitMs: number
}) => void

/** Limits of one client. */
export interface FlowLimits {
  /** @default 50, as kube-controller-manager and the scheduler ask */
  readonly ratePerSecond: number
  /** @default 100 */
  readonly burst: number
  /** Calls under way at once; watches do not count. @default 16 */
  readonly inFlightMax: number
}

/** What a run can show: counters since the start, and the state now. */
export interface FlowCounts {
  readonly sentCount: number
  readonly inFlightCount: number
  readonly waitingCount: number
  /** Calls that had to wait at all, and for how long together. */
  readonly waitedCount: number
  readonly waitedMs: number
  /** Refusals by the server's flow control (429 without a budget). */
  readonly throttledCount: number
}

const limitsDefault: FlowLimits = { ratePerSecond: 50, burst: 100, inFlightMax: 16 }

/** First come, first served. */
export class FlowControl {
  private readonly clock: Clock
  private readonly bucket: TokenBucket
  private readonly inFlightMax: number
  private readonly onWait: WaitListener | undefined
  private readonly queue: (() => void)[] = []
  private pausedUntilMs = 0
  private sentCount = 0
  private inFlightCount = 0
  private waitingCount = 0
  private waitedCount = 0
  private waitedMs = 0
  private throttledCount = 0

  constructor(clock: Clock, limits: Partial<FlowLimits> = {}, onWait?: WaitListener) {
    const { burst, inFlightMax, ratePerSecond } = { ...limitsDefault, ...limits }
    this.clock = clock
    this.bucket = new TokenBucket(clock, { burst, ratePerSecond })
    this.inFlightMax = inFlightMax
    this.onWait = onWait
  }

  /** The counters now. */
  counts(): FlowCounts {
    const { inFlightCount, sentCount, throttledCount, waitedCount, waitedMs, waitingCount } = this
    return { sentCount, inFlightCount, waitingCount, waitedCount, waitedMs, throttledCount }
  }

  /** Runs a call when it is its turn. */
  async run<T>(what: string, work: () => Promise<T>): Promise<T> {
    const startMs = this.clock.nowMs()
    this.waitingCount += 1
    try {
      await this.turn(what)
    } finally {
      this.waitingCount -= 1
    }
    const waitedMs = this.clock.nowMs() - startMs
    if (waitedMs > 0) {
      this.waitedCount += 1
      this.waitedMs += waitedMs
    }
    this.sentCount += 1
    try {
      return await work()
    } finally {
      this.inFlightCount -= 1
      this.queue.shift()?.()
    }
  }

  /** Waits for a token only: for watches, which stay open. */
  async admit(what: string): Promise<void> {
    await this.rateTurn(what)
    this.sentCount += 1
  }

  /** The server's flow control refused a call: everything waits, and goes on more slowly. */
  throttled(afterMs: number): void {
    this.throttledCount += 1
    this.bucket.throttled()
    this.pausedUntilMs = Math.max(this.pausedUntilMs, this.clock.nowMs() + afterMs)
  }

  private async turn(what: string): Promise<void> {
    await this.rateTurn(what)
    if (this.inFlightCount >= this.inFlightMax) {
      this.onWait?.({ what, reason: 'in-flight', waitMs: 0 })
      await new Promise<void>((resolve) => this.queue.push(resolve))
    }
    this.inFlightCount += 1
  }

  private async rateTurn(what: string): Promise<void> {
    const pauseMs = this.pausedUntilMs - this.clock.nowMs()
    if (pauseMs > 0) {
      this.onWait?.({ what, reason: 'server', waitMs: pauseMs })
      await this.clock.sleep(pauseMs)
    }
    const waitMs = this.bucket.waitMs()
    if (waitMs > 0) this.onWait?.({ what, reason: 'rate', waitMs })
    await this.bucket.take()
  }
}
