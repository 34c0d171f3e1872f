/** `regroup migrate --read-only` against a served twin: it says what would be done, and nothing is changed. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { scenarioFleetYaml } from '../src/twin/build/scenario-fleet.ts'
import { regroup } from './program.ts'
import { type ServedStarter, servedStarter } from './served-starter.ts'

let starter: ServedStarter

beforeEach(async () => {
  starter = await servedStarter()
})

afterEach(() => starter.stop())

/**
 * Calls that are no reads, of whoever made them: operations of AWS and verbs of Kubernetes. Asking for one's own
 * rights is a create that changes nothing.
 */
function writes(): readonly string[] {
  return starter.running.host.twin.kernel.journal
    .entries('call')
    .filter(({ object }) => !object.startsWith('SelfSubjectAccessReview '))
    .map(({ what }) => what)
    .filter((what) => !/^(?:\w+:(?:Describe|Get|List)|kube:(?:get|list|watch))/.test(what))
}

/** One old group of the cluster `starter`, without workloads. */
const worldText = `apiVersion: regroup.dev/v1alpha1
kind: World
region: eu-west-1
cluster: { name: starter, kubernetesVersion: "1.34" }
groups: [{ name: starter-a, zone: a, instanceType: m5.large, count: 1 }]
`

describe('regroup migrate --read-only', () => {
  it('shows where it stands and the first step, and writes nothing', async () => {
    const { code, err, out } = await starter.migrate('--read-only')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('nothing was changed')
    expect(out).toContain('update-control-plane')
    expect(out).toContain('1.32 -> 1.33')
    expect(writes()).toEqual([])
    expect(starter.running.host.inputCount).toBe(0)
  })

  it('gives the whole decision as JSON', async () => {
    const { code, out } = await starter.migrate('--read-only', '-o', 'json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      kind: 'act',
      actions: [{ kind: 'update-control-plane', fromVersion: '1.32', toVersion: '1.33' }],
      blockers: [],
    })
  })
})

describe('migration.from with a typing error', () => {
  const says =
    /fleet\.yaml:\d+:\d+ {2}warning: fleet\/from-matches-nothing .*"strater-\*" .*; there are starter-/

  it('is a warning with its place, on stderr and in the JSON, and stops nothing', async () => {
    const file = join(starter.folder, 'fleet.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replace('$(cluster)-*', 'strater-*'))
    const { code, err, out } = await starter.migrate('--read-only', '-o', 'json')
    expect(code).toBe(0)
    expect(err).toMatch(says)
    expect(JSON.parse(out)).toMatchObject({
      warnings: [{ code: 'fleet/from-matches-nothing', path: 'migration.from' }],
    })
    const done = await starter.migrate('--confirm', 'starter', '-q', '-o', 'json')
    expect(done.code).toBe(0)
    expect(done.err).toMatch(says)
    expect(JSON.parse(done.out)).toMatchObject({
      result: 'converged',
      warnings: [{ severity: 'warning' }],
    })
    // Now the node groups are there: the others may be meant to stay.
    const again = await starter.migrate('--confirm', 'starter', '-q')
    expect(again.err).toContain('info: fleet/from-matches-nothing')
  })

  it('is said by a rehearsal too', async () => {
    const fleet = join(starter.folder, 'fleet.yaml')
    const text = scenarioFleetYaml('starter') ?? ''
    writeFileSync(fleet, text.replace('$(cluster)-*', 'strater-*'))
    const world = join(starter.folder, 'world.yaml')
    writeFileSync(world, worldText)
    const { err } = await regroup('rehearse', 'migrate', '-f', fleet, '--world', world, '-q')
    expect(err).toMatch(says)
  })

  it('is nothing after a migration: none of them is left', async () => {
    const first = await starter.migrate('--confirm', 'starter', '-q', '-o', 'json')
    expect(JSON.parse(first.out)).toMatchObject({ result: 'converged', warnings: [] })
    const again = await starter.migrate('--confirm', 'starter', '-q', '-o', 'json')
    expect(JSON.parse(again.out)).toMatchObject({ result: 'converged', warnings: [] })
    expect(again.err).not.toContain('fleet/')
  })
})
