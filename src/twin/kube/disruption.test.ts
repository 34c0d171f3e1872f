/** The disruption controller's arithmetic and latencies against kubernetes-measured section 1. */

import { describe, expect, it } from 'vitest'
import {
  type BareCluster,
  bareCluster,
  budgetOf,
  namespace,
  numbersOf,
  seedBudget,
  seedDeployment,
  seedOwner,
  seedPod,
  seedPods,
  webLabels,
} from '../../../test/bare-cluster.ts'
import type { Pod, PodDisruptionBudget } from '../../world/kube-objects.ts'
import { Faults } from '../kernel/faults.ts'
import { Session } from '../kernel/session.ts'

type BudgetSpec = Partial<PodDisruptionBudget['spec']>

/** The numbers once everything is at rest. */
function settled(bare: BareCluster): readonly (number | undefined)[] {
  bare.advance(200)
  return numbersOf(bare)
}

describe('percentages of a Deployment round up in both fields (desired, allowed)', () => {
  const percents = ['10%', '25%', '50%'] as const
  const measured: readonly (readonly [number, readonly string[], readonly string[]])[] = [
    [1, ['1/0', '1/0', '1/0'], ['0/1', '0/1', '0/1']],
    [2, ['1/1', '1/1', '1/1'], ['1/1', '1/1', '1/1']],
    [3, ['1/2', '1/2', '2/1'], ['2/1', '2/1', '1/2']],
    [5, ['1/4', '2/3', '3/2'], ['4/1', '3/2', '2/3']],
    [7, ['1/6', '2/5', '4/3'], ['6/1', '5/2', '3/4']],
    [10, ['1/9', '3/7', '5/5'], ['9/1', '7/3', '5/5']],
  ]
  const rows = measured.flatMap(([replicas, least, most]) =>
    percents.flatMap((percent, index) => [
      { replicas, spec: { minAvailable: percent } as BudgetSpec, wanted: least[index] },
      { replicas, spec: { maxUnavailable: percent } as BudgetSpec, wanted: most[index] },
    ]),
  )
  const edges = [
    { replicas: 4, spec: { minAvailable: 0 }, wanted: '0/4' },
    { replicas: 4, spec: { minAvailable: '0%' }, wanted: '0/4' },
    { replicas: 4, spec: { maxUnavailable: 0 }, wanted: '4/0' },
    { replicas: 4, spec: { maxUnavailable: '0%' }, wanted: '4/0' },
    { replicas: 4, spec: { minAvailable: '100%' }, wanted: '4/0' },
    { replicas: 4, spec: { maxUnavailable: '100%' }, wanted: '0/4' },
    { replicas: 4, spec: {}, wanted: '0/0' },
  ]
  it.each([...rows, ...edges])('$replicas replicas, $spec', ({ replicas, spec, wanted }) => {
    const bare = bareCluster()
    seedPods(bare, replicas, { owner: seedDeployment(bare, { replicas }) })
    seedBudget(bare, { spec })
    const [expected, desired, healthy, allowed] = settled(bare)
    expect(`${desired}/${allowed}`).toBe(wanted)
    expect(healthy).toBe(replicas)
    expect(expected).toBe(Object.keys(spec).length === 0 ? 0 : replicas)
  })
})

describe('what the API server refuses', () => {
  it.each([
    { spec: { minAvailable: '150%' }, text: 'must not be greater than 100%' },
    { spec: { minAvailable: 1, maxUnavailable: 1 }, text: 'cannot be both set' },
    {
      spec: { unhealthyPodEvictionPolicy: 'Foo' as never },
      text: 'Unsupported value: "Foo": supported values: "AlwaysAllow", "IfHealthyBudget"',
    },
  ])('$spec', ({ spec, text }) => {
    const { server } = bareCluster().cluster
    const selector = { matchLabels: webLabels }
    const budget: PodDisruptionBudget = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { namespace, name: 'web' },
      spec: { selector, ...spec },
    }
    expect(() => server.create('PodDisruptionBudget', budget, 'tester')).toThrow(text)
  })
})

