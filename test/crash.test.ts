/** Crashes anywhere end as runs without one: a sample here, every call in `npm run scenarios`. */

import { beforeAll, describe, expect, it } from 'vitest'
import { loadFleet } from '../src/fleet/load-fleet.ts'
import { crashCut, crashCuts, type WholeRun, wholeRun } from '../src/run/crash-cut.ts'
import { differences } from '../src/run/end-state.ts'
import type { RehearseOptions } from '../src/run/rehearse.ts'
import { scenarioWorld } from '../src/twin/build/scenario.ts'
import { scenarioFleetYaml } from '../src/twin/build/scenario-fleet.ts'
import { Judge } from '../src/twin/judge/judge.ts'
import { clusterName, smallWorld } from './small-world.ts'

function optionsOf(name: string): Omit<RehearseOptions, 'crashAt' | 'onEnd'> {
  const { desired } = loadFleet({ file: `${name}.yaml`, bytes: scenarioFleetYaml(name) ?? '' })
  const world = scenarioWorld(name)
  if (desired === undefined || world === undefined) throw new Error(`no scenario ${name}`)
  return { world, fleet: desired, seed: '1', engine: 'regroup' }
}

describe('starter', () => {
  const options = optionsOf('starter')
  let whole: WholeRun
  beforeAll(async () => {
    whole = await wholeRun(options)
  })

  it.each([
    { call: 1, when: 'before' as const },
    { call: 1, when: 'after' as const },
    ...crashCuts(710, 18),
  ])('ends the same when killed $when call $call', async (cut) => {
    expect((await crashCut(options, cut, whole)).problems).toEqual([])
  })

  it.each([
    { name: 'before the lease is taken nobody is waited for', call: 5, least: 0, most: 2 },
    { name: 'the lease of the dead runs out first', call: 18, least: 45, most: 65 },
    { name: 'while AWS upgrades, the wait costs nothing', call: 60, least: -15, most: 15 },
  ])('$name', async ({ call, least, most }) => {
    const { virtualSeconds } = await crashCut(options, { call, when: 'before' }, whole)
    const moreSeconds = virtualSeconds - whole.report.virtualSeconds
    expect(moreSeconds).toBeGreaterThanOrEqual(least)
    expect(moreSeconds).toBeLessThanOrEqual(most)
  })

  it('leaves nothing of its own behind', () => {
    expect(whole.end).toMatchObject({ newNodeMarks: [], oldNodes: {}, leaseHolder: '' })
    expect(whole.end.otherGroups).toEqual({})
  })

  it('tells end states apart', async () => {
    const drained = await wholeRun({ ...options, engine: 'kubectl-drain' })
    expect(differences(whole.end, drained.end)).not.toEqual([])
    const { pods } = whole.end
    const [first = ''] = Object.keys(pods)
    const lost = { ...whole.end, pods: { ...pods, [first]: '0 ready' } }
    expect(differences(whole.end, lost)).toHaveLength(1)
    expect(differences(whole.end, structuredClone(whole.end))).toEqual([])
  })
})

describe('seed-web-shop', () => {
  it('ends the same when killed while pods move', async () => {
    const options = optionsOf('seed-web-shop')
    const whole = await wholeRun(options)
    const cut = { call: Math.floor(whole.callCount / 2), when: 'after' as const }
    expect((await crashCut(options, cut, whole)).problems).toEqual([])
  })
})

it('cuts every call twice', () => {
  expect(crashCuts(2)).toEqual([
    { call: 1, when: 'before' },
    { call: 1, when: 'after' },
    { call: 2, when: 'before' },
    { call: 2, when: 'after' },
  ])
})

it('has a judge that sees a second writer', async () => {
  const world = smallWorld()
  const judge = new Judge({
    kernel: world.kernel,
    account: world.account,
    cluster: world.cluster,
    plan: {
      clusterName,
      engineUsers: new Set(['first', 'second']),
      oldGroups: new Set(),
      surgeMax: 0,
      virtualBudgetFraction: 0.1,
      schedulerLatencyMs: 30_000,
    },
    mode: 'count',
  })
  const renewTime = new Date(world.kernel.nowMs()).toISOString().replace('Z', '000Z')
  const lease = {
    apiVersion: 'coordination.k8s.io/v1' as const,
    kind: 'Lease' as const,
    metadata: { namespace: 'kube-system', name: 'regroup' },
    spec: { holderIdentity: 'second', leaseDurationSeconds: 60, renewTime },
  }
  const map = (name: string) => ({
    apiVersion: 'v1' as const,
    kind: 'ConfigMap' as const,
    metadata: { namespace: 'kube-system', name },
  })
  await world.call(world.connect('second').kube.create('Lease', lease))
  await world.call(world.connect('second').kube.create('ConfigMap', map('by-the-holder')))
  expect(judge.breaches).toEqual([])
  await world.call(world.connect('first').kube.create('ConfigMap', map('by-the-other')))
  expect(judge.breaches.map(({ name, object }) => `${name} ${object}`)).toEqual([
    'lease-held ConfigMap by-the-other',
  ])
})
