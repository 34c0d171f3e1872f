/** Owners that go, pods without one, and names that are taken, as a real control plane treats them. */

import { describe, expect, it } from 'vitest'
import type { SmallWorld } from '../../../../test/small-world.ts'
import {
  create,
  labels,
  namespace,
  podsOf,
  readyWorld,
  templateOf,
  type WorkloadKind,
} from '../../../../test/workload-world.ts'
import type { KubeKind } from '../../../world/kube-objects.ts'
import { controllerOf } from './pod-maker.ts'

const kinds = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job'] as const

function settled(kind: WorkloadKind, spec: object = {}): SmallWorld {
  const world = readyWorld()
  create(world, kind, { replicas: 2, ...spec })
  world.advance(120_000)
  expect(podsOf(world).length).toBeGreaterThan(0)
  return world
}

function remove(world: SmallWorld, kind: KubeKind, policy: 'Foreground' | 'Orphan'): void {
  const ref = { namespace, name: 'web' }
  world.cluster.server.delete(kind, ref, { propagationPolicy: policy }, 'owner')
}

const uidsOf = (world: SmallWorld) => podsOf(world).map(({ metadata }) => metadata.uid)

describe('a delete in the foreground', () => {
  it.each(kinds)('%s: its pods go, none is made anew, and it goes last', (kind) => {
    const world = settled(kind)
    const before = new Set(uidsOf(world))
    let madeCount = 0
    world.cluster.store.subscribe((event) => {
      if (event.kind === 'Pod' && event.type === 'ADDED') madeCount += 1
    })
    remove(world, kind, 'Foreground')
    world.advance(50)
    expect(world.cluster.store.get(kind, namespace, 'web')).toBeDefined()
    expect(uidsOf(world).every((uid) => before.has(uid))).toBe(true)
    world.advance(120_000)
    expect([madeCount, podsOf(world).length]).toEqual([0, 0])
    expect(world.cluster.store.get(kind, namespace, 'web')).toBeUndefined()
  })
})

describe('a delete that orphans', () => {
  it.each(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet'] as const)(
    '%s: its pods stay, and belong to the one that is created again',
    (kind) => {
      const world = settled(kind)
      const before = uidsOf(world)
      remove(world, kind, 'Orphan')
      world.advance(10_000)
      expect(world.cluster.store.get(kind, namespace, 'web')).toBeUndefined()
      expect(uidsOf(world)).toEqual(before)
      create(world, kind, { replicas: 2 })
      world.advance(60_000)
      expect(uidsOf(world)).toEqual(before)
      const owner = kind === 'Deployment' ? 'ReplicaSet' : kind
      for (const pod of podsOf(world)) {
        const reference = controllerOf(pod)
        expect(reference?.kind).toBe(owner)
        const found = world.cluster.store.get(owner, namespace, reference?.name ?? '')
        expect(reference?.uid).toBe(found?.metadata.uid)
      }
    },
  )
})

describe('names', () => {
  it('a ReplicaSet of somebody else under the name that a Deployment would give', () => {
    const world = settled('Deployment')
    const [set] = world.cluster.store.list('ReplicaSet')
    if (set === undefined) throw new Error('there is one')
    world.cluster.server.delete('Deployment', { namespace, name: 'web' }, {}, 'owner')
    world.advance(120_000)
    const { resourceVersion: _, uid: __, ...metadata } = set.metadata
    const foreign = { apiVersion: 'v1', kind: 'Other', name: 'x', uid: 'u', controller: true }
    const ownerReferences = [{ ...foreign, blockOwnerDeletion: false }]
    const taken = { ...set, metadata: { ...metadata, ownerReferences } }
    world.cluster.server.create('ReplicaSet', taken as never, 'owner')
    create(world, 'Deployment', { replicas: 2 })
    world.advance(120_000)
    const { status } = world.cluster.store.get('Deployment', namespace, 'web') ?? {}
    expect(status).toMatchObject({ availableReplicas: 2, updatedReplicas: 2 })
  })

  it('two thousand pods of one ReplicaSet have each a name of its own', () => {
    const world = readyWorld()
    const resources = { requests: { cpu: '500' } }
    const containers = [{ name: 'web', image: 'web:1', resources }]
    create(world, 'ReplicaSet', { replicas: 2000, template: templateOf('web:1', { containers }) })
    world.advance(2000 * 50 + 1000)
    expect(podsOf(world)).toHaveLength(2000)
  })
})

describe('a namespace that ends', () => {
  it('gets no pods from controllers, and goes when what finalizers hold is gone', () => {
    const world = settled('StatefulSet')
    const finalizers = ['example.com/hold']
    const metadata = { name: 'held', namespace, finalizers, labels }
    const config = { apiVersion: 'v1' as const, kind: 'ConfigMap' as const, metadata, data: {} }
    const { server, store } = world.cluster
    server.create('ConfigMap', config, 'owner')
    if (store.get('Namespace', undefined, namespace) === undefined) {
      const status = { phase: 'Active' as const }
      store.create('Namespace', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: namespace },
        status,
      })
    }
    server.delete('Namespace', { name: namespace }, {}, 'owner')
    server.delete('Pod', { namespace, name: 'web-0' }, { gracePeriodSeconds: 0 }, 'owner')
    world.advance(180_000)
    expect(podsOf(world)).toEqual([])
    expect(store.get('Namespace', undefined, namespace)).toBeDefined()
    const body = { metadata: { finalizers: null } }
    server.patch('ConfigMap', { namespace, name: 'held' }, { type: 'merge', body }, 'owner')
    world.advance(1000)
    expect(store.get('Namespace', undefined, namespace)).toBeUndefined()
  })
})
