/** A team's own cluster as a world: dumps, manifests as they are, groups as AWS prints them. */

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadFleet } from '../src/fleet/load-fleet.ts'
import { rehearseMigration } from '../src/run/rehearse.ts'
import { type LoadedWorld, loadWorld, type WorldSources } from '../src/twin/build/world-file.ts'
import { buildTwin, type Twin } from '../src/twin/twin.ts'
import type { Pod } from '../src/world/kube-objects.ts'
import { describedGroups, dumpedCluster, dumpList, dumpObjects } from './cluster-dump.ts'

const worldText = `apiVersion: regroup.dev/v1alpha1
kind: World
cluster: { name: ${dumpedCluster}, kubernetesVersion: "1.32" }
manifests: [dump]
`

function load(text: string, files: Readonly<Record<string, string>>): LoadedWorld {
  const sources: WorldSources = {
    list: (path) => Object.keys(files).filter((name) => name.startsWith(path)),
    read: (path) => new TextEncoder().encode(files[path] ?? ''),
  }
  return loadWorld('world.yaml', new TextEncoder().encode(text), sources)
}

function twinOf({ findings, world }: LoadedWorld): Twin {
  expect(findings).toEqual([])
  if (world === undefined) throw new Error('no world')
  return buildTwin(world, { seed: '1' })
}

/** Nodes by pod, of pods that run. */
function places(pods: readonly Pod[]): ReadonlyMap<string, string | undefined> {
  return new Map(
    pods
      .filter((pod) => pod.status?.phase === 'Running')
      .map((pod) => [`${pod.metadata.namespace}/${pod.metadata.name}`, pod.spec.nodeName]),
  )
}

const fleetText = (cluster: string, zones: readonly string[]): string =>
  stringify({
    apiVersion: 'regroup.dev/v1alpha1',
    kind: 'Fleet',
    metadata: { name: cluster },
    defaults: {
      kubernetesVersion: '1.35',
      region: 'eu-west-1',
      nodeRole: `arn:aws:iam::111122223333:role/${cluster}-worker-nodes`,
      subnetSelector: { 'kubernetes.io/role/internal-elb': '1' },
    },
    nodeGroups: zones.map((availabilityZone) => ({
      name: `workers-${availabilityZone.at(-1)}`,
      availabilityZone,
      capacityType: 'ON_DEMAND',
      arch: 'amd64',
      instanceTypes: ['m6i.xlarge'],
      minSize: 0,
      maxSize: 10,
      priority: 10,
    })),
    clusters: [{ names: [cluster] }],
    migration: { from: [{ autoScalingGroup: '$(cluster)-*' }] },
  })

function rehearse({ world }: LoadedWorld, fleetYaml: string) {
  const { desired, findings } = loadFleet({ file: 'fleet.yaml', bytes: fleetYaml })
  if (desired === undefined || world === undefined) throw new Error(JSON.stringify(findings))
  return rehearseMigration({ world, fleet: desired, seed: '1', engine: 'regroup' })
}

const json = (objects = dumpObjects()): string => JSON.stringify(dumpList(objects))
const withGroups = `${worldText}groupsFile: groups.json\n`
const files = { 'dump.json': json(), 'groups.json': JSON.stringify(describedGroups()) }