describe('shapes (expected, desired, healthy, allowed)', () => {
  const twoDeployments = (bare: BareCluster): void => {
    seedPods(bare, 3, { owner: seedDeployment(bare, { name: 'one', replicas: 3 }) })
    seedPods(bare, 2, { owner: seedDeployment(bare, { name: 'two', replicas: 2 }) })
  }
  const stateful = (bare: BareCluster): void => {
    seedPods(bare, 3, { owner: seedOwner(bare, 'StatefulSet', { replicas: 0 }) })
    bare.cluster.server.delete('Pod', { namespace, name: 'web-2' }, {}, 'controller')
  }
  const rows: readonly {
    readonly name: string
    readonly arrange: (bare: BareCluster) => void
    readonly spec: BudgetSpec
    readonly wanted: readonly number[]
    readonly event?: string
  }[] = [
    {
      name: '3 bare pods',
      arrange: (bare) => void seedPods(bare, 3),
      spec: { minAvailable: '50%' },
      wanted: [0, 0, 3, 0],
      event: 'UnmanagedPods',
    },
    {
      name: '3 bare pods, integer',
      arrange: (bare) => void seedPods(bare, 3),
      spec: { minAvailable: 1 },
      wanted: [3, 1, 3, 2],
    },
    {
      name: 'two Deployments',
      arrange: twoDeployments,
      spec: { maxUnavailable: 1 },
      wanted: [5, 4, 5, 1],
    },
    {
      name: 'two Deployments, percent',
      arrange: twoDeployments,
      spec: { maxUnavailable: '30%' },
      wanted: [5, 3, 5, 2],
    },
    {
      name: 'two Deployments and a bare pod',
      arrange: (bare) => {
        twoDeployments(bare)
        seedPod(bare, { name: 'bare' })
      },
      spec: { maxUnavailable: 1 },
      wanted: [5, 4, 6, 2],
      event: 'UnmanagedPods',
    },
    {
      name: 'Job pods, integer',
      arrange: (bare) => void seedPods(bare, 2, { owner: seedOwner(bare, 'Job') }),
      spec: { minAvailable: 1 },
      wanted: [2, 1, 2, 1],
    },
    {
      name: 'a ReplicaSet without Deployment',
      arrange: (bare) =>
        void seedPods(bare, 2, { owner: seedOwner(bare, 'ReplicaSet', { replicas: 2 }) }),
      spec: { maxUnavailable: 1 },
      wanted: [2, 1, 2, 1],
    },
    {
      name: 'StatefulSet 3 -> 0',
      arrange: stateful,
      spec: { maxUnavailable: 1 },
      wanted: [0, 0, 2, 0],
    },
    {
      name: 'StatefulSet 3 -> 0, integer',
      arrange: stateful,
      spec: { minAvailable: 1 },
      wanted: [3, 1, 2, 1],
    },
    {
      name: 'an empty selector takes the whole namespace',
      arrange: (bare) => void seedPods(bare, 2, { labels: { app: 'other' } }),
      spec: { minAvailable: 1, selector: {} },
      wanted: [2, 1, 2, 1],
    },
    {
      name: 'a failed pod whose Ready is still True is healthy',
      arrange: (bare) => void seedPods(bare, 2, { phase: 'Failed' }),
      spec: { minAvailable: 1 },
      wanted: [2, 1, 2, 1],
    },
  ]
  it.each(rows)('$name', ({ arrange, event, spec, wanted }) => {
    const bare = bareCluster()
    arrange(bare)
    seedBudget(bare, { spec })
    expect(settled(bare)).toEqual(wanted)
    const reasons = bare.cluster.store.list('Event').map((one) => one.reason)
    expect(reasons).toEqual(event === undefined ? [] : [event])
  })

  it('a Deployment that grows blocks evictions until its pods are Ready', () => {
    const bare = bareCluster()
    const owner = seedDeployment(bare, { replicas: 4 })
    seedPods(bare, 4, { owner })
    seedBudget(bare, { spec: { maxUnavailable: 1 } })
    expect(settled(bare)).toEqual([4, 3, 4, 1])
    scale(bare, 8)
    // Replicas alone trigger nothing: the pods do.
    expect(settled(bare)).toEqual([4, 3, 4, 1])
    const grown = seedPods(bare, 4, { owner, name: 'grown', isReady: false })
    expect(settled(bare)).toEqual([8, 7, 4, 0])
    for (const pod of grown) makeReady(bare, pod)
    expect(settled(bare)).toEqual([8, 7, 8, 1])
  })
})

function scale({ cluster }: BareCluster, replicas: number): void {
  const deployment = cluster.store.get('Deployment', namespace, 'web')
  if (deployment === undefined) throw new Error('no Deployment')
  const spec = { ...deployment.spec, replicas }
  cluster.store.replace('Deployment', { ...deployment, spec })
}

