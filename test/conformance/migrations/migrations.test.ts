/** Whole migrations by Regroup on a real control plane, and the same on the twin. */

import { describe, expect, it } from 'vitest'
import { loadFleet } from '../../../src/fleet/load-fleet.ts'
import { scenarioWorld } from '../../../src/twin/build/scenario.ts'
import { scenarioFleetYaml } from '../../../src/twin/build/scenario-fleet.ts'
import { assert } from '../../../src/world/assert.ts'
import { missingPrograms } from '../control-plane/installed.ts'
import {
  actsOf,
  comparableEnd,
  evictionOrders,
  evictionSeconds,
  moveSeconds,
  objectsOf,
} from './comparison.ts'
import { noteFigures, type Sides } from './figures.ts'
import { judgedWorld } from './judged-world.ts'
import { startRealWorld } from './real-migration.ts'
import { twinMigration } from './twin-migration.ts'

const missing = missingPrograms('all')
const timeoutMs = 580_000

/**
 * Of these kinds the two sides must have done the same. How many nodes are launched, and so protected, depends on
 * where the scheduler puts pods among equal nodes; how often the priority map is written, on how many groups
 * happen to end in one tick.
 */
const comparedKinds = [
  'update-control-plane',
  'update-addon',
  'set-autoscaler-image',
  'create-node-group',
  'write-record',
  'fence-group',
  'prefer-no-schedule',
  'cordon',
  'evict',
  'lower-minimum',
  'terminate',
  'mark-empty',
  'delete-group',
  'delete-record',
  'blocked',
]

/** A scenario; without the pods of operators where which of two siblings goes first decides what is blocked. */
interface Case {
  readonly name: string
  readonly hasOperators?: boolean
  /** How far the two times may be apart. @default 0.1 */
  readonly timeShareMax?: number
}

/** Side by side: they mostly wait for pods. */
const smaller: readonly Case[] = [
  { name: 'starter' },
  { name: 'pdb-hostile' },
  // Whether one more round of nodes is launched in between, a minute of ten, depends on the scheduler's lot.
  { name: 'data-heavy', hasOperators: false, timeShareMax: 0.2 },
]

async function migrateBoth({ hasOperators = true, name }: Case): Promise<Sides> {
  const bytes = scenarioFleetYaml(name)
  const described = scenarioWorld(name)
  assert(bytes !== undefined && described !== undefined, `there is a scenario ${name}`)
  const { desired: fleet } = loadFleet({ file: name, bytes })
  assert(fleet !== undefined, 'its fleet is right')
  const startAt = `${new Date().toISOString().slice(0, 19)}Z`
  const judged = judgedWorld(described, startAt)
  const clusters = judged.clusters.map((cluster) => ({
    ...cluster,
    objects: cluster.objects.filter(({ kind }) => hasOperators || kind !== 'Pod'),
  }))
  const started = await startRealWorld({ ...judged, clusters })
  try {
    const real = await started.migrate(fleet)
    const twin = await twinMigration(started.world, fleet)
    const sides = { name, real, twin, world: started.world }
    noteFigures(sides)
    return sides
  } finally {
    await started.stop()
  }
}

async function expectAgreement(one: Case): Promise<void> {
  const { real, twin, world } = await migrateBoth(one)
  const [ours, theirs] = [actsOf(real, world), actsOf(twin, world)]
  expect(real.report.result).toBe(twin.report.result)
  for (const kind of comparedKinds) {
    expect(objectsOf(ours, kind), kind).toEqual(objectsOf(theirs, kind))
  }
  expect(comparableEnd(real)).toEqual(comparableEnd(twin))
  expect(Object.keys(evictionOrders(ours, world))).toEqual(
    Object.keys(evictionOrders(theirs, world)),
  )
  const secondsOf = real.report.result === 'blocked' ? evictionSeconds : moveSeconds
  expect(Math.abs(secondsOf(real) / secondsOf(twin) - 1)).toBeLessThan(one.timeShareMax ?? 0.1)
}

describe.skipIf(missing.length > 0)(
  'a migration: the same deeds, end and time as on the twin',
  // Against the wall clock: a machine that was busy for a moment looks like a late answer. Three times is a failure.
  { retry: 2 },
  () => {
    describe.concurrent('side by side', () => {
      it.each(smaller)('$name', expectAgreement, timeoutMs)
    })

    it('seed-web-shop, the demo', () => expectAgreement({ name: 'seed-web-shop' }), timeoutMs)
  },
)
