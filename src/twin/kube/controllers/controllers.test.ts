/** Owners, kubelets, machines and collectors against kubernetes-measured sections 3, 5, 6 and 8. */

import { describe, expect, it } from 'vitest'
import { addOldGroup, type SmallWorld, smallWorld } from '../../../../test/small-world.ts'
import type { Node, Pod, PodSpec } from '../../../world/kube-objects.ts'
import { terminateInstance } from '../../aws/autoscaling/instances.ts'
import { behaviourAnnotation, preStopAnnotation } from '../annotations.ts'

const namespace = 'default'

/** A small world with three Ready old nodes. */
function started(): SmallWorld {
  const world = smallWorld()
  addOldGroup(world)
  return world
}

function add(
  world: SmallWorld,
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job',
  options: {
    readonly spec?: Readonly<Record<string, unknown>>
    readonly pod?: Partial<PodSpec>
    readonly annotations?: Readonly<Record<string, string>>
  } = {},
): void {
  const labels = { app: 'web' }
  const { annotations = {}, pod, spec } = options
  const containers = [{ name: 'web' }]
  const template = { metadata: { labels, annotations }, spec: { containers, ...pod } }
  const apiVersion = kind === 'Job' ? 'batch/v1' : 'apps/v1'
  const object = {
    apiVersion,
    kind,
    metadata: { namespace, name: 'web' },
    spec: { selector: { matchLabels: labels }, template, ...spec },
  }
  world.cluster.server.create(kind, object as never, 'owner')
  world.advance(180_000)
}

const podsOf = ({ cluster }: SmallWorld): readonly Pod[] =>
  cluster.store.list('Pod').filter((pod) => pod.metadata.labels?.app === 'web')

const isReady = ({ status }: Pod | Node): boolean =>
  status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false

function evict(world: SmallWorld, pod: Pod | undefined): void {
  const name = pod?.metadata.name ?? ''
  expect(world.cluster.server.evict({ namespace, name }, {}, 'tester').code).toBe(201)
}

/** Milliseconds from now until it holds. */
function timeUntil(world: SmallWorld, holds: () => boolean, mostMs = 600_000): number {
  const startMs = world.kernel.nowMs()
  while (!holds()) {
    if (world.kernel.nowMs() - startMs > mostMs) throw new Error(`not within ${mostMs} ms`)
    world.advance(1)
  }
  return world.kernel.nowMs() - startMs
}

const isThere = (world: SmallWorld, pod: Pod | undefined): boolean =>
  podsOf(world).some((one) => one.metadata.uid === pod?.metadata.uid)

const find = (world: SmallWorld, name: string): Pod | undefined =>
  world.cluster.store.get('Pod', namespace, name)

