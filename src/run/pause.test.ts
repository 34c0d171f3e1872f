import { describe, expect, it } from 'vitest'
import { smallWorld } from '../../test/small-world.ts'
import type { Action } from '../decide/action.ts'
import { Backoff } from './backoff.ts'
import { Pause } from './pause.ts'

describe('Backoff', () => {
  const action = (object: string): Action => ({
    kind: 'evict',
    object,
    reason: '',
    namespace: 'default',
    pod: object,
    uid: 'u',
    nodeName: 'n',
  })

  it('doubles from two seconds to thirty', () => {
    const backoff = new Backoff()
    const delays: number[] = []
    let nowMs = 0
    for (let round = 0; round < 7; round += 1) {
      backoff.refused(action('a'), nowMs)
      const untilMs = backoff.nextMs(nowMs) ?? 0
      delays.push(untilMs - nowMs)
      nowMs = untilMs
    }
    expect(delays).toEqual([2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
  })

  it('waits at least as long as the server asks', () => {
    const backoff = new Backoff()
    backoff.refused(action('a'), 0, 10_000)
    expect(backoff.isResting(action('a'), 9999)).toBe(true)
    expect(backoff.isResting(action('a'), 10_000)).toBe(false)
  })

  it('is about one step, and begins anew after a success', () => {
    const backoff = new Backoff()
    backoff.refused(action('a'), 0)
    expect(backoff.isResting(action('b'), 0)).toBe(false)
    backoff.succeeded(action('a'))
    expect(backoff.nextMs(0)).toBeUndefined()
    backoff.refused(action('a'), 0)
    expect(backoff.nextMs(0)).toBe(2000)
  })
})

describe('Pause', () => {
  function paused() {
    const world = smallWorld()
    const { clock } = world.connect('one')
    const abort = new AbortController()
    const startMs = clock.nowMs()
    const pause = new Pause(clock, abort.signal)
    const later = (ms: number, run: () => void): void => void world.kernel.after(ms, 'test', run)
    /** Milliseconds that a wait takes. */
    const timed = async (work: Promise<unknown>): Promise<number> => {
      await world.call(work)
      return clock.nowMs() - startMs
    }
    return { abort, later, pause, startMs, timed }
  }

  it('lasts to its time', async () => {
    const { pause, startMs, timed } = paused()
    expect(await timed(pause.until(startMs + 700))).toBe(700)
    expect(await timed(pause.until(startMs + 100))).toBe(700)
  })

  it('ends when something changes, and only where that is asked for', async () => {
    const one = paused()
    one.later(100, () => one.pause.wake())
    expect(await one.timed(one.pause.orWoken(one.startMs + 5000))).toBe(100)
    const other = paused()
    other.later(100, () => other.pause.wake())
    expect(await other.timed(other.pause.until(other.startMs + 5000))).toBe(5000)
  })

  it('remembers a change that came before the wait, once', async () => {
    const { pause, startMs, timed } = paused()
    pause.wake()
    expect(await timed(pause.orWoken(startMs + 5000))).toBe(0)
    expect(await timed(pause.orWoken(startMs + 5000))).toBe(5000)
  })

  it('forgets changes of a quiet wait', async () => {
    const { later, pause, startMs, timed } = paused()
    later(100, () => pause.wake())
    expect(await timed(pause.quietly(startMs + 1000))).toBe(1000)
    expect(await timed(pause.orWoken(startMs + 3000))).toBe(3000)
  })

  it('ends every wait when the run is aborted, also those that come', async () => {
    const { abort, later, pause, startMs, timed } = paused()
    later(100, () => abort.abort())
    expect(await timed(pause.until(startMs + 5000))).toBe(100)
    expect(await timed(pause.quietly(startMs + 9000))).toBe(100)
  })
})
