import { expect, it } from 'vitest'
import { loadFleet } from '../fleet/load-fleet.ts'
import { scenarioWorld } from '../twin/build/scenario.ts'
import { scenarioFleetYaml } from '../twin/build/scenario-fleet.ts'
import { rehearseMigration } from './rehearse.ts'

function rehearse(name: string, change: (yaml: string) => string = (yaml) => yaml) {
  const bytes = change(String(scenarioFleetYaml(name)))
  const { desired } = loadFleet({ file: `${name}.yaml`, bytes })
  const world = scenarioWorld(name)
  if (desired === undefined || world === undefined) throw new Error(`no scenario ${name}`)
  return rehearseMigration({ world, fleet: desired, seed: '1', engine: 'regroup' })
}

it.each([
  { name: 'starter', most: 1.5 },
  { name: 'multi-arch-mixed', most: 2.5 },
  // Jobs that are waited for decide: the bound must know of them.
  { name: 'public-sector-arm64', most: 1.01 },
])('$name takes at least its lower bound, and at most $most times', async ({ name, most }) => {
  const { lowerBoundSeconds, makespanSeconds } = await rehearse(name)
  expect(lowerBoundSeconds).toBeGreaterThan(0)
  expect(makespanSeconds).toBeGreaterThanOrEqual(lowerBoundSeconds)
  expect(makespanSeconds).toBeLessThanOrEqual(most * lowerBoundSeconds)
})

it('holds the canary soak that the policy demands', async () => {
  const without = await rehearse(
    'starter',
    (yaml) => `${yaml}\n  canary:\n    nodes: 1\n    soak: 0s\n`,
  )
  const long = await rehearse(
    'starter',
    (yaml) => `${yaml}\n  canary:\n    nodes: 1\n    soak: 20m\n`,
  )
  expect(without.lowerBoundSeconds).toBeLessThan(300)
  expect(long.lowerBoundSeconds).toBeGreaterThan(1200)
  expect(without.makespanSeconds).toBeGreaterThanOrEqual(without.lowerBoundSeconds)
  expect(long.makespanSeconds).toBeGreaterThanOrEqual(long.lowerBoundSeconds)
})

it('is 0 where no old node went', async () => {
  expect((await rehearse('pdb-hostile')).lowerBoundSeconds).toBe(0)
})
