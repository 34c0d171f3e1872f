import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../test/manual-clock.ts'
import { RegroupError } from './failure.ts'
import { retrying } from './retry.ts'

const policy = { attemptsMax: 4, firstDelayMs: 1000, delayMsMax: 3000 }
/** Jitter at its end: the planned delay itself. */
const random = { next: () => 1 }

function failing(failures: readonly Error[]): () => Promise<string> {
  const left = [...failures]
  return () => {
    const next = left.shift()
    return next === undefined ? Promise.resolve('done') : Promise.reject(next)
  }
}

const throttled = new RegroupError('throttled', 'slow down')

describe('retrying', () => {
  it('doubles the delay up to its most', async () => {
    const clock = new ManualClock()
    const work = failing([throttled, throttled, throttled])
    await expect(retrying({ clock, random, policy }, work)).resolves.toBe('done')
    expect(clock.slept).toEqual([1000, 2000, 3000])
  })

  it('gives up with the last failure when the attempts are used up', async () => {
    const clock = new ManualClock()
    const work = failing([throttled, throttled, throttled, throttled])
    await expect(retrying({ clock, random, policy }, work)).rejects.toBe(throttled)
    expect(clock.slept).toHaveLength(3)
  })

  it.each([
    { name: 'a failure for good', error: new RegroupError('forbidden', 'no') },
    { name: 'a bug', error: new TypeError('x is not a function') },
  ])('does not repeat $name', async ({ error }) => {
    const clock = new ManualClock()
    await expect(retrying({ clock, random, policy }, failing([error]))).rejects.toBe(error)
    expect(clock.slept).toEqual([])
  })

  it('waits as long as the server asks', async () => {
    const clock = new ManualClock()
    const asked = new RegroupError('unavailable', 'later', { retry: { afterMs: 7000 } })
    const told: number[] = []
    await retrying(
      { clock, random, policy, onRetry: (_failure, delayMs) => told.push(delayMs) },
      failing([asked]),
    )
    expect(clock.slept).toEqual([7000])
    expect(told).toEqual([7000])
  })

  it('draws delays between half and the whole of the plan', async () => {
    const clock = new ManualClock()
    await retrying({ clock, random: { next: () => 0 }, policy }, failing([throttled]))
    expect(clock.slept).toEqual([500])
  })

  it('starts nothing new once its signal is aborted', async () => {
    const clock = new ManualClock()
    const signal = AbortSignal.abort()
    await expect(retrying({ clock, random, policy, signal }, failing([throttled]))).rejects.toBe(
      throttled,
    )
  })
})