function makeReady({ cluster }: BareCluster, pod: Pod): void {
  const conditions = [{ type: 'Ready', status: 'True' }]
  cluster.store.replace('Pod', { ...pod, status: { ...pod.status, conditions } })
}

describe('syncs that fail', () => {
  const noScale = (resource: string) => `${resource} does not implement the scale subresource`
  const rows = [
    {
      name: 'a DaemonSet',
      arrange: (bare: BareCluster) => seedOwner(bare, 'DaemonSet'),
      text: noScale('daemonsets.apps'),
    },
    {
      name: 'a Job',
      arrange: (bare: BareCluster) => seedOwner(bare, 'Job'),
      text: noScale('jobs.batch'),
    },
    {
      name: 'mirror pods',
      arrange: () => ({ apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'u', controller: true }),
      text: noScale('nodes'),
    },
    {
      name: 'a controller that is gone',
      arrange: () => ({
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        name: 'gone',
        uid: 'u',
        controller: true,
      }),
      text: 'found no controllers for pod "pod-0"',
    },
  ]
  it.each(rows)('$name', ({ arrange, text }) => {
    const bare = bareCluster()
    seedPods(bare, 2, { name: 'pod', owner: arrange(bare) })
    seedBudget(bare, { spec: { maxUnavailable: 1 } })
    expect(settled(bare)).toEqual([0, 0, 0, 0])
    const { status } = budgetOf(bare)
    expect(status?.observedGeneration).toBeUndefined()
    expect(status?.conditions).toMatchObject([
      { type: 'DisruptionAllowed', status: 'False', reason: 'SyncFailed', message: text },
    ])
    expect(bare.cluster.store.list('Event').map((one) => one.reason)).toEqual([
      'CalculateExpectedPodCountFailed',
    ])
  })

  it('one such pod is enough, and the rest of the status stays stale', () => {
    const bare = bareCluster()
    seedPods(bare, 3, { owner: seedDeployment(bare, { replicas: 3 }) })
    seedBudget(bare, { spec: { maxUnavailable: 1 } })
    expect(settled(bare)).toEqual([3, 2, 3, 1])
    const owner = seedOwner(bare, 'Job', { name: 'batch' })
    const pod = seedPod(bare, { name: 'batch-1', owner })
    expect(settled(bare)).toEqual([3, 2, 3, 0])
    bare.cluster.store.remove('Pod', namespace, pod.metadata.name)
    expect(settled(bare)).toEqual([3, 2, 3, 1])
  })
})

it('of two budgets over one pod only the first follows pod events', () => {
  const bare = bareCluster()
  const [pod] = seedPods(bare, 3, { owner: seedDeployment(bare, { replicas: 3 }) })
  seedBudget(bare, { name: 'a', spec: { maxUnavailable: 1 } })
  seedBudget(bare, { name: 'b', spec: { maxUnavailable: 1 } })
  bare.advance(200)
  bare.cluster.server.delete('Pod', { namespace, name: pod?.metadata.name ?? '' }, {}, 'tester')
  bare.advance(1000)
  expect(numbersOf(bare, 'a')).toEqual([3, 2, 2, 0])
  expect(numbersOf(bare, 'b')).toEqual([3, 2, 3, 1])
  const events = bare.cluster.store.list('Event')
  expect(events.map((one) => one.reason)).toEqual(['MultiplePodDisruptionBudgets'])
  expect(events[0]?.message).toBe(
    `Pod "${namespace}"/"${pod?.metadata.name}" matches multiple PodDisruptionBudgets.  Chose "a" arbitrarily.`,
  )
})

it('only edits of the spec raise the generation that must be observed', () => {
  const bare = bareCluster()
  seedPods(bare, 3, { owner: seedDeployment(bare, { replicas: 3 }) })
  seedBudget(bare, { spec: { maxUnavailable: 1 } })
  bare.advance(200)
  bare.cluster.disruption.isPaused = true
  const ref = { namespace, name: 'web' }
  const patch = (body: unknown) =>
    bare.cluster.server.patch('PodDisruptionBudget', ref, { type: 'merge', body }, 'tester')
  patch({ metadata: { labels: { team: 'a' } } })
  expect(budgetOf(bare).metadata.generation).toBe(1)
  patch({ spec: { maxUnavailable: 2 } })
  expect(budgetOf(bare).metadata.generation).toBe(2)
  expect(budgetOf(bare).status?.observedGeneration).toBe(1)
  const evicted = bare.cluster.server.evict({ namespace, name: 'web-rs-0' }, {}, 'tester')
  expect(evicted).toMatchObject({ code: 429, details: { retryAfterSeconds: 10 } })
})