describe('replacements', () => {
  it('Deployment: milliseconds after deletionTimestamp, while the old pod terminates', () => {
    const world = started()
    add(world, 'Deployment', { spec: { replicas: 3 } })
    const [pod] = podsOf(world)
    evict(world, pod)
    const ms = timeUntil(world, () => podsOf(world).length === 4)
    expect(ms).toBeGreaterThanOrEqual(2)
    expect(ms).toBeLessThanOrEqual(18)
    expect(isThere(world, pod)).toBe(true)
  })

  it('StatefulSet, OrderedReady: after the removal, and the second after the first is Ready', () => {
    const world = started()
    add(world, 'StatefulSet', { spec: { replicas: 3 } })
    const [first, second] = podsOf(world)
    evict(world, first)
    evict(world, second)
    timeUntil(world, () => !isThere(world, first))
    const ms = timeUntil(world, () => find(world, 'web-0') !== undefined)
    expect(ms).toBeLessThanOrEqual(13)
    timeUntil(world, () => !isThere(world, second))
    // One order or the other: the second identity waits for the first.
    while (!isReady(find(world, 'web-0')!)) {
      expect(find(world, 'web-1')).toBeUndefined()
      world.advance(100)
    }
    expect(timeUntil(world, () => find(world, 'web-1') !== undefined)).toBeLessThanOrEqual(13)
  })

  it('StatefulSet, Parallel: each after its own removal', () => {
    const world = started()
    add(world, 'StatefulSet', { spec: { replicas: 3, podManagementPolicy: 'Parallel' } })
    for (const pod of podsOf(world).slice(0, 2)) {
      evict(world, pod)
      const { name, uid } = pod.metadata
      const isNew = () => find(world, name) !== undefined && find(world, name)?.metadata.uid !== uid
      timeUntil(world, () => !isThere(world, pod))
      expect(timeUntil(world, isNew)).toBeLessThanOrEqual(13)
    }
  })

  it('StatefulSet, scaled down: the highest ordinal first, one at a time', () => {
    const world = started()
    add(world, 'StatefulSet', { spec: { replicas: 3 } })
    const set = world.cluster.store.get('StatefulSet', namespace, 'web')!
    world.cluster.store.replace('StatefulSet', { ...set, spec: { ...set.spec, replicas: 0 } })
    const gone: string[] = []
    world.cluster.store.subscribe((event) => {
      if (event.kind !== 'Pod') return
      const going = podsOf(world).filter((one) => one.metadata.deletionTimestamp !== undefined)
      expect(going.length).toBeLessThanOrEqual(1)
      if (event.type === 'DELETED') gone.push(event.object.metadata.name)
    })
    world.advance(300_000)
    expect(gone).toEqual(['web-2', 'web-1', 'web-0'])
  })

  it('DaemonSet: on the same node, though it is cordoned', () => {
    const world = started()
    add(world, 'DaemonSet')
    const [pod] = podsOf(world)
    const nodeName = pod?.spec.nodeName ?? ''
    const patch = { type: 'merge' as const, body: { spec: { unschedulable: true } } }
    world.cluster.server.patch('Node', { name: nodeName }, patch, 'tester')
    evict(world, pod)
    timeUntil(world, () => !isThere(world, pod))
    const ms = timeUntil(world, () => podsOf(world).length === 3)
    expect(ms).toBeGreaterThanOrEqual(3)
    expect(ms).toBeLessThanOrEqual(23)
    expect(podsOf(world).filter((one) => one.spec.nodeName === nodeName)).toHaveLength(1)
  })

  it('Job: after a back-off of ten seconds, doubled for the second failure', () => {
    const world = started()
    add(world, 'Job', { pod: { restartPolicy: 'Never' } })
    for (const [least, most] of [
      [9000, 10_200],
      [18_000, 21_000],
    ] as const) {
      const [pod] = podsOf(world)
      evict(world, pod)
      const isNew = () => podsOf(world).some((one) => one.metadata.uid !== pod?.metadata.uid)
      const ms = timeUntil(world, isNew)
      expect(ms).toBeGreaterThanOrEqual(least)
      expect(ms).toBeLessThanOrEqual(most)
      world.advance(120_000)
    }
    expect(world.cluster.store.get('Job', namespace, 'web')?.status?.failed).toBe(2)
  })

  it('Job without any failure to spare: no replacement, and the other pods go a second later', () => {
    const world = started()
    const spec = { backoffLimit: 0, parallelism: 3, completions: 3 }
    add(world, 'Job', { spec, pod: { restartPolicy: 'Never' } })
    const [pod] = podsOf(world)
    evict(world, pod)
    const isOver = () => podsOf(world).every((one) => one.metadata.deletionTimestamp !== undefined)
    const ms = timeUntil(world, isOver)
    expect(ms).toBeGreaterThanOrEqual(900)
    expect(ms).toBeLessThanOrEqual(1100)
    world.advance(300_000)
    expect(podsOf(world)).toEqual([])
    const { conditions } = world.cluster.store.get('Job', namespace, 'web')?.status ?? {}
    expect(conditions).toMatchObject([
      { type: 'FailureTarget', status: 'True', reason: 'BackoffLimitExceeded' },
    ])
  })

  it('a bare pod: none', () => {
    const world = started()
    const metadata = { namespace, name: 'bare', labels: { app: 'web' } }
    const spec = { containers: [{ name: 'web' }] }
    world.cluster.server.create('Pod', { apiVersion: 'v1', kind: 'Pod', metadata, spec }, 'owner')
    world.advance(120_000)
    evict(world, podsOf(world)[0])
    world.advance(300_000)
    expect(podsOf(world)).toEqual([])
  })

  it('pod-deletion-cost says who goes when a Deployment shrinks', () => {
    const world = started()
    add(world, 'Deployment', { spec: { replicas: 4 } })
    const costs = [-10, 5, 50, 100]
    podsOf(world).forEach((pod, index) => {
      const key = 'controller.kubernetes.io/pod-deletion-cost'
      const annotations = { ...pod.metadata.annotations, [key]: String(costs[index]) }
      world.cluster.store.replace('Pod', { ...pod, metadata: { ...pod.metadata, annotations } })
    })
    const kept = podsOf(world)[3]
    const set = world.cluster.store.get('Deployment', namespace, 'web')!
    world.cluster.store.replace('Deployment', { ...set, spec: { ...set.spec, replicas: 1 } })
    world.advance(120_000)
    expect(podsOf(world).map((pod) => pod.metadata.uid)).toEqual([kept?.metadata.uid])
  })
})

