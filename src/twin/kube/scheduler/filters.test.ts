/** The scheduler's filters and texts against kubernetes-measured section 4. */

import { describe, expect, it } from 'vitest'
import {
  type BareCluster,
  bareCluster,
  namespace,
  seedNode,
  seedPod,
} from '../../../../test/bare-cluster.ts'
import type { Pod, PodSpec } from '../../../world/kube-objects.ts'
import { faultsOf } from './filters.ts'
import { NodeCache } from './node-cache.ts'
import { Scheduler } from './scheduler.ts'

const zoneKey = 'topology.kubernetes.io/zone'
const hostKey = 'kubernetes.io/hostname'
const web = { matchLabels: { app: 'web' } }

function podWith(
  spec: Partial<PodSpec>,
  labels: Readonly<Record<string, string>> = { app: 'web' },
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name: 'new', uid: 'new', labels },
    spec: { containers: [{ name: 'web' }], ...spec },
  }
}

const asking = (requests: Readonly<Record<string, string>>): Partial<PodSpec> => ({
  containers: [{ name: 'web', resources: { requests } }],
})

const nodeRule = (
  key: string,
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt',
  values?: string[],
) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key, operator, ...(values && { values }) }] }],
      },
    },
  },
})

const podRule = (kind: 'podAffinity' | 'podAntiAffinity', topologyKey: string) => ({
  affinity: {
    [kind]: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector: web }],
    },
  },
})

const spread = (topologyKey: string, extra: { minDomains?: number } = {}): Partial<PodSpec> => ({
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey, whenUnsatisfiable: 'DoNotSchedule', labelSelector: web, ...extra },
  ],
})

const claiming = (claimName: string): Partial<PodSpec> => ({
  volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
})

/** Node n1 in zone a with 2 CPU, 4 Gi and three pod places; n2 is alike in zone b. */
interface Row {
  readonly name: string
  readonly pod: Pod
  readonly node?: Partial<Parameters<typeof seedNode>[1]>
  readonly arrange?: (bare: BareCluster) => void
  readonly wanted: readonly string[]
}

