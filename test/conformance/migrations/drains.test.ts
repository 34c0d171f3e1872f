/** Single nodes drained by Regroup on a real control plane, and on the twin: the same evictions in the same order. */

import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../../../src/run/events.ts'
import { missingPrograms } from '../control-plane/installed.ts'
import {
  type Acts,
  actsOf,
  comparableEnd,
  evictionOrders,
  evictionSeconds,
  moveSeconds,
  objectsOf,
} from './comparison.ts'
import { drainFleet, drainWorld } from './drain-world.ts'
import { noteFigures, type Sides } from './figures.ts'
import { judgedWorld } from './judged-world.ts'
import { type RealWorld, startRealWorld } from './real-migration.ts'
import { twinMigration } from './twin-migration.ts'

const missing = missingPrograms('all')
const timeoutMs = 240_000
/** Long enough for refused connections, which the engine tells. */
const downMs = 5000
const podCount = 30
/** Evictions under way at once. */
const inFlightMax = 8

interface Drain {
  readonly name: string
  readonly isBlocked?: boolean
  readonly isDurable?: boolean
  /** Called with every event of the real run. */
  readonly onEvent?: (event: RunEvent, real: RealWorld) => void
}

async function drainBoth({ isBlocked, isDurable, name, onEvent }: Drain): Promise<Sides> {
  const startAt = `${new Date().toISOString().slice(0, 19)}Z`
  const world = judgedWorld(drainWorld(startAt, isBlocked), startAt)
  const started = await startRealWorld(world, isDurable === undefined ? {} : { isDurable })
  try {
    const real = await started.migrate(drainFleet(), (event) => onEvent?.(event, started))
    const twin = await twinMigration(started.world, drainFleet())
    const sides = { name, real, twin, world: started.world }
    noteFigures(sides)
    return sides
  } finally {
    await started.stop()
  }
}

function expectSameOrder({ real, twin, world }: Sides): void {
  const [ours, theirs] = [actsOf(real, world), actsOf(twin, world)]
  expect(ours).toEqual(theirs)
  expect(evictionOrders(ours, world)).toEqual(evictionOrders(theirs, world))
}

/**
 * An outage moves what one budget does against what the others do; of each budget the order stays. Whose answer was
 * lost was done without being told, or is done again.
 */
function expectSameDeeds({ real, twin, world }: Sides): void {
  const [ours, theirs] = [actsOf(real, world), actsOf(twin, world)]
  const told = new Set(objectsOf(ours, 'evict'))
  expect(told.size).toBeGreaterThanOrEqual(podCount - inFlightMax)
  const twinOrders = Object.entries(evictionOrders(theirs, world)).map(([budget, order]) => [
    budget,
    order.filter((one) => told.has(one)),
  ])
  expect(evictionOrders(ours, world)).toEqual(Object.fromEntries(twinOrders))
  const distinct = (acts: Acts): unknown =>
    Object.fromEntries(
      Object.keys(acts)
        .filter((kind) => kind !== 'evict')
        .map((kind) => [kind, [...new Set(objectsOf(acts, kind))]]),
    )
  expect(distinct(ours)).toEqual(distinct(theirs))
}

describe.skipIf(missing.length > 0).concurrent('a node full of pods', { retry: 1 }, () => {
  it(
    'budgets that differ: everything in the same order, the same end, the same time',
    async () => {
      const sides = await drainBoth({ name: 'drain' })
      const { real, twin } = sides
      expect(real.report).toMatchObject({ result: 'converged', pods: { moved: 30 } })
      expectSameOrder(sides)
      expect(comparableEnd(real)).toEqual(comparableEnd(twin))
      expect(Math.abs(moveSeconds(real) / moveSeconds(twin) - 1)).toBeLessThan(0.1)
    },
    timeoutMs,
  )

  it(
    'a budget that allows nothing: the others move, the same pods are named',
    async () => {
      const sides = await drainBoth({ name: 'drain with a blocker', isBlocked: true })
      const { real, twin } = sides
      expect(real.report).toMatchObject({ result: 'blocked', pods: { moved: 30 } })
      expectSameOrder(sides)
      expect(real.report.blocked.map(({ code, object }) => `${code} ${object}`).sort()).toEqual(
        twin.report.blocked.map(({ code, object }) => `${code} ${object}`).sort(),
      )
      expect(comparableEnd(real)).toEqual(comparableEnd(twin))
      expect(Math.abs(evictionSeconds(real) / evictionSeconds(twin) - 1)).toBeLessThan(0.1)
    },
    timeoutMs,
  )

  it(
    'API server and etcd killed on the way: the same evictions, the same end, and it says what it waits for',
    async () => {
      let evictedCount = 0
      let outage: Promise<void> | undefined
      let messages: readonly string[] = []
      const sides = await drainBoth({
        name: 'drain with a crash',
        isDurable: true,
        onEvent: ({ data, message, type }, { activity, plane }) => {
          if (outage !== undefined && type === 'wait') messages = [...messages, message]
          if (data?.kind === 'evict') evictedCount += 1
          if (evictedCount === 10) outage ??= activity.during(() => plane.crash(downMs))
        },
      })
      await outage
      const { real, twin } = sides
      expect(real.report.result).toBe('converged')
      expectSameDeeds(sides)
      expect(comparableEnd(real)).toEqual(comparableEnd(twin))
      expect(
        messages.filter((one) => /ECONNREFUSED|did not answer|connection/.test(one)),
      ).not.toEqual([])
    },
    timeoutMs,
  )
})