describe('a dump of a cluster with its Nodes', () => {
  it('holds more than fifty kinds', () => {
    const kinds = new Set(dumpObjects().map((one) => `${one.apiVersion} ${one.kind}`))
    expect(kinds.size).toBeGreaterThanOrEqual(50)
  })

  it('keeps every pod where it is, under its name, on the instance of its node', () => {
    const twin = twinOf(load(withGroups, files))
    const cluster = twin.clusters.get(dumpedCluster)
    const dumped = dumpObjects().filter((one) => one.kind === 'Pod') as unknown as Pod[]
    const wanted = places(dumped)
    const found = places(cluster?.store.list('Pod') ?? [])
    expect(new Map([...wanted].filter(([key]) => key !== 'kube-system/aws-node-x'))).toEqual(found)
    for (const node of cluster?.store.list('Node') ?? []) {
      const [, , , , id = ''] = node.spec?.providerID?.split('/') ?? []
      expect(cluster?.machines.nodeOf(id)?.metadata.name).toBe(node.metadata.name)
    }
    expect(twin.unplaced).toEqual([])
    expect(cluster?.store.list('VolumeAttachment')).toHaveLength(2)
  })

  it('takes over what the nodes say of themselves', () => {
    const twin = twinOf(load(withGroups, files))
    const nodes = twin.clusters.get(dumpedCluster)?.store.list('Node') ?? []
    expect(nodes).toHaveLength(6)
    for (const { metadata, status } of nodes) {
      expect(status?.allocatable?.pods).toBe('40')
      expect(status?.nodeInfo?.kubeletVersion).toBe('v1.32.3-eks-473151a')
      expect(metadata.labels?.['example.com/rack']).toBe('seven')
    }
  })

  it('stays as it is when nobody does anything', () => {
    const twin = twinOf(load(withGroups, files))
    const { store } = twin.clusters.get(dumpedCluster)!
    const before = places(store.list('Pod'))
    const sets = store.list('ReplicaSet').map((set) => set.metadata.name)
    twin.kernel.advanceTo(twin.kernel.nowMs() + 1_800_000)
    expect(places(store.list('Pod'))).toEqual(before)
    expect(store.list('ReplicaSet').map((set) => set.metadata.name)).toEqual(sets)
    expect(store.get('PodDisruptionBudget', 'shop', 'web')?.status).toMatchObject({
      expectedPods: 3,
      currentHealthy: 3,
      disruptionsAllowed: 1,
    })
  })

  it('adopts pods whose ReplicaSets were not dumped', () => {
    const short = { ...files, 'dump.json': json(dumpObjects({ hasReplicaSets: false })) }
    const twin = twinOf(load(withGroups, short))
    const { store } = twin.clusters.get(dumpedCluster)!
    const before = places(store.list('Pod'))
    expect(before.size).toBe(places(dumpObjects() as unknown as Pod[]).size - 1)
    twin.kernel.advanceTo(twin.kernel.nowMs() + 600_000)
    expect(places(store.list('Pod'))).toEqual(before)
    expect(store.list('ReplicaSet').map((set) => set.metadata.name)).toEqual([
      'admin-6b7f9c8d5',
      'api-6b7f9c8d5',
      'web-6b7f9c8d5',
    ])
  })

  it('gives one warning about kinds, with counts', () => {
    const { warnings } = load(withGroups, files)
    expect(warnings).toEqual([
      '206 objects of 39 kinds that the twin does not simulate were left aside: 30 Event, ' +
        '20 ClusterRole, 20 ClusterRoleBinding, 15 CustomResourceDefinition, 12 Secret, ' +
        '9 ServiceAccount, 8 APIService, 8 Lease and 31 kinds more',
    ])
  })

  it('reads the same dump as YAML', () => {
    const yaml = { ...files, 'dump.json': '', 'dump.yaml': stringify(dumpList(dumpObjects())) }
    const pods = (one: Readonly<Record<string, string>>) =>
      places(twinOf(load(withGroups, one)).clusters.get(dumpedCluster)?.store.list('Pod') ?? [])
    expect(pods(yaml)).toEqual(pods(files))
  })

  it('seats nodes by type, zone and labels where no instance id is known', () => {
    const group = (zone: string, count: number) =>
      `{ name: ${dumpedCluster}-${zone}, zone: ${zone}, instanceType: m5.xlarge, count: ${count} }`
    const text = `${worldText}region: eu-west-1\ngroups: [${group('a', 4)}, ${group('b', 2)}]\n`
    const loaded = load(text, files)
    expect(loaded.warnings[1]).toMatch(/^1 nodes belong to no group of the world .*ip-10-1-1-22/)
    const twin = twinOf(loaded)
    const { store } = twin.clusters.get(dumpedCluster)!
    const names = store.list('Node').map((node) => node.metadata.name)
    // Three and two of the dump, and one that only the group knows.
    expect(names.filter((name) => name.startsWith('ip-10-1-'))).toHaveLength(5)
    expect(names).toHaveLength(6)
    expect(twin.unplaced).toEqual([])
    const kept = places(dumpObjects() as unknown as Pod[])
    for (const [name, node] of places(store.list('Pod'))) {
      if (kept.get(name) !== undefined && names.includes(kept.get(name) ?? '')) {
        expect(`${name} ${node}`).toBe(`${name} ${kept.get(name)}`)
      }
    }
  })

  it('migrates', async () => {
    const fleet = fleetText(dumpedCluster, ['eu-west-1a', 'eu-west-1b'])
    const report = await rehearse(load(withGroups, files), fleet)
    expect(report.blocked).toEqual([])
    expect(report.result).toBe('converged')
    expect(report.invariants.broken).toEqual([])
    expect(report.pods.lost).toBe(0)
    expect(report.oldGroupsRemaining).toEqual([])
  })
})

