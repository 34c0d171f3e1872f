/** A world that is moved to another start. Twin layer. */

import { expect, it } from 'vitest'
import { tinyWorld } from '../../../test/tiny-world.ts'
import { startingAt } from './start-at.ts'

it('times since the start keep their distance, open ends stay open', () => {
  const world = tinyWorld()
  const startMs = Date.parse(world.startAt)
  const effect = { kind: 'throttle' } as const
  const moved = startingAt(
    {
      ...world,
      outages: [{ zone: 'eu-west-1a', fromMs: startMs + 5, untilMs: startMs + 9 }, {}],
      faults: [{ operation: 'eks:*', effect, fromMs: startMs }],
    },
    '2027-01-01T00:00:00Z',
  )
  const thereMs = Date.parse('2027-01-01T00:00:00Z')
  expect(moved.startAt).toBe('2027-01-01T00:00:00Z')
  expect(moved.outages).toEqual([
    { zone: 'eu-west-1a', fromMs: thereMs + 5, untilMs: thereMs + 9 },
    {},
  ])
  expect(moved.faults).toEqual([{ operation: 'eks:*', effect, fromMs: thereMs }])
})
