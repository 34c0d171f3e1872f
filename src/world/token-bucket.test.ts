import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../test/manual-clock.ts'
import { TokenBucket } from './token-bucket.ts'

const limits = { ratePerSecond: 2, burst: 3 }

async function takeAll(bucket: TokenBucket, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await bucket.take()
}

describe('TokenBucket', () => {
  it('lets a burst through at once and then one call per token', async () => {
    const clock = new ManualClock()
    await takeAll(new TokenBucket(clock, limits), 7)
    expect(clock.slept).toEqual([500, 500, 500, 500])
  })

  it('queues callers that come at the same time, first come first', async () => {
    const clock = new ManualClock()
    const bucket = new TokenBucket(clock, limits)
    const waits = [1, 2, 3, 4, 5].map(() => {
      const waitMs = bucket.waitMs()
      void bucket.take()
      return waitMs
    })
    expect(waits.slice(0, 3)).toEqual([0, 0, 0])
    expect(waits[3]).toBeGreaterThan(0)
  })

  it('never saves more than the burst', async () => {
    const clock = new ManualClock()
    const bucket = new TokenBucket(clock, limits)
    clock.pass(3_600_000)
    await takeAll(bucket, 4)
    expect(clock.slept).toEqual([500])
  })

  it('halves its rate when throttled, down to a sixteenth, and recovers a tenth a minute', () => {
    const clock = new ManualClock()
    const bucket = new TokenBucket(clock, limits)
    bucket.throttled()
    expect(bucket.ratePerSecond).toBe(1)
    for (let i = 0; i < 10; i += 1) bucket.throttled()
    expect(bucket.ratePerSecond).toBe(2 / 16)
    clock.pass(60_000)
    expect(bucket.waitMs()).toBe(0)
    expect(bucket.ratePerSecond).toBeCloseTo(2 * (1 / 16 + 0.1))
    clock.pass(600_000)
    bucket.waitMs()
    expect(bucket.ratePerSecond).toBe(2)
  })

  it('has no burst left after a throttle', async () => {
    const clock = new ManualClock()
    const bucket = new TokenBucket(clock, limits)
    bucket.throttled()
    expect(bucket.waitMs()).toBe(1000)
  })
})
