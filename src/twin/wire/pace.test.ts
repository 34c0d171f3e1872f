/** Virtual time against a wall clock that the test moves. Twin layer. */

import { describe, expect, it } from 'vitest'
import { HandClock } from '../../../test/hand-clock.ts'
import { Kernel } from '../kernel/kernel.ts'
import { Pacer, type Speed } from './pace.ts'

const startMs = Date.parse('2026-11-24T08:00:00Z')

interface Paced {
  readonly kernel: Kernel
  readonly clock: HandClock
  readonly pacer: Pacer
  /** Virtual seconds since the start at which events fired. */
  readonly fired: number[]
}

function paced(
  speed: Speed,
  isPaused = false,
  onBroken: (reason: string) => void = () => {},
): Paced {
  const kernel = new Kernel({ seed: 'pace', startMs })
  const clock = new HandClock()
  const fired: number[] = []
  const pacer = new Pacer({ kernel, wall: clock, speed, isPaused, quietMs: 20, onBroken })
  return { kernel, clock, pacer, fired }
}

/** An event after so many virtual seconds, known to the pacer. */
function plan({ fired, kernel, pacer }: Paced, seconds: number, isBackground = false): void {
  const note = (): void => {
    fired.push((kernel.nowMs() - startMs) / 1000)
  }
  pacer.begin()
  if (isBackground) kernel.afterInBackground(seconds * 1000, 'test', note)
  else kernel.after(seconds * 1000, 'test', note)
  pacer.end()
}

describe('speed max', () => {
  it('jumps to the end of all work once clients were quiet', () => {
    const world = paced('max')
    plan(world, 600)
    plan(world, 1200)
    world.clock.advance(19)
    expect(world.fired).toEqual([])
    world.clock.advance(1)
    expect(world.fired).toEqual([600, 1200])
    expect(world.pacer.status().state).toBe('standing still')
  })

  it('stands still when only background events are left, without a timer', () => {
    const world = paced('max')
    plan(world, 10, true)
    world.clock.advance(3_600_000)
    expect(world.fired).toEqual([])
    expect(world.clock.timerCount).toBe(0)
    expect(world.pacer.status()).toMatchObject({
      state: 'standing still',
      pendingForegroundCount: 0,
    })
  })

  it('fires background events on the way to work', () => {
    const world = paced('max')
    plan(world, 10, true)
    plan(world, 60)
    world.clock.advance(20)
    expect(world.fired).toEqual([10, 60])
  })

  it('waits while a request is in flight, but not for ever', () => {
    const world = paced('max')
    plan(world, 600)
    world.pacer.begin()
    world.clock.advance(240)
    expect(world.fired).toEqual([])
    world.clock.advance(10)
    expect(world.fired).toEqual([600])
  })

  it('does not wait for a request that waits for time itself', async () => {
    const world = paced('max')
    world.pacer.begin()
    const answer = world.pacer.request(
      () =>
        new Promise<string>((resolve) =>
          world.kernel.after(60_000, 'answer', () => resolve('late')),
        ),
    )
    world.clock.advance(20)
    expect(await answer).toBe('late')
    expect(world.kernel.nowMs()).toBe(startMs + 60_000)
  })
})

describe('a number', () => {
  const rows = [
    { name: '1', speed: 1, wallMs: 60_000 },
    { name: '60', speed: 60, wallMs: 1000 },
    { name: '0.5', speed: 0.5, wallMs: 120_000 },
  ]
  it.each(rows)(
    '$name: a virtual minute takes its share of the wall clock',
    ({ speed, wallMs }) => {
      const world = paced(speed)
      plan(world, 60)
      world.clock.advance(wallMs - 1)
      expect(world.fired).toEqual([])
      world.clock.advance(1)
      expect(world.fired).toEqual([60])
    },
  )

  it('background events fire too', () => {
    const world = paced(1)
    plan(world, 10, true)
    world.clock.advance(10_000)
    expect(world.fired).toEqual([10])
  })

  it('requests come at the time that has passed', async () => {
    const world = paced(10)
    world.clock.advance(6000)
    const at = await world.pacer.request(() => Promise.resolve(world.kernel.nowMs()))
    expect(at - startMs).toBe(60_000)
  })

  it('a change of speed keeps what has passed', () => {
    const world = paced(1)
    plan(world, 100)
    world.clock.advance(50_000)
    world.pacer.setSpeed(50)
    world.clock.advance(999)
    expect(world.fired).toEqual([])
    world.clock.advance(1)
    expect(world.fired).toEqual([100])
  })
})

