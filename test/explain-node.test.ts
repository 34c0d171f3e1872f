/** What `explain` says of a group is what its nodes on the twin really are. */

import { expect, it } from 'vitest'
import { loadFleet } from '../src/fleet/load-fleet.ts'
import { effectiveNode } from '../src/nodes/effective/effective-node.ts'
import { parseBytes, parseCpuMilli } from '../src/nodes/quantity.ts'
import { readNodeSource } from '../src/observe/node-source.ts'
import { migrateCluster } from '../src/run/migrate-cluster.ts'
import { scenarioWorld } from '../src/twin/build/scenario.ts'
import { scenarioFleetYaml } from '../src/twin/build/scenario-fleet.ts'
import { buildTwin } from '../src/twin/twin.ts'
import { assert } from '../src/world/assert.ts'

/** Regroup and the autoscaler write these on nodes; no group brings them. */
const laterKeys = /^regroup\.dev\/|^cluster-autoscaler/

it('labels, taints and pods of every node are those that were explained', async () => {
  const name = 'seed-web-shop'
  const world = scenarioWorld(name)
  const desired = loadFleet({ file: name, bytes: scenarioFleetYaml(name) ?? '' }).desired
    ?.clusters[0]
  assert(world !== undefined && desired !== undefined, 'the scenario exists')
  const twin = buildTwin(world, { seed: '1' })
  const { aws, clock, kube } = twin.connect('regroup')
  const api = kube(desired.name)
  const migration = migrateCluster({ desired, holder: 'regroup-test', aws, kube: api, clock })
  expect((await twin.kernel.runUntil(migration)).result).toBe('converged')
  const { items } = await twin.kernel.runUntil(api.list('Node'))
  const groups = new Map<string, typeof items>()
  for (const node of items) {
    const group = node.metadata.labels?.['eks.amazonaws.com/nodegroup'] ?? ''
    groups.set(group, [...(groups.get(group) ?? []), node])
  }
  expect(groups.size).toBeGreaterThan(2)
  for (const [group, nodes] of groups) {
    const source = await twin.kernel.runUntil(readNodeSource(aws, desired.name, group))
    const explained = effectiveNode(source)
    const known = new Map(explained.labels.map(({ key, value }) => [key, value]))
    for (const node of nodes) {
      const labels = Object.entries(node.metadata.labels ?? {}).filter(
        ([key]) => !laterKeys.test(key),
      )
      for (const [key, value] of labels) {
        expect(known.has(key), `${group}: label ${key}`).toBe(true)
        if (known.get(key)?.startsWith('<') !== true)
          expect([key, known.get(key)]).toEqual([key, value])
      }
      const taints = (node.spec?.taints ?? []).filter(({ key }) => !laterKeys.test(key))
      expect(explained.taints.map(({ effect, key, value }) => ({ key, value, effect }))).toEqual(
        taints.map(({ effect, key, value }) => ({ key, value, effect })),
      )
      const type = node.metadata.labels?.['node.kubernetes.io/instance-type']
      const room = explained.room.find((one) => one.instanceType === type)
      const { cpu = '', memory = '', pods } = node.status?.allocatable ?? {}
      expect(String(room?.maxPods)).toBe(pods)
      expect(room?.allocatable.cpuMilli).toBe(parseCpuMilli(cpu))
      expect(room?.allocatable.memoryMiB).toBe(parseBytes(memory) / 2 ** 20)
    }
  }
})
