/** The rights that docs/kubernetes.md asks for are those that a migration uses. */

import { expect, it } from 'vitest'
import { loadFleet } from '../src/fleet/load-fleet.ts'
import { migrationRights, readingRights } from '../src/kube/migration-rights.ts'
import { resourceOf } from '../src/kube/resources.ts'
import { migrateCluster } from '../src/run/migrate-cluster.ts'
import { scenarioWorld } from '../src/twin/build/scenario.ts'
import { scenarioFleetYaml } from '../src/twin/build/scenario-fleet.ts'
import { buildTwin } from '../src/twin/twin.ts'
import { assert } from '../src/world/assert.ts'
import { grantedRights, notedKube } from './noted-kube.ts'

/** Granted and never seen in these scenarios: removal of nodes without instance, and of the record. */
const rarelyUsed = ['delete /nodes', 'delete /configmaps']

async function usedIn(name: string, used: Set<string>): Promise<void> {
  const bytes = scenarioFleetYaml(name)
  const world = scenarioWorld(name)
  assert(bytes !== undefined && world !== undefined, 'the scenario exists')
  const desired = loadFleet({ file: name, bytes }).desired?.clusters[0]
  assert(desired !== undefined, 'its fleet is right')
  const twin = buildTwin(world, { seed: '1' })
  const { aws, clock, kube } = twin.connect('regroup')
  const ports = { aws, clock, kube: notedKube(kube(desired.name), used) }
  const { result } = await twin.kernel.runUntil(
    migrateCluster({ desired, holder: 'regroup-test', ...ports }),
  )
  expect(result).toBe('converged')
}

it('every right that is used is granted, and every one that is granted is used', async () => {
  const used = new Set<string>()
  for (const name of ['starter', 'seed-web-shop']) await usedIn(name, used)
  const granted = grantedRights('docs/kubernetes.md')
  expect([...used].filter((right) => !granted.has(right))).toEqual([])
  expect([...granted].filter((right) => !used.has(right) && !rarelyUsed.includes(right))).toEqual(
    [],
  )
})

it('those that are asked for before a migration are the granted ones, for a look the reading ones', () => {
  const asked = migrationRights.map(({ kind, subresource, verb }) => {
    const { group, plural } = resourceOf(kind)
    return `${verb} ${group}/${plural}${subresource === undefined ? '' : `/${subresource}`}`
  })
  const granted = grantedRights('docs/kubernetes.md')
  expect([...asked].sort()).toEqual([...granted].sort())
  const reads = [...granted].filter((right) => /^(get|list|watch) /.test(right))
  expect(readingRights).toHaveLength(reads.length)
})