describe('the kubelet', () => {
  const grace = (terminationGracePeriodSeconds: number): Partial<PodSpec> => ({
    terminationGracePeriodSeconds,
  })
  /** Seconds from the eviction to the removal. */
  function stopSeconds(options: Parameters<typeof add>[2]): number {
    const world = started()
    add(world, 'Deployment', { spec: { replicas: 1 }, ...options })
    const [pod] = podsOf(world)
    evict(world, pod)
    return timeUntil(world, () => !isThere(world, pod)) / 1000
  }

  it('goes from Pending over Running to Ready', () => {
    const world = started()
    const seen: string[] = []
    world.cluster.store.subscribe((event) => {
      if (event.kind !== 'Pod' || event.type === 'DELETED') return
      const pod = event.object as Pod
      const stage = `${pod.spec.nodeName === undefined ? 'free' : 'bound'} ${pod.status?.phase} ${isReady(pod)}`
      if (seen.at(-1) !== stage) seen.push(stage)
    })
    add(world, 'Deployment', { spec: { replicas: 1 } })
    expect(seen).toEqual([
      'free Pending false',
      'bound Pending false',
      'bound Running false',
      'bound Running true',
    ])
  })

  it('waits for the readiness probe, and starts faster where the image is', () => {
    const world = started()
    const probe = { initialDelaySeconds: 40, periodSeconds: 5 }
    const containers = [{ name: 'web', image: 'web:1', readinessProbe: probe }]
    const timings: number[] = []
    const nodeName = world.cluster.store.list('Node')[0]?.metadata.name ?? ''
    for (const name of ['cold', 'warm']) {
      const metadata = { namespace, name, labels: { app: 'web' } }
      const spec = { containers, nodeName }
      world.cluster.server.create('Pod', { apiVersion: 'v1', kind: 'Pod', metadata, spec }, 'o')
      timings.push(timeUntil(world, () => find(world, name)?.status?.phase === 'Running'))
      expect(timeUntil(world, () => isReady(find(world, name)!))).toBeGreaterThan(15_000)
    }
    expect(timings[1]).toBeLessThan(1100)
    expect(timings[0]).toBeGreaterThan(timings[1] ?? 0)
  })

  it('never takes longer than the grace period, and all of it for the deaf', () => {
    expect(stopSeconds({ pod: grace(2) })).toBeLessThanOrEqual(2.1)
    const deaf = stopSeconds({
      pod: grace(45),
      annotations: { [behaviourAnnotation]: 'ignores-sigterm' },
    })
    expect(deaf).toBeGreaterThanOrEqual(44)
    expect(deaf).toBeLessThanOrEqual(45.1)
  })

  it('runs the preStop hook first', () => {
    const seconds = stopSeconds({ pod: grace(60), annotations: { [preStopAnnotation]: '20' } })
    expect(seconds).toBeGreaterThan(20)
    expect(seconds).toBeLessThanOrEqual(60)
  })

  it('lets a crash loop run and never be Ready', () => {
    const world = started()
    const annotations = { [behaviourAnnotation]: 'crash-loop' }
    add(world, 'Deployment', { spec: { replicas: 2 }, annotations })
    expect(podsOf(world).map((pod) => [pod.status?.phase, isReady(pod)])).toEqual([
      ['Running', false],
      ['Running', false],
    ])
  })
})

