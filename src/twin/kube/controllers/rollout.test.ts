/** What `kubectl rollout` and `kubectl set` bring about, as kube-controller-manager 1.35 does it. */

import { describe, expect, it } from 'vitest'
import type { SmallWorld } from '../../../../test/small-world.ts'
import {
  create,
  imagesOf,
  namespace,
  patch,
  podsOf,
  readyWorld,
  secondsUntil,
  statusOf,
  templateOf,
} from '../../../../test/workload-world.ts'
import type { Deployment, Pod } from '../../../world/kube-objects.ts'

const revisionKey = 'deployment.kubernetes.io/revision'

const deployment = ({ cluster }: SmallWorld): Deployment | undefined =>
  cluster.store.get('Deployment', namespace, 'web')

function revisions({ cluster }: SmallWorld): readonly string[] {
  const sets = cluster.store.list('ReplicaSet')
  return sets.map(({ metadata }) => metadata.annotations?.[revisionKey] ?? 'none').sort()
}

const isRolled = (world: SmallWorld, image: string, count: number): boolean => {
  const { availableReplicas, replicas, updatedReplicas } = statusOf(world, 'Deployment')
  const images = imagesOf(world)
  const isAll = [availableReplicas, replicas, updatedReplicas].every((one) => one === count)
  return isAll && images.length === count && images.every((one) => one === image)
}

/** Least number of available pods, and most pods that are not on their way out, while it rolls. */
function extremes(world: SmallWorld, isDone: () => boolean): { least: number; most: number } {
  let least = Number.POSITIVE_INFINITY
  let most = 0
  for (let step = 0; !isDone() && step < 20_000; step += 1) {
    world.advance(50)
    const ready = podsOf(world).filter(
      (pod) => pod.metadata.deletionTimestamp === undefined && isReady(pod),
    )
    least = Math.min(least, ready.length)
    most = Math.max(most, imagesOf(world).length)
  }
  expect(isDone()).toBe(true)
  return { least, most }
}

const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false

function settled(kind: 'Deployment' | 'StatefulSet' | 'DaemonSet', spec: object): SmallWorld {
  const world = readyWorld()
  create(world, kind, spec)
  world.advance(120_000)
  return world
}

describe('Deployment', () => {
  it('counts its revisions; going back makes the old one the newest', () => {
    const world = settled('Deployment', { replicas: 2 })
    expect([deployment(world)?.metadata.annotations?.[revisionKey], revisions(world)]).toEqual([
      '1',
      ['1'],
    ])
    patch(world, 'Deployment', { template: templateOf('web:2') })
    secondsUntil(world, () => isRolled(world, 'web:2', 2))
    expect(revisions(world)).toEqual(['1', '2'])
    patch(world, 'Deployment', { template: templateOf('web:1') })
    secondsUntil(world, () => isRolled(world, 'web:1', 2))
    expect(revisions(world)).toEqual(['2', '3'])
    expect(deployment(world)?.metadata.annotations?.[revisionKey]).toBe('3')
  })

  it('keeps its annotations on the ReplicaSet, but for the last applied configuration', () => {
    const world = settled('Deployment', { replicas: 1 })
    const annotations = {
      'kubernetes.io/change-cause': 'new image',
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
    }
    const ref = { namespace, name: 'web' }
    const body = { metadata: { annotations } }
    world.cluster.server.patch('Deployment', ref, { type: 'merge', body }, 'owner')
    world.advance(1000)
    expect(world.cluster.store.list('ReplicaSet')[0]?.metadata.annotations).toEqual({
      'kubernetes.io/change-cause': 'new image',
      [revisionKey]: '1',
    })
  })

  it('forgets the oldest of more revisions than it keeps', () => {
    const world = settled('Deployment', { replicas: 1, revisionHistoryLimit: 2 })
    for (const image of ['web:2', 'web:3', 'web:4', 'web:5']) {
      patch(world, 'Deployment', { template: templateOf(image) })
      secondsUntil(world, () => isRolled(world, image, 1))
    }
    world.advance(1000)
    expect(revisions(world)).toEqual(['3', '4', '5'])
  })

  it('rolls nothing while paused, yet scales', () => {
    const world = settled('Deployment', { replicas: 2 })
    patch(world, 'Deployment', { paused: true, template: templateOf('web:2') })
    world.advance(60_000)
    expect([imagesOf(world), statusOf(world, 'Deployment').updatedReplicas]).toEqual([
      ['web:1', 'web:1'],
      0,
    ])
    patch(world, 'Deployment', { replicas: 3 })
    secondsUntil(world, () => imagesOf(world).length === 3)
    expect(new Set(imagesOf(world))).toEqual(new Set(['web:1']))
    patch(world, 'Deployment', { paused: false })
    secondsUntil(world, () => isRolled(world, 'web:2', 3))
  })

  it.each([
    { maxSurge: 1, maxUnavailable: 0, least: 4, most: 5 },
    { maxSurge: 0, maxUnavailable: 1, least: 3, most: 4 },
    { maxSurge: '50%', maxUnavailable: '50%', least: 2, most: 6 },
  ])('stays between surge $maxSurge and unavailable $maxUnavailable', (row) => {
    const { least, maxSurge, maxUnavailable, most } = row
    const strategy = { rollingUpdate: { maxSurge, maxUnavailable } }
    const world = settled('Deployment', { replicas: 4, strategy })
    patch(world, 'Deployment', { template: templateOf('web:2') })
    const seen = extremes(world, () => isRolled(world, 'web:2', 4))
    expect(seen.least).toBeGreaterThanOrEqual(least)
    expect(seen.most).toBeLessThanOrEqual(most)
  })

  it('gets rid of pods that never ran, however many there are', () => {
    const resources = { requests: { cpu: '500' } }
    const huge = { containers: [{ name: 'web', image: 'web:1', resources }] }
    const world = settled('Deployment', { replicas: 4, template: templateOf('web:1', huge) })
    expect(statusOf(world, 'Deployment').availableReplicas).toBe(0)
    patch(world, 'Deployment', { template: templateOf('web:2') })
    secondsUntil(world, () => isRolled(world, 'web:2', 4))
  })

  it('Recreate: the last old pod is gone before the first new one is there', () => {
    const world = settled('Deployment', { replicas: 3, strategy: { type: 'Recreate' } })
    patch(world, 'Deployment', { template: templateOf('web:2') })
    let isMixed = false
    for (let step = 0; !isRolled(world, 'web:2', 3); step += 1) {
      expect(step).toBeLessThan(10_000)
      world.advance(50)
      const images = podsOf(world).map(({ spec }) => Reflect.get(spec.containers[0] ?? {}, 'image'))
      isMixed ||= new Set(images).size > 1
    }
    expect(isMixed).toBe(false)
  })
})