describe('manifests as people have them', () => {
  const folder = fileURLToPath(new URL('../examples/own-cluster', import.meta.url))
  const sources: WorldSources = {
    list: (path) => {
      const full = join(folder, path)
      if (!statSync(full).isDirectory()) return [full]
      const names = readdirSync(full, { recursive: true, encoding: 'utf8' }).sort()
      return names.filter((name) => /\.ya?ml$/.test(name)).map((name) => join(full, name))
    },
    read: (path) => readFileSync(path.startsWith('/') ? path : join(folder, path)),
  }
  const example = (): LoadedWorld =>
    loadWorld('world.yaml', readFileSync(join(folder, 'world.yaml')), sources)

  it('a dozen Deployments and a StatefulSet run, on the groups of the file', () => {
    const loaded = example()
    expect(loaded.warnings).toEqual([
      '2 objects of 2 kinds that the twin does not simulate were left aside: 1 Ingress, 1 ServiceAccount',
    ])
    const twin = twinOf(loaded)
    const { store } = twin.clusters.get('books')!
    expect(store.list('Deployment')).toHaveLength(12)
    expect(store.list('StatefulSet')).toHaveLength(1)
    expect(store.list('PodDisruptionBudget')).toEqual([])
    expect(twin.unplaced).toEqual([])
    const groups = [...twin.account.groups.values()]
    expect(groups.map((group) => group.name)).toEqual(['books-general-a', 'books-general-b'])
    expect(groups[0]?.suspended).toEqual(new Set(['AZRebalance']))
    expect([...(groups[0]?.instanceIds ?? [])]).toContain('i-0a000000000000001')
  })

  it('migrates', async () => {
    const report = await rehearse(example(), readFileSync(join(folder, 'fleet.yaml'), 'utf8'))
    expect(report.blocked).toEqual([])
    expect(report.result).toBe('converged')
    expect(report.invariants.broken).toEqual([])
    expect(report.pods.lost).toBe(0)
  })

  it('required anti-affinity is kept by the first placement, whatever the labels are called', () => {
    const labels = { 'app.kubernetes.io/name': 'queue' }
    const term = {
      topologyKey: 'topology.kubernetes.io/zone',
      labelSelector: { matchLabels: labels },
    }
    const set = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'queue', namespace: 'shop' },
      spec: {
        replicas: 3,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [{ name: 'main' }],
            affinity: {
              podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] },
            },
          },
        },
      },
    }
    const twin = twinOf(load(withGroups, { ...files, 'dump.json': JSON.stringify(set) }))
    const { store } = twin.clusters.get(dumpedCluster)!
    const zones = store.list('Pod').flatMap((pod) => {
      const node = store.get('Node', undefined, pod.spec.nodeName ?? '')
      return node?.metadata.labels?.['topology.kubernetes.io/zone'] ?? []
    })
    // Two zones, three pods: one has to wait.
    expect(zones.sort()).toEqual(['eu-west-1a', 'eu-west-1b'])
    expect(twin.unplaced).toHaveLength(1)
  })
})

describe('what is wrong with the files', () => {
  it.each([
    { name: 'not JSON', text: 'AutoScalingGroups: []' },
    { name: 'another answer', text: '{"Reservations": []}' },
  ])('groups: $name', ({ text }) => {
    const { findings, world } = load(withGroups, { ...files, 'groups.json': text })
    expect(world).toBeUndefined()
    expect(findings.map((one) => one.code)).toEqual(['world/groups-file'])
    expect(findings[0]?.location).toMatchObject({ file: 'world.yaml', line: 5 })
  })

  it('groups of a type that nobody knows', () => {
    const text = JSON.stringify(describedGroups()).replaceAll('m5.xlarge', 'm99.huge')
    const { findings } = load(withGroups, { ...files, 'groups.json': text })
    expect(findings.map((one) => one.code)).toEqual([
      'world/unknown-instance-type',
      'world/unknown-instance-type',
    ])
  })
})

it('takes zones by their letters, for the subnets as for the groups', () => {
  const group = { name: 'web', count: 0, instanceType: 'm5.large', zone: 'b' }
  const cluster = { name: 'shop', kubernetesVersion: '1.35' }
  const file = { apiVersion: 'regroup.dev/v1alpha1', kind: 'World', zones: ['a', 'b'], cluster }
  const { account } = twinOf(load(stringify({ ...file, groups: [group] }), {}))
  const zones = [...account.subnets.values()].map(({ zone }) => zone)
  expect([...new Set(zones)].sort()).toEqual(['eu-west-1a', 'eu-west-1b'])
  const [subnetId = ''] = account.groups.get('web')?.subnetIds ?? []
  expect(account.subnets.get(subnetId)?.zone).toBe('eu-west-1b')
})