describe('nodes', () => {
  const nodes = ({ cluster }: SmallWorld): readonly Node[] => cluster.store.list('Node')
  const taintKeys = (node: Node | undefined) => (node?.spec?.taints ?? []).map((one) => one.key)

  it('a cordon becomes a taint in 10 to 20 ms, and an uncordon takes it away', () => {
    const world = started()
    const name = nodes(world)[0]?.metadata.name ?? ''
    const node = () => world.cluster.store.get('Node', undefined, name)
    for (const [unschedulable, isTainted] of [
      [true, true],
      [null, false],
    ] as const) {
      const patch = { type: 'merge' as const, body: { spec: { unschedulable } } }
      world.cluster.server.patch('Node', { name }, patch, 'tester')
      const key = 'node.kubernetes.io/unschedulable'
      const ms = timeUntil(world, () => taintKeys(node()).includes(key) === isTainted)
      expect(ms).toBeGreaterThanOrEqual(5)
      expect(ms).toBeLessThanOrEqual(20)
    }
  })

  it('a launched instance registers not Ready and tainted, and is Ready within a minute and a half', () => {
    const world = smallWorld()
    const group = addOldGroup(world, { desiredCapacity: 0 })
    const input = { AutoScalingGroupName: group.name, DesiredCapacity: 1 }
    void world.api.autoScaling.setDesiredCapacity(input)
    const registeredMs = timeUntil(world, () => nodes(world).length === 1)
    expect(registeredMs).toBeGreaterThan(25_000)
    expect(registeredMs).toBeLessThan(75_000)
    const key = 'node.kubernetes.io/not-ready'
    expect(taintKeys(nodes(world)[0])).toEqual([key])
    expect(isReady(nodes(world)[0]!)).toBe(false)
    const readyMs = timeUntil(world, () => isReady(nodes(world)[0]!))
    expect(readyMs).toBeGreaterThanOrEqual(10_000)
    expect(readyMs).toBeLessThanOrEqual(30_000)
    const ms = timeUntil(world, () => !taintKeys(nodes(world)[0]).includes(key))
    expect(ms).toBeGreaterThanOrEqual(5)
    expect(ms).toBeLessThanOrEqual(58)
  })

  /** Ends the instance of a pod's node as AWS does, without a drain. */
  function endNodeOf(world: SmallWorld, pod: Pod | undefined): void {
    const { account, cluster } = world
    for (const instance of account.instances.values()) {
      if (cluster.machines.nodeOf(instance.id)?.metadata.name !== pod?.spec.nodeName) continue
      terminateInstance(account, instance, { user: 'world', operation: 'test' })
    }
  }

  it('a node whose instance is gone is deleted, and its pods 40 to 60 s later without asking budgets', () => {
    const world = started()
    add(world, 'Deployment', { spec: { replicas: 3 } })
    const selector = { matchLabels: { app: 'web' } }
    const metadata = { namespace, name: 'web' }
    const spec = { minAvailable: 3, selector }
    const budget = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec } as const
    world.cluster.server.create('PodDisruptionBudget', budget, 'owner')
    const [pod] = podsOf(world)
    endNodeOf(world, pod)
    const nodeName = pod?.spec.nodeName
    timeUntil(world, () => !nodes(world).some((node) => node.metadata.name === nodeName))
    expect(isThere(world, pod)).toBe(true)
    const ms = timeUntil(world, () => !isThere(world, pod))
    expect(ms).toBeGreaterThanOrEqual(41_500)
    expect(ms).toBeLessThanOrEqual(60_300)
  })

  it('a pod on a dead node stays, whatever deletes it', () => {
    const world = started()
    add(world, 'Deployment', { spec: { replicas: 1 } })
    const [pod] = podsOf(world)
    const { account, cluster } = world
    for (const { id } of account.instances.values()) cluster.machines.stop(id)
    evict(world, pod)
    world.advance(600_000)
    expect(isThere(world, pod)).toBe(true)
  })

  it('a silent kubelet: Unknown and tainted after 51 to 55 s, its pods not Ready', () => {
    const world = started()
    add(world, 'Deployment', { spec: { replicas: 1 } })
    const [pod] = podsOf(world)
    const { account, cluster } = world
    for (const { id } of account.instances.values()) cluster.machines.stop(id)
    const node = () => cluster.store.get('Node', undefined, pod?.spec.nodeName ?? '')
    const ms = timeUntil(world, () => !isReady(node()!))
    expect(ms).toBeGreaterThanOrEqual(51_500)
    expect(ms).toBeLessThanOrEqual(54_500)
    expect(node()?.status?.conditions?.find((one) => one.type === 'Ready')).toMatchObject({
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
    })
    world.advance(100)
    expect(taintKeys(node())).toEqual(['node.kubernetes.io/unreachable'])
    expect(isReady(podsOf(world)[0]!)).toBe(false)
  })
})
