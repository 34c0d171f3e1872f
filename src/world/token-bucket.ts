/** A token bucket on the injected clock that slows down when a server throttles. World layer. */

import type { Clock } from './clock.ts'

/** How much a bucket lets through. */
export interface BucketLimits {
  /** Tokens that come back per second; greater than 0. */
  readonly ratePerSecond: number
  /** Calls that may go out at once after a quiet time; at least 1. */
  readonly burst: number
}

/** The rate never falls below this share of the limit. */
const rateShareMin = 1 / 16
/** What a throttled bucket gets back of its rate per minute (controller-and-scale.md 5). */
const recoverySharePerMinute = 0.1

/** First come, first served; one per thing that the server counts. */
export class TokenBucket {
  private readonly clock: Clock
  private readonly limits: BucketLimits
  private tokens: number
  private rateShare = 1
  private updatedMs: number

  constructor(clock: Clock, limits: BucketLimits) {
    this.clock = clock
    this.limits = limits
    this.tokens = limits.burst
    this.updatedMs = clock.nowMs()
  }

  /** Tokens per second at the moment. */
  get ratePerSecond(): number {
    return this.limits.ratePerSecond * this.rateShare
  }

  /** How long a call that comes now would wait; milliseconds, 0 = not at all. */
  waitMs(): number {
    this.refill()
    return Math.max(0, Math.ceil(((1 - this.tokens) / this.ratePerSecond) * 1000))
  }

  /** Resolves when the call may go out; an aborted `signal` ends the wait at once. */
  async take(signal?: AbortSignal): Promise<void> {
    const waitMs = this.waitMs()
    this.tokens -= 1
    if (waitMs > 0) await this.clock.sleep(waitMs, signal)
  }

  /** The server refused a call for its rate: half the rate from now on, and no burst. */
  throttled(): void {
    this.refill()
    this.rateShare = Math.max(rateShareMin, this.rateShare / 2)
    this.tokens = Math.min(this.tokens, 0)
  }

  private refill(): void {
    const nowMs = this.clock.nowMs()
    const seconds = Math.max(0, (nowMs - this.updatedMs) / 1000)
    this.updatedMs = nowMs
    this.tokens = Math.min(this.limits.burst, this.tokens + seconds * this.ratePerSecond)
    this.rateShare = Math.min(1, this.rateShare + (seconds / 60) * recoverySharePerMinute)
  }
}