it('a DisruptionTarget on a pod that stays is taken back after two minutes', () => {
  const bare = bareCluster()
  const pod = seedPod(bare)
  const conditions = [
    ...(pod.status?.conditions ?? []),
    { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'x' },
  ]
  bare.cluster.store.replace('Pod', { ...pod, status: { ...pod.status, conditions } })
  const target = () =>
    bare.cluster.store
      .get('Pod', namespace, 'web-1')
      ?.status?.conditions?.find((one) => one.type === 'DisruptionTarget')
  bare.advance(119_000)
  expect(target()?.status).toBe('True')
  bare.advance(2000)
  expect(target()).toMatchObject({ type: 'DisruptionTarget', status: 'False' })
  expect(target()?.reason).toBeUndefined()
})

describe('latencies, from sent to the change of the status (milliseconds)', () => {
  /** Not faster than half of the fastest that was measured, not slower than the slowest. */
  const expectLike = (ms: number, [least, most]: readonly [number, number]): void => {
    expect(ms).toBeGreaterThanOrEqual(least / 2)
    expect(ms).toBeLessThanOrEqual(most)
  }
  const measure = (
    bare: BareCluster,
    send: (kube: ReturnType<BareCluster['cluster']['api']>) => Promise<unknown>,
    isSeen: (budget: PodDisruptionBudget) => boolean,
  ): number => {
    const session = new Session('tester', bare.kernel, new Faults('none'))
    const sentMs = bare.kernel.nowMs()
    let seenMs: number | undefined
    bare.cluster.store.subscribe(({ kind, object }) => {
      if (kind !== 'PodDisruptionBudget' || !isSeen(object as PodDisruptionBudget)) return
      seenMs ??= bare.kernel.nowMs()
    })
    void send(bare.cluster.api(session))
    bare.advance(1000)
    if (seenMs === undefined) throw new Error('never seen')
    return seenMs - sentMs
  }
  const three = (isReady = true): BareCluster => {
    const bare = bareCluster()
    seedPods(bare, 3, { owner: seedDeployment(bare, { replicas: 3 }), isReady })
    seedBudget(bare, { spec: { minAvailable: 1 } })
    bare.advance(1000)
    return bare
  }
  const ref = { namespace, name: 'web-rs-0' }
  const conditions = (status: string) => ({
    type: 'strategic' as const,
    body: { status: { conditions: [{ type: 'Ready', status }] } },
  })

  it('pod Ready', () => {
    const ms = measure(
      three(false),
      (kube) => kube.patch('Pod', ref, conditions('True')),
      (budget) => budget.status?.currentHealthy === 1,
    )
    expectLike(ms, [5.7, 32])
  })

  it('pod not Ready', () => {
    const ms = measure(
      three(),
      (kube) => kube.patch('Pod', ref, conditions('False')),
      (budget) => budget.status?.currentHealthy === 2,
    )
    expectLike(ms, [8.2, 26])
  })

  it('eviction: charged by the API server', () => {
    const ms = measure(
      three(),
      (kube) => kube.evict(ref),
      (budget) => Object.keys(budget.status?.disruptedPods ?? {}).length === 1,
    )
    expectLike(ms, [4.8, 26])
  })

  it('pod removed: expectedPods falls', () => {
    const ms = measure(
      three(),
      (kube) => kube.delete('Pod', ref, { gracePeriodSeconds: 0 }),
      (budget) => budget.status?.expectedPods === 2,
    )
    expectLike(ms, [7.3, 53])
  })

  it('spec edit: observedGeneration follows', () => {
    const patch = { type: 'merge' as const, body: { spec: { minAvailable: 2 } } }
    const ms = measure(
      three(),
      (kube) => kube.patch('PodDisruptionBudget', { namespace, name: 'web' }, patch),
      (budget) => budget.status?.observedGeneration === 2,
    )
    expectLike(ms, [5.9, 20])
  })

  it('the entry of an evicted pod lives for milliseconds', () => {
    const bare = three()
    bare.cluster.server.evict(ref, {}, 'tester')
    expect(Object.keys(budgetOf(bare).status?.disruptedPods ?? {})).toEqual(['web-rs-0'])
    bare.advance(2)
    expect(budgetOf(bare).status?.disruptedPods).toBeDefined()
    bare.advance(15)
    expect(budgetOf(bare).status?.disruptedPods).toBeUndefined()
    expect(numbersOf(bare)).toEqual([3, 1, 2, 1])
  })
})