describe('StatefulSet', () => {
  it('replaces its pods from the highest ordinal down, one at a time', () => {
    const world = settled('StatefulSet', { replicas: 3 })
    expect(statusOf(world, 'StatefulSet')).toMatchObject({ updatedReplicas: 3, readyReplicas: 3 })
    patch(world, 'StatefulSet', { template: templateOf('web:2') })
    const order: string[] = []
    world.cluster.store.subscribe(({ kind, object, type }) => {
      if (kind === 'Pod' && type === 'DELETED') order.push(object.metadata.name)
    })
    world.advance(10)
    const { currentRevision, updateRevision } = statusOf(world, 'StatefulSet')
    expect(currentRevision).not.toBe(updateRevision)
    const { least } = extremes(
      world,
      () =>
        imagesOf(world).join() === 'web:2,web:2,web:2' &&
        statusOf(world, 'StatefulSet').readyReplicas === 3,
    )
    expect([least, order]).toEqual([2, ['web-2', 'web-1', 'web-0']])
    const after = statusOf(world, 'StatefulSet')
    expect(after).toMatchObject({ currentRevision: updateRevision, currentReplicas: 3 })
  })

  it('leaves ordinals below the partition, and everything where updates are OnDelete', () => {
    const updateStrategy = { rollingUpdate: { partition: 2 } }
    const world = settled('StatefulSet', { replicas: 3, updateStrategy })
    patch(world, 'StatefulSet', { template: templateOf('web:2') })
    world.advance(300_000)
    expect(imagesOf(world)).toEqual(['web:1', 'web:1', 'web:2'])
    patch(world, 'StatefulSet', { updateStrategy: { type: 'OnDelete' } })
    world.advance(300_000)
    expect(imagesOf(world)).toEqual(['web:1', 'web:1', 'web:2'])
  })
})

describe('DaemonSet', () => {
  it.each([1, 2, '100%'] as const)('replaces its pods %s at a time', (maxUnavailable) => {
    const updateStrategy = { rollingUpdate: { maxUnavailable } }
    const world = settled('DaemonSet', { updateStrategy })
    expect(imagesOf(world)).toHaveLength(3)
    patch(world, 'DaemonSet', { template: templateOf('web:2') })
    world.advance(100)
    expect(statusOf(world, 'DaemonSet').updatedNumberScheduled).toBeLessThan(3)
    const { least } = extremes(world, () => {
      const { numberAvailable, updatedNumberScheduled } = statusOf(world, 'DaemonSet')
      const isNew = imagesOf(world).every((one) => one === 'web:2')
      return isNew && numberAvailable === 3 && updatedNumberScheduled === 3
    })
    expect(least).toBe(maxUnavailable === '100%' ? 0 : 3 - maxUnavailable)
  })

  it('goes on only when a new pod has been Ready for minReadySeconds', () => {
    const world = settled('DaemonSet', { minReadySeconds: 60 })
    secondsUntil(world, () => statusOf(world, 'DaemonSet').numberAvailable === 3)
    patch(world, 'DaemonSet', { template: templateOf('web:2') })
    world.advance(30_000)
    expect(statusOf(world, 'DaemonSet')).toMatchObject({ numberReady: 3, numberAvailable: 2 })
    const seconds = secondsUntil(world, () => {
      const { numberAvailable, updatedNumberScheduled } = statusOf(world, 'DaemonSet')
      return numberAvailable === 3 && updatedNumberScheduled === 3
    })
    expect(seconds).toBeGreaterThan(150)
  })

  it('follows the labels of nodes and its own selector', () => {
    const world = settled('DaemonSet', {
      template: templateOf('web:1', { nodeSelector: { a: 'b' } }),
    })
    expect(imagesOf(world)).toEqual([])
    const [name = ''] = world.cluster.store.list('Node').map(({ metadata }) => metadata.name)
    const label = (value: string | null): void => {
      const body = { metadata: { labels: { a: value } } }
      world.cluster.server.patch('Node', { name }, { type: 'merge', body }, 'owner')
      world.advance(60_000)
    }
    label('b')
    expect(podsOf(world).map(({ spec }) => spec.nodeName)).toEqual([name])
    label(null)
    expect(podsOf(world)).toEqual([])
  })
})