describe('paused', () => {
  it('nothing moves but by hand; requests are still answered', async () => {
    const world = paced('max', true)
    plan(world, 60)
    world.clock.advance(3_600_000)
    expect(world.fired).toEqual([])
    expect(await world.pacer.request(() => Promise.resolve(1))).toBe(1)
    world.pacer.stepBy(59_999)
    expect(world.fired).toEqual([])
    world.pacer.stepBy(1)
    expect(world.fired).toEqual([60])
  })

  it('steps until quiet, or says that it did not get there', () => {
    const world = paced('max', true)
    plan(world, 60)
    plan(world, 5, true)
    expect(world.pacer.stepUntilQuiet(30_000)).toBe(false)
    expect(world.pacer.stepUntilQuiet(60_000)).toBe(true)
    expect(world.fired).toEqual([5, 60])
  })

  it('resumes where it stood', () => {
    const world = paced(1, true)
    plan(world, 60)
    world.clock.advance(3_600_000)
    world.pacer.resume()
    world.clock.advance(60_000)
    expect(world.fired).toEqual([60])
    expect(world.kernel.nowMs()).toBe(startMs + 60_000)
  })
})

it('a bug inside an event stops time and is told, once', () => {
  const told: string[] = []
  const world = paced('max', false, (reason) => told.push(reason))
  world.kernel.after(1000, 'bad', () => {
    throw new Error('boom')
  })
  plan(world, 60)
  world.clock.advance(100)
  expect(world.pacer.status()).toMatchObject({
    state: 'broken',
    reason: 'a bug in the twin stopped time: boom',
  })
  world.clock.advance(3_600_000)
  expect(told).toEqual(['a bug in the twin stopped time: boom'])
})

describe('participants', () => {
  const never = new AbortController().signal

  it('hold time while they work, however long', () => {
    const world = paced('max')
    const participant = world.pacer.participants.join()
    plan(world, 600)
    world.clock.advance(3_600_000)
    expect(world.fired).toEqual([])
    expect(world.pacer.status()).toMatchObject({
      state: 'standing still',
      reason: 'a client on this clock is at work',
    })
    participant.leave()
    world.clock.advance(20)
    expect(world.fired).toEqual([600])
  })

  it('let time run to the end of their wait and not one event further', async () => {
    const world = paced('max')
    const participant = world.pacer.participants.join()
    for (const seconds of [10, 20, 30, 40]) plan(world, seconds)
    const wait = participant.wait(startMs + 25_000, never)
    world.clock.advance(1000)
    await wait
    expect(world.kernel.nowMs()).toBe(startMs + 25_000)
    expect(world.fired).toEqual([10, 20])
  })

  it('stop time at the event that ends their wait early', async () => {
    const world = paced('max')
    const participant = world.pacer.participants.join()
    const wake = new AbortController()
    world.kernel.after(15_000, 'news', () => wake.abort())
    plan(world, 20)
    const wait = participant.wait(startMs + 60_000, wake.signal)
    world.clock.advance(1000)
    await wait
    expect(world.kernel.nowMs()).toBe(startMs + 15_000)
    expect(world.fired).toEqual([])
  })

  it('with two of them, time runs only while both wait', async () => {
    const world = paced('max')
    const [one, other] = [world.pacer.participants.join(), world.pacer.participants.join()]
    const wait = one.wait(startMs + 5000, never)
    world.clock.advance(1000)
    expect(world.kernel.nowMs()).toBe(startMs)
    const otherWait = other.wait(startMs + 9000, never)
    world.clock.advance(1000)
    await wait
    expect(world.kernel.nowMs()).toBe(startMs + 5000)
    one.leave()
    world.clock.advance(1000)
    await otherWait
    expect(world.kernel.nowMs()).toBe(startMs + 9000)
  })

  it('hear what watchers are told before time goes on', async () => {
    const world = paced('max')
    const participant = world.pacer.participants.join()
    world.kernel.after(15_000, 'news', () => world.pacer.told())
    plan(world, 20)
    const wait = participant.wait(startMs + 60_000, never)
    world.clock.advance(2)
    expect(world.kernel.nowMs()).toBe(startMs + 15_000)
    world.clock.advance(1)
    expect(world.kernel.nowMs()).toBe(startMs + 15_000)
    world.clock.advance(1000)
    await wait
    expect(world.kernel.nowMs()).toBe(startMs + 60_000)
  })
})