const noMatch = "node(s) didn't match Pod's node affinity/selector"
const rows: readonly Row[] = [
  { name: 'nothing asked', pod: podWith({}), wanted: [] },
  {
    name: 'cordoned',
    pod: podWith({}),
    node: { isCordoned: true },
    wanted: ['node(s) were unschedulable'],
  },
  {
    name: 'cordoned, tolerated',
    pod: podWith({
      tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }],
    }),
    node: { isCordoned: true },
    wanted: [],
  },
  {
    name: 'taint',
    pod: podWith({}),
    node: { taints: [{ key: 'team', value: 'a', effect: 'NoSchedule' }] },
    wanted: ['node(s) had untolerated taint(s)'],
  },
  {
    name: 'taint of another value',
    pod: podWith({ tolerations: [{ key: 'team', value: 'b', effect: 'NoSchedule' }] }),
    node: { taints: [{ key: 'team', value: 'a', effect: 'NoSchedule' }] },
    wanted: ['node(s) had untolerated taint(s)'],
  },
  {
    name: 'taint, tolerated',
    pod: podWith({ tolerations: [{ key: 'team', value: 'a', effect: 'NoSchedule' }] }),
    node: { taints: [{ key: 'team', value: 'a', effect: 'NoSchedule' }] },
    wanted: [],
  },
  {
    name: 'soft taint',
    pod: podWith({}),
    node: { taints: [{ key: 'team', effect: 'PreferNoSchedule' }] },
    wanted: [],
  },
  { name: 'selector', pod: podWith({ nodeSelector: { [zoneKey]: 'b' } }), wanted: [noMatch] },
  { name: 'selector, met', pod: podWith({ nodeSelector: { [zoneKey]: 'a' } }), wanted: [] },
  { name: 'affinity In', pod: podWith(nodeRule(zoneKey, 'In', ['b'])), wanted: [noMatch] },
  { name: 'affinity NotIn', pod: podWith(nodeRule(zoneKey, 'NotIn', ['b'])), wanted: [] },
  { name: 'affinity Exists', pod: podWith(nodeRule('gpu', 'Exists')), wanted: [noMatch] },
  { name: 'affinity DoesNotExist', pod: podWith(nodeRule('gpu', 'DoesNotExist')), wanted: [] },
  {
    name: 'affinity Gt',
    pod: podWith(nodeRule('cores', 'Gt', ['4'])),
    node: { labels: { cores: '4' } },
    wanted: [noMatch],
  },
  { name: 'cpu', pod: podWith(asking({ cpu: '2001m' })), wanted: ['Insufficient cpu'] },
  { name: 'cpu, exactly', pod: podWith(asking({ cpu: '2' })), wanted: [] },
  { name: 'memory', pod: podWith(asking({ memory: '5Gi' })), wanted: ['Insufficient memory'] },
  {
    name: 'several resources',
    pod: podWith(asking({ cpu: '3', memory: '5Gi' })),
    wanted: ['Insufficient cpu', 'Insufficient memory'],
  },
  {
    name: 'an extended resource',
    pod: podWith(asking({ 'nvidia.com/gpu': '1' })),
    wanted: ['Insufficient nvidia.com/gpu'],
  },
  {
    name: 'number of pods',
    pod: podWith({}),
    arrange: (bare) => {
      for (const name of ['a', 'b', 'c']) seedPod(bare, { name, labels: {} })
    },
    wanted: ['Too many pods'],
  },
  {
    name: 'ended pods do not count',
    pod: podWith({}),
    arrange: (bare) => {
      for (const name of ['a', 'b', 'c']) seedPod(bare, { name, labels: {}, phase: 'Succeeded' })
    },
    wanted: [],
  },
  {
    name: 'host port',
    pod: podWith({ containers: [{ name: 'web', ports: [{ containerPort: 80, hostPort: 80 }] }] }),
    arrange: (bare) => {
      const pod = seedPod(bare, { labels: {} })
      bare.cluster.store.replace('Pod', {
        ...pod,
        spec: {
          ...pod.spec,
          containers: [{ name: 'web', ports: [{ containerPort: 80, hostPort: 80 }] }],
        },
      })
    },
    wanted: ["node(s) didn't have free ports for the requested pod ports"],
  },
  {
    name: 'own anti-affinity',
    pod: podWith(podRule('podAntiAffinity', hostKey)),
    arrange: (bare) => void seedPod(bare),
    wanted: ["node(s) didn't match pod anti-affinity rules"],
  },
  {
    name: 'own anti-affinity by zone, neighbour elsewhere',
    pod: podWith(podRule('podAntiAffinity', zoneKey)),
    arrange: (bare) => void seedPod(bare, { nodeName: 'n2' }),
    wanted: [],
  },
  {
    name: "others' anti-affinity",
    pod: podWith({}),
    arrange: (bare) => {
      const pod = seedPod(bare, { labels: { app: 'other' } })
      const spec = { ...pod.spec, ...podRule('podAntiAffinity', hostKey) }
      bare.cluster.store.replace('Pod', { ...pod, spec })
    },
    wanted: ["node(s) didn't satisfy existing pods anti-affinity rules"],
  },
  {
    name: 'affinity, friend in the other zone',
    pod: podWith(podRule('podAffinity', zoneKey), { app: 'cache' }),
    arrange: (bare) => void seedPod(bare, { nodeName: 'n2' }),
    wanted: ["node(s) didn't match pod affinity rules"],
  },
  {
    name: 'affinity, first of its kind',
    pod: podWith(podRule('podAffinity', zoneKey)),
    wanted: [],
  },
  {
    name: 'affinity, nobody there and not of its kind',
    pod: podWith(podRule('podAffinity', zoneKey), { app: 'cache' }),
    wanted: ["node(s) didn't match pod affinity rules"],
  },
  {
    name: 'spread over zones',
    pod: podWith(spread(zoneKey)),
    arrange: (bare) => void seedPod(bare),
    wanted: ["node(s) didn't match pod topology spread constraints"],
  },
  {
    name: 'spread over zones, balanced',
    pod: podWith(spread(zoneKey)),
    arrange: (bare) => {
      seedPod(bare)
      seedPod(bare, { name: 'web-2', nodeName: 'n2' })
    },
    wanted: [],
  },
  {
    name: 'spread with more domains wanted than there are',
    pod: podWith(spread(zoneKey, { minDomains: 3 })),
    arrange: (bare) => {
      seedPod(bare)
      seedPod(bare, { name: 'web-2', nodeName: 'n2' })
    },
    wanted: ["node(s) didn't match pod topology spread constraints"],
  },
  {
    name: 'spread over a key that the node lacks',
    pod: podWith(spread('rack')),
    wanted: ["node(s) didn't match pod topology spread constraints (missing required label)"],
  },
  {
    name: 'volume of another zone',
    pod: podWith(claiming('data')),
    arrange: (bare) => seedVolume(bare, 'b'),
    wanted: ["node(s) didn't match PersistentVolume's node affinity"],
  },
  {
    name: 'volume of its zone',
    pod: podWith(claiming('data')),
    arrange: (bare) => seedVolume(bare, 'a'),
    wanted: [],
  },
  {
    name: 'the first failing filter is shown: cordon before selector before room',
    pod: podWith({ ...asking({ cpu: '9' }), nodeSelector: { none: 'x' } }),
    node: { isCordoned: true },
    wanted: ['node(s) were unschedulable'],
  },
]

