import { describe, expect, it } from 'vitest'
import { EventQueue } from './queue.ts'

function queue(...atMs: readonly number[]) {
  const events = new EventQueue()
  const timers = atMs.map((at) => events.push(at, `at ${at}`, false, () => undefined))
  return { events, timers }
}

describe('EventQueue', () => {
  it('gives events by time, equal times in the order they came', () => {
    const events = new EventQueue()
    for (const [at, label] of [
      [3, 'c'],
      [1, 'a'],
      [3, 'd'],
      [2, 'b'],
    ] as const) {
      events.push(at, label, false, () => undefined)
    }
    expect([1, 2, 3, 4].map(() => events.pop()?.label)).toEqual(['a', 'b', 'c', 'd'])
    expect(events.pop()).toBeUndefined()
  })

  it('does not give cancelled events', () => {
    const { events, timers } = queue(1, 2, 3)
    timers[0]?.cancel()
    timers[2]?.cancel()
    expect(events.peekMs()).toBe(2)
    expect(events.pendingForeground).toBe(1)
  })

  it('counts an event once, however often and late it is cancelled', () => {
    const { events, timers } = queue(1, 2)
    events.pop()
    timers[0]?.cancel()
    timers[0]?.cancel()
    expect(events.pendingForeground).toBe(1)
    timers[1]?.cancel()
    timers[1]?.cancel()
    expect(events.pendingForeground).toBe(0)
  })

  it('does not count background events as pending', () => {
    const events = new EventQueue()
    const timer = events.push(1, 'heartbeat', true, () => undefined)
    expect(events.pendingForeground).toBe(0)
    timer.cancel()
    expect(events.pendingForeground).toBe(0)
  })
})
