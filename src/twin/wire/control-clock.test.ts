/** The shared clock over a real control endpoint. Twin layer. */

import { afterEach, describe, expect, it } from 'vitest'
import { wallClock } from '../../cli/wall-clock.ts'
import { isFailure } from '../../world/failure.ts'
import { emptyWorld } from '../build/empty-world.ts'
import { type ControlClock, joinTwinClock } from './control-clock.ts'
import { type RunningTwin, serveTwin } from './serve.ts'

const opened: { readonly running: RunningTwin; readonly clocks: ControlClock[] }[] = []

afterEach(async () => {
  for (const { clocks, running } of opened.splice(0)) {
    for (const clock of clocks) clock.close()
    await running.stop()
  }
})

async function served(clockCount: number) {
  const running = await serveTwin({
    world: emptyWorld('eu-west-1'),
    seed: '1',
    wall: wallClock,
    speed: 'max',
    address: '127.0.0.1',
    port: 0,
    controlPort: 0,
    controlToken: 'token',
    isThrottled: false,
  })
  const clocks: ControlClock[] = []
  opened.push({ running, clocks })
  const join = async (): Promise<ControlClock> => {
    const clock = await joinTwinClock(running.served.control)
    clocks.push(clock)
    return clock
  }
  for (let i = 0; i < clockCount; i += 1) await join()
  return { running, clocks, join, kernel: running.host.twin.kernel }
}

const dayMs = 24 * 3_600_000

describe('joinTwinClock', () => {
  it('sleeps a day of virtual time in no time', async () => {
    const { clocks, kernel } = await served(1)
    const [clock] = clocks
    const startMs = kernel.nowMs()
    expect(clock?.nowMs()).toBe(startMs)
    await clock?.sleep(dayMs)
    expect(clock?.nowMs()).toBe(startMs + dayMs)
    expect(kernel.nowMs()).toBe(startMs + dayMs)
  })

  it('a sleep that is woken ends at once, and the time is the twin’s', async () => {
    const { clocks, kernel } = await served(2)
    const [clock] = clocks
    const startMs = kernel.nowMs()
    const wake = new AbortController()
    // The second clock is at work: time stands still, so only the wake can end the sleep.
    const sleep = clock?.sleep(dayMs, wake.signal)
    wake.abort()
    await sleep
    expect(clock?.nowMs()).toBe(startMs)
    await clock?.sleep(dayMs, AbortSignal.abort())
    expect(clock?.nowMs()).toBe(startMs)
  })

  it('a client whose connection ends no longer holds time', async () => {
    const { clocks, kernel } = await served(2)
    const [clock, other] = clocks
    const startMs = kernel.nowMs()
    const sleep = clock?.sleep(1000)
    other?.close()
    await sleep
    expect(kernel.nowMs()).toBe(startMs + 1000)
  })

  it('says so when the twin is gone', async () => {
    const { clocks, running } = await served(1)
    await running.stop()
    const error: unknown = await clocks[0]?.sleep(1000).catch((reason: unknown) => reason)
    expect(isFailure(error, 'connection')).toBe(true)
  })

  it('says so when the token is wrong', async () => {
    const { running } = await served(0)
    const { endpoint } = running.served.control
    const error: unknown = await joinTwinClock({ endpoint, token: 'guessed' }).catch(
      (reason: unknown) => reason,
    )
    expect(isFailure(error, 'unauthenticated')).toBe(true)
  })
})