function seedVolume({ cluster }: BareCluster, zone: string): void {
  const rule = { key: zoneKey, operator: 'In' as const, values: [zone] }
  cluster.store.create('PersistentVolume', {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'pv' },
    spec: { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [rule] }] } } },
  })
  cluster.store.create('PersistentVolumeClaim', {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace },
    spec: { volumeName: 'pv' },
  })
}

describe('filters', () => {
  it.each(rows)('$name', ({ arrange, node, pod, wanted }) => {
    const bare = bareCluster()
    seedNode(bare, { zone: 'a', ...node })
    seedNode(bare, { name: 'n2', zone: 'b' })
    arrange?.(bare)
    const { store } = bare.cluster
    const cache = new NodeCache(store)
    expect(faultsOf(pod, cache.infos.get('n1')!, { store, cache })).toEqual(wanted)
  })
})

describe('the scheduler', () => {
  const bound = ({ cluster }: BareCluster, name: string) =>
    cluster.store.get('Pod', namespace, name)?.spec.nodeName
  const create = ({ cluster }: BareCluster, name: string, spec: Partial<PodSpec>): void => {
    const pod = podWith(spec)
    cluster.server.create('Pod', { ...pod, metadata: { namespace, name } }, 'tester')
  }
  /** Milliseconds until the pod is bound. */
  const timeToBind = (bare: BareCluster, name: string): number => {
    const startMs = bare.kernel.nowMs()
    for (let ms = 0; ms < 20_000 && bound(bare, name) === undefined; ms += 1) bare.advance(1)
    return bare.kernel.nowMs() - startMs
  }
  const started = (seed: Parameters<typeof seedNode>[1] = {}): BareCluster => {
    const bare = bareCluster()
    seedNode(bare, seed)
    new Scheduler(bare.kernel, bare.cluster)
    return bare
  }

  it('binds a new pod in milliseconds', () => {
    const bare = started()
    create(bare, 'one', {})
    // 4.3 ms from the ADDED event (2.3-8.8).
    expect(timeToBind(bare, 'one')).toBeGreaterThanOrEqual(3)
    expect(bound(bare, 'one')).toBe('n1')
  })

  it('binds 500 pods at 59 to 188 a second', () => {
    const bare = started({ pods: 1000 })
    for (let index = 0; index < 500; index += 1) create(bare, `p-${index}`, {})
    const ms = timeToBind(bare, 'p-499')
    expect(500 / (ms / 1000)).toBeGreaterThan(59)
    expect(500 / (ms / 1000)).toBeLessThan(188)
  })

  const blockers: readonly {
    readonly name: string
    readonly seed: Parameters<typeof seedNode>[1]
    readonly free: (bare: BareCluster) => void
    readonly most: number
  }[] = [
    {
      name: 'the blocking pod is removed',
      seed: { pods: 1 },
      free: ({ cluster }) => void cluster.store.remove('Pod', namespace, 'web-1'),
      most: 28,
    },
    {
      name: 'the node is uncordoned',
      seed: { isCordoned: true },
      free: (bare) => patchNode(bare, { spec: { unschedulable: null } }),
      most: 40,
    },
    {
      name: 'the taint is removed',
      seed: { taints: [{ key: 'team', effect: 'NoSchedule' }] },
      free: (bare) => patchNode(bare, { spec: { taints: [] } }),
      most: 19,
    },
  ]
  it.each(blockers)('tries a waiting pod again when $name', ({ free, most, seed }) => {
    const bare = started(seed)
    seedPod(bare, { labels: {} })
    create(bare, 'waits', {})
    bare.advance(3000)
    expect(bound(bare, 'waits')).toBeUndefined()
    free(bare)
    expect(timeToBind(bare, 'waits')).toBeLessThanOrEqual(most)
  })

  it('does nothing at a deletionTimestamp: the room comes with the removal', () => {
    const bare = started({ pods: 1 })
    seedPod(bare)
    create(bare, 'waits', {})
    bare.advance(1000)
    bare.cluster.server.delete('Pod', { namespace, name: 'web-1' }, {}, 'tester')
    bare.advance(1000)
    expect(bound(bare, 'waits')).toBeUndefined()
    bare.cluster.store.remove('Pod', namespace, 'web-1')
    expect(timeToBind(bare, 'waits')).toBeLessThanOrEqual(28)
  })

  it('says why it cannot, on the pod and as an event', () => {
    const bare = started()
    seedNode(bare, { name: 'n2', isCordoned: true })
    create(bare, 'large', asking({ cpu: '9', memory: '99Gi' }))
    bare.advance(100)
    const pod = bare.cluster.store.get('Pod', namespace, 'large')
    const found = pod?.status?.conditions?.find((one) => one.type === 'PodScheduled')
    expect(found).toMatchObject({ status: 'False', reason: 'Unschedulable' })
    expect(found?.message).toMatch(
      /^0\/2 nodes are available: 1 Insufficient cpu, 1 Insufficient memory, 1 node\(s\) were unschedulable\. /,
    )
    const [event] = bare.cluster.store.list('Event')
    const about = [event?.reason, event?.message, event?.source?.component]
    expect(about).toEqual(['FailedScheduling', found?.message, 'default-scheduler'])
  })

  it('sorts reasons as strings, as the real one does', () => {
    const bare = started()
    for (let index = 2; index <= 10; index += 1) seedNode(bare, { name: `n${index}` })
    for (const name of ['c1', 'c2']) seedNode(bare, { name, isCordoned: true })
    for (const name of ['t1', 't2', 't3']) {
      seedNode(bare, { name, taints: [{ key: 'team', effect: 'NoSchedule' }] })
    }
    create(bare, 'large', asking({ cpu: '9' }))
    bare.advance(100)
    expect(bare.cluster.store.list('Event')[0]?.message).toBe(
      '0/15 nodes are available: 10 Insufficient cpu, 2 node(s) were unschedulable, ' +
        '3 node(s) had untolerated taint(s). no new claims to deallocate, preemption: ' +
        '0/15 nodes are available: 15 Preemption is not helpful for scheduling.',
    )
  })

  it('spreads equal pods over nodes and prefers room', () => {
    const bare = started({ zone: 'a' })
    seedNode(bare, { name: 'n2', zone: 'b' })
    for (const name of ['one', 'two']) create(bare, name, asking({ cpu: '500m' }))
    bare.advance(100)
    expect([bound(bare, 'one'), bound(bare, 'two')].sort()).toEqual(['n1', 'n2'])
  })
})

function patchNode({ cluster }: BareCluster, body: unknown): void {
  cluster.server.patch('Node', { name: 'n1' }, { type: 'merge', body }, 'tester')
}
