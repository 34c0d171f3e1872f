/** The actions that docs/migrate.md asks for are those that a migration calls. */

import { expect, it } from 'vitest'
import { loadFleet } from '../src/fleet/load-fleet.ts'
import { abortCluster } from '../src/run/abort-cluster.ts'
import type { RunEvent } from '../src/run/events.ts'
import { migrateCluster } from '../src/run/migrate-cluster.ts'
import { scenarioWorld } from '../src/twin/build/scenario.ts'
import { scenarioFleetYaml } from '../src/twin/build/scenario-fleet.ts'
import { buildTwin } from '../src/twin/twin.ts'
import { assert } from '../src/world/assert.ts'
import { grantedActions, notedAws } from './noted-aws.ts'

/** Granted and never seen in these scenarios: their groups have no warm pools. */
const rarelyUsed = ['autoscaling:DeleteWarmPool']
/** Checked by EKS on behalf of the caller: no call of ours. */
const checkedByEks = ['iam:PassRole', 'ec2:RunInstances', 'ec2:CreateTags']

/** A scenario's twin and what migrates it; its calls are noted in `used`. */
function scenario(name: string, used: Map<string, number>) {
  const bytes = scenarioFleetYaml(name)
  const world = scenarioWorld(name)
  assert(bytes !== undefined && world !== undefined, 'the scenario exists')
  const desired = loadFleet({ file: name, bytes }).desired?.clusters[0]
  assert(desired !== undefined, 'its fleet is right')
  const { connect, kernel } = buildTwin(world, { seed: '1' })
  const { aws, clock, kube } = connect('regroup')
  const ports = { aws: notedAws(aws, used), clock, kube: kube(desired.name) }
  return { kernel, work: { desired, holder: 'regroup-test', ...ports } }
}

async function usedIn(name: string, used: Map<string, number>): Promise<void> {
  const { kernel, work } = scenario(name, used)
  expect((await kernel.runUntil(migrateCluster(work))).result).toBe('converged')
}

/** Paused when its first group is fenced, then aborted. */
async function usedInAbort(name: string, used: Map<string, number>): Promise<void> {
  const { kernel, work } = scenario(name, used)
  const pause = new AbortController()
  const onEvent = ({ data }: RunEvent): void => {
    if (data?.kind === 'fence-group') pause.abort()
  }
  const paused = migrateCluster({ ...work, signal: pause.signal, onEvent })
  expect((await kernel.runUntil(paused)).result).toBe('paused')
  expect((await kernel.runUntil(abortCluster(work))).result).toBe('aborted')
}

it('every action that is called is granted, and every one that is granted is called', async () => {
  const used = new Map<string, number>()
  for (const name of ['starter', 'seed-web-shop']) await usedIn(name, used)
  // `latest` is resolved once for the whole run of each, then frozen: one batch of names.
  expect(used.get('ssm:GetParameters')).toBe(2)
  await usedInAbort('starter', used)
  const granted = grantedActions('docs/migrate.md')
  expect([...used.keys()].filter((action) => !granted.has(action))).toEqual([])
  const known = new Set([...used.keys(), ...rarelyUsed, ...checkedByEks])
  expect([...granted].filter((action) => !known.has(action))).toEqual([])
})
