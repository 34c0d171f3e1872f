import { expect, it } from 'vitest'
import { loadFleet } from '../src/fleet/load-fleet.ts'
import type { RunEvent } from '../src/run/events.ts'
import { type RehearseOptions, rehearseMigration } from '../src/run/rehearse.ts'
import { scenarioWorld } from '../src/twin/build/scenario.ts'
import { scenarioFleetYaml } from '../src/twin/build/scenario-fleet.ts'

function rehearse(name: string, extra: Partial<RehearseOptions> = {}) {
  const bytes = scenarioFleetYaml(name)
  const world = scenarioWorld(name)
  if (bytes === undefined || world === undefined) throw new Error(`no scenario ${name}`)
  const { desired } = loadFleet({ file: `${name}.yaml`, bytes })
  if (desired === undefined) throw new Error(`the fleet of ${name} does not load`)
  return rehearseMigration({ world, fleet: desired, seed: '1', engine: 'regroup', ...extra })
}

it.each(['starter', 'seed-web-shop', 'tight-capacity'])('%s converges unbroken', async (name) => {
  const report = await rehearse(name)
  expect(report.result).toBe('converged')
  expect(report.invariants.broken).toEqual([])
  expect(report.pods.lost).toBe(0)
  expect(report.oldGroupsRemaining).toEqual([])
  expect(report.makespanSeconds).toBeGreaterThanOrEqual(report.lowerBoundSeconds)
})

it('blocks on what a budget forbids, and says which', async () => {
  const report = await rehearse('pdb-hostile')
  expect(report.result).toBe('blocked')
  expect(report.invariants.broken).toEqual([])
  expect(report.blocked.length).toBeGreaterThan(0)
  expect(report.blocked.every((one) => one.remedy !== '')).toBe(true)
})

it('gives the same bytes for the same seed', async () => {
  const [first, second] = [await rehearse('starter'), await rehearse('starter')]
  expect(JSON.stringify(second)).toBe(JSON.stringify(first))
})

it('has a judge that can fail: draining by hand breaks rules', async () => {
  const report = await rehearse('seed-web-shop', { engine: 'kubectl-drain' })
  const numbers = report.invariants.broken.map((one) => one.number)
  for (const number of [3, 4, 8, 10, 12]) expect(numbers).toContain(number)
})

it('counts what draining by hand breaks and goes on to the end', async () => {
  const report = await rehearse('pdb-hostile', { engine: 'kubectl-drain' })
  expect(report.result).toBe('converged')
  expect(report.oldGroupsRemaining).toEqual([])
  expect(report.pods.evictionsRefused).toBeGreaterThan(0)
  expect(report.invariants.broken.length).toBeGreaterThan(5)
  for (const one of report.invariants.broken) expect(one.count).toBeGreaterThan(0)
})

it('numbers its events one by one, in order of time, also across a kill', async () => {
  const events: RunEvent[] = []
  await rehearse('starter', {
    crashAt: { call: 200, when: 'before' },
    onEvent: (event) => events.push(event),
  })
  expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1))
  const times = events.map((event) => event.atMs)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(events.filter((event) => event.message.startsWith('killed before call 200'))).toHaveLength(
    1,
  )
  for (const event of events) expect(JSON.stringify(event)).not.toContain('\n')
})
