/** Whatever clients do to workloads, no controller stops time, and everything can be deleted. */

import { expect, it } from 'vitest'
import {
  create,
  namespace,
  patch,
  podsOf,
  readyWorld,
  templateOf,
  type WorkloadKind,
} from '../../../../test/workload-world.ts'
import { isFailure } from '../../../world/failure.ts'
import { type Random, seededRandom } from '../../../world/random.ts'

const kinds = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job'] as const
const policies = ['Background', 'Foreground', 'Orphan'] as const

type World = ReturnType<typeof readyWorld>

function oneOf<T>(random: Random, list: readonly T[]): T | undefined {
  return list[Math.floor(random.next() * list.length)]
}

function policyOf(random: Random) {
  return { propagationPolicy: oneOf(random, policies) ?? 'Background' }
}

/** One thing that a person with kubectl might do to workloads that are all called `web`. */
function act(world: World, random: Random): void {
  const { server, store } = world.cluster
  const kind: WorkloadKind = oneOf(random, kinds) ?? 'Deployment'
  const template = templateOf(`web:${Math.ceil(random.next() * 3)}`)
  const replicas = Math.floor(random.next() * 4)
  const ref = { namespace, name: 'web' }
  const pod = oneOf(random, podsOf(world))
  const acts: readonly (() => unknown)[] = [
    () => create(world, kind, { replicas, template }),
    () => patch(world, kind, { replicas, template }),
    () => patch(world, kind, { replicas, paused: random.next() < 0.5 }),
    () => patch(world, kind, { strategy: { type: 'Recreate' }, minReadySeconds: 20 }),
    () => server.delete(kind, ref, policyOf(random), 'owner'),
    () => pod && server.delete('Pod', { namespace, name: pod.metadata.name }, {}, 'owner'),
    () => pod && server.evict({ namespace, name: pod.metadata.name }, {}, 'owner'),
    () => server.create('Pod', barePod(`web-${Math.floor(random.next() * 3)}`), 'owner'),
    () => server.delete('Node', { name: nodeOf(world, random) }, {}, 'owner'),
    () => label(world, nodeOf(world, random), random.next() < 0.5),
    () => {
      const set = oneOf(random, store.list('ReplicaSet'))
      if (set === undefined) return
      const own = { namespace, name: set.metadata.name }
      server.delete('ReplicaSet', own, policyOf(random), 'owner')
    },
  ]
  try {
    oneOf(random, acts)?.()
  } catch (error) {
    // Refusals are answers; anything else is a bug.
    if (!isFailure(error)) throw error
  }
}

function barePod(name: string) {
  const { metadata, spec } = templateOf('bare:1')
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, name, namespace },
    spec,
  } as const
}

function nodeOf({ cluster }: World, random: Random): string {
  return oneOf(random, cluster.store.list('Node'))?.metadata.name ?? 'none'
}

function label({ cluster }: World, name: string, isRepelled: boolean): void {
  const taints = isRepelled ? [{ key: 'x', effect: 'NoExecute' }] : []
  cluster.server.patch('Node', { name }, { type: 'merge', body: { spec: { taints } } }, 'owner')
}

it.each(Array.from({ length: 40 }, (_, index) => index))('turmoil %i', (index) => {
  const world = readyWorld()
  const random = seededRandom(`turmoil/${index}`)
  for (let step = 0; step < 60; step += 1) {
    act(world, random)
    world.advance(Math.floor(random.next() ** 4 * 60_000))
  }
  for (const kind of kinds) {
    world.cluster.server.delete(kind, { namespace, name: 'web' }, {}, 'owner')
  }
  world.advance(5000)
  for (const kind of ['ReplicaSet', 'Pod'] as const) {
    for (const { metadata } of world.cluster.store.list(kind)) {
      world.cluster.server.delete(kind, { namespace, name: metadata.name }, {}, 'owner')
    }
  }
  world.advance(600_000)
  const left = podsOf(world).filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  expect(left.map(({ metadata }) => metadata.name)).toEqual([])
})
