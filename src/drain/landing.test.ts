import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  aNode,
  aPod,
  aReplicaSet,
  aVolume,
  type ClusterObjects,
  clusterView,
  type PodParts,
  podIn,
} from '../../test/cluster-view.ts'
import type { Affinity, PodAffinityTerm, TopologySpreadConstraint } from '../world/kube-objects.ts'
import { LandingPlan, landingNodeOf } from './landing.ts'
import { owedPods, waitingPods } from './reservations.ts'
import { ZoneGuard } from './zone-guard.ts'

/** A plan over all nodes whose name starts with `n`, and its view. */
function planOver(objects: ClusterObjects) {
  const view = clusterView(objects)
  const nodes = [...view.nodes.values()].filter((node) => node.name.startsWith('n'))
  return { plan: new LandingPlan(view, nodes.map(landingNodeOf)), view }
}

/** Where the pods land one after another; `-` = nowhere. */
function landings(
  objects: ClusterObjects,
  names: readonly string[],
  isReadyOnly = true,
): readonly string[] {
  const { plan, view } = planOver(objects)
  return names.map((name) => {
    const placement = plan.place(podIn(view, name), isReadyOnly)
    return placement.kind === 'placed' ? placement.nodeName : '-'
  })
}

const moving = (name: string, parts: PodParts = {}) =>
  aPod(name, { node: 'o1', owner: 'ReplicaSet/web', ...parts })
const labelled = (name: string, parts: PodParts = {}) =>
  moving(name, { labels: { app: 'web' }, ...parts })
const web = { matchLabels: { app: 'web' } }
const required = (
  kind: 'podAffinity' | 'podAntiAffinity',
  term: Partial<PodAffinityTerm> = {},
): Affinity => ({
  [kind]: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { labelSelector: web, topologyKey: 'kubernetes.io/hostname', ...term },
    ],
  },
})

describe('room', () => {
  it('is taken by each promise', () => {
    const pods = ['a', 'b', 'c'].map((name) => moving(name, { cpu: '2' }))
    expect(landings({ nodes: [aNode('n1', { cpu: '4' })], pods }, ['a', 'b', 'c'])).toEqual([
      'n1',
      'n1',
      '-',
    ])
  })

  it('is less by the pods that are there, also by those that are leaving, not by ended ones', () => {
    const there = (parts: PodParts) =>
      aPod('there', { node: 'n1', cpu: '3', owner: 'ReplicaSet/x', ...parts })
    const where = (parts: PodParts) =>
      landings({ nodes: [aNode('n1')], pods: [there(parts), moving('a', { cpu: '2' })] }, ['a'])
    expect(where({})).toEqual(['-'])
    expect(where({ leavesInSeconds: 10 })).toEqual(['-'])
    expect(where({ phase: 'Succeeded' })).toEqual(['n1'])
  })

  it.each([
    { name: 'memory', node: aNode('n1', { memory: '1Gi' }), parts: { memory: '2Gi' } },
    { name: 'pods', node: aNode('n1', { podCount: 0 }), parts: {} },
    {
      name: 'a GPU',
      node: aNode('n1'),
      parts: {
        spec: { containers: [{ name: 'x', resources: { requests: { 'nvidia.com/gpu': '1' } } }] },
      },
    },
  ])('of $name must be there too', ({ node, parts }) => {
    expect(landings({ nodes: [node], pods: [moving('a', parts)] }, ['a'])).toEqual(['-'])
  })

  it('counts init containers and overhead as the scheduler does: the larger of both sums', () => {
    const requests = (cpu: string) => ({ resources: { requests: { cpu } } })
    const containers = [{ name: 'main', ...requests('1') }]
    const init = (cpu: string, restartPolicy?: string) => ({
      name: 'i',
      ...requests(cpu),
      ...(restartPolicy === undefined ? {} : { restartPolicy }),
    })
    const fits = (spec: PodParts['spec'], cpu: string) =>
      landings({ nodes: [aNode('n1', { cpu })], pods: [moving('a', { spec: spec! })] }, [
        'a',
      ])[0] === 'n1'
    expect(fits({ containers, initContainers: [init('2')] }, '2')).toBe(true)
    expect(fits({ containers, initContainers: [init('2')] }, '1900m')).toBe(false)
    expect(fits({ containers, initContainers: [init('1', 'Always')] }, '1900m')).toBe(false)
    expect(fits({ containers, overhead: { cpu: '500m' } }, '1400m')).toBe(false)
  })

  it('of a request of zero fits on a node that is overcommitted', () => {
    const pods = [aPod('there', { node: 'n1', cpu: '9' }), moving('a', { cpu: '0', memory: '0' })]
    expect(landings({ nodes: [aNode('n1')], pods }, ['a'])).toEqual(['n1'])
  })

  it('comes back when a promise is withdrawn', () => {
    const { plan, view } = planOver({
      nodes: [aNode('n1')],
      pods: [moving('a', { cpu: '3' }), moving('b', { cpu: '3' })],
    })
    plan.place(podIn(view, 'a'), true)
    expect(plan.place(podIn(view, 'b'), true).kind).toBe('unplaced')
    plan.withdraw([{ pod: podIn(view, 'a'), nodeName: 'n1' }])
    expect(plan.place(podIn(view, 'b'), true)).toMatchObject({ nodeName: 'n1' })
  })
})

describe('the choice', () => {
  it('is the emptiest node, so that promises come true', () => {
    const pods = [
      aPod('there', { node: 'n1', cpu: '1' }),
      moving('a'),
      moving('b', { cpu: '2' }),
      moving('c'),
    ]
    expect(landings({ nodes: [aNode('n1'), aNode('n2')], pods }, ['a', 'b', 'c'])).toEqual([
      'n2',
      'n2',
      'n1',
    ])
  })

  it('prefers a Ready node, and takes no other for an eviction', () => {
    const objects = {
      nodes: [aNode('n1', { isReady: false }), aNode('n2', { cpu: '1' })],
      pods: [moving('a'), moving('b', { cpu: '2' })],
    }
    expect(landings(objects, ['a', 'b'], false)).toEqual(['n2', 'n1'])
    expect(landings(objects, ['b'], true)).toEqual(['-'])
  })
})

describe('what binds a pod', () => {
  const nodes = [aNode('n1', { zone: 'a' }), aNode('n2', { zone: 'b' })]

  it('a volume to its zone', () => {
    const objects = {
      nodes,
      pods: [moving('a', { claims: ['data'] })],
      volumes: [aVolume('data', { zone: 'b' })],
    }
    expect(landings(objects, ['a'])).toEqual(['n2'])
  })

  it('a selector by host name to one node', () => {
    const spec = { nodeSelector: { 'kubernetes.io/hostname': 'n2' } }
    expect(landings({ nodes, pods: [moving('a', { spec })] }, ['a'])).toEqual(['n2'])
  })

  it('a taint to other nodes', () => {
    const tainted = aNode('n1', { taints: [{ key: 'x', effect: 'NoSchedule' }] })
    expect(landings({ nodes: [tainted, nodes[1]!], pods: [moving('a')] }, ['a'])).toEqual(['n2'])
  })

  it('a host port to a node where it is free, also of promises', () => {
    const spec = { containers: [{ name: 'x', ports: [{ containerPort: 80, hostPort: 80 }] }] }
    const pods = ['a', 'b', 'c'].map((name) => moving(name, { spec }))
    expect(landings({ nodes, pods }, ['a', 'b', 'c'])).toEqual(['n1', 'n2', '-'])
  })
})

describe('neighbours', () => {
  const nodes = [aNode('o1', { zone: 'c' }), aNode('n1', { zone: 'a' }), aNode('n2', { zone: 'b' })]

  it('required anti-affinity keeps promises apart too', () => {
    const affinity = required('podAntiAffinity')
    const pods = ['a', 'b', 'c'].map((name) => labelled(name, { affinity }))
    expect(landings({ nodes, pods }, ['a', 'b', 'c'])).toEqual(['n1', 'n2', '-'])
  })

  it('required anti-affinity of pods that are there refuses newcomers', () => {
    const there = aPod('there', { node: 'n1', affinity: required('podAntiAffinity') })
    expect(landings({ nodes, pods: [there, labelled('a')] }, ['a'])).toEqual(['n2'])
  })

  it('anti-affinity by zone looks at all nodes of the zone', () => {
    const affinity = required('podAntiAffinity', { topologyKey: 'topology.kubernetes.io/zone' })
    const pods = [
      aPod('there', { node: 'n1', labels: { app: 'web' } }),
      labelled('a', { affinity }),
    ]
    expect(landings({ nodes: [...nodes, aNode('n3', { zone: 'a' })], pods }, ['a'])).toEqual(['n2'])
  })

  it('other namespaces are meant only when they are named', () => {
    const there = aPod('there', { namespace: 'other', node: 'n1', labels: { app: 'web' } })
    const where = (term: Partial<PodAffinityTerm>) =>
      landings(
        {
          nodes: nodes.slice(0, 2),
          pods: [there, moving('a', { affinity: required('podAntiAffinity', term) })],
        },
        ['a'],
      )
    expect(where({})).toEqual(['n1'])
    expect(where({ namespaces: ['other'] })).toEqual(['-'])
    expect(where({ namespaceSelector: {} })).toEqual(['-'])
  })

  it('required affinity goes where the others are; the first of its kind goes anywhere', () => {
    const affinity = required('podAffinity')
    const there = aPod('there', { node: 'n2', labels: { app: 'web' } })
    expect(landings({ nodes, pods: [there, moving('a', { affinity })] }, ['a'])).toEqual(['n2'])
    expect(landings({ nodes, pods: [moving('a', { affinity })] }, ['a'])).toEqual(['-'])
    expect(landings({ nodes, pods: [labelled('a', { affinity })] }, ['a'])).toEqual(['n1'])
  })

  const spread = (parts: Partial<TopologySpreadConstraint> = {}) => ({
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'DoNotSchedule' as const,
        labelSelector: web,
        ...parts,
      },
    ],
  })

  it('a hard spread evens out, promises counted', () => {
    const two = [aNode('n1', { zone: 'a', cpu: '40' }), aNode('n2', { zone: 'b', cpu: '1' })]
    const pods = ['a', 'b', 'c', 'd'].map((name) =>
      labelled(name, { node: 'gone', spec: spread() }),
    )
    expect(landings({ nodes: two, pods }, ['a', 'b', 'c', 'd'])).toEqual(['n1', 'n2', 'n1', 'n2'])
  })

  it('a soft spread is no reason', () => {
    const one = [aNode('n1', { zone: 'a' }), aNode('o2', { zone: 'b' })]
    const soft = spread({ whenUnsatisfiable: 'ScheduleAnyway' })
    const pods = ['a', 'b'].map((name) => labelled(name, { node: 'gone', spec: soft }))
    expect(landings({ nodes: one, pods }, ['a', 'b'])).toEqual(['n1', 'n1'])
  })

  it('a hard spread over a label that a node does not carry excludes the node', () => {
    const pods = [labelled('a', { spec: spread({ topologyKey: 'rack' }) })]
    expect(landings({ nodes, pods }, ['a'])).toEqual(['-'])
  })
})

describe('pods that are owed a place', () => {
  const leaving = (name: string, owner: string) =>
    aPod(name, { node: 'o1', owner, leavesInSeconds: 20 })

  it('replacements that are not made yet stand as the pod that leaves', () => {
    const view = clusterView({
      sets: [aReplicaSet('web', 2)],
      pods: [leaving('w1', 'ReplicaSet/web'), aPod('w2', { node: 'o1', owner: 'ReplicaSet/web' })],
    })
    expect(owedPods(view).map((pod) => pod.name)).toEqual(['w1'])
  })

  it('a replacement that is there already is owed nothing more', () => {
    const view = clusterView({
      sets: [aReplicaSet('web', 1)],
      pods: [leaving('w1', 'ReplicaSet/web'), aPod('w2', { owner: 'ReplicaSet/web' })],
    })
    expect(owedPods(view)).toEqual([])
    expect(waitingPods(view).map((pod) => pod.name)).toEqual(['w2'])
  })

  it.each(['DaemonSet/cni', 'Job/report'])('nothing is owed to %s', (owner) => {
    expect(owedPods(clusterView({ pods: [leaving('p', owner)] }))).toEqual([])
  })

  it('a workload that was scaled down gets nothing back', () => {
    const view = clusterView({
      sets: [aReplicaSet('web', 0)],
      pods: [leaving('w1', 'ReplicaSet/web')],
    })
    expect(owedPods(view)).toEqual([])
  })

  it('the oldest waits longest', () => {
    const view = clusterView({
      pods: [
        aPod('young', { ageSeconds: 5 }),
        aPod('old', { ageSeconds: 50 }),
        aPod('gone', { leavesInSeconds: 1 }),
      ],
    })
    expect(waitingPods(view).map((pod) => pod.name)).toEqual(['old', 'young'])
  })
})

describe('the zone guard', () => {
  const nodes = [aNode('n1', { zone: 'a', cpu: '1' }), aNode('n2', { zone: 'b', cpu: '8' })]
  const volumes = [aVolume('data', { zone: 'a' })]
  const bound = (name: string) => moving(name, { claims: ['data'], cpu: '800m' })
  const roamer = (name: string) => moving(name, { cpu: '800m' })

  function admitted(
    pods: readonly ReturnType<typeof moving>[],
    movingNames: readonly string[],
    asked: readonly string[],
  ) {
    const view = clusterView({ nodes, volumes, pods })
    const guard = new ZoneGuard(
      view,
      [...view.nodes.values()].map(landingNodeOf),
      movingNames.map((name) => podIn(view, name)),
    )
    return asked.map((name) => guard.admits(podIn(view, name)))
  }

  it('lets a pod that fits anywhere go when nobody needs the zone', () => {
    expect(admitted([roamer('r')], [], ['r'])).toEqual([true])
  })

  it('holds a roamer back while a bound pod is on the move to the only room', () => {
    expect(admitted([bound('b'), roamer('r')], ['b'], ['r'])).toEqual([false])
  })

  it('holds a bound pod back while a roamer could take its room', () => {
    expect(admitted([bound('b'), roamer('r')], ['r'], ['b'])).toEqual([false])
  })

  it('counts those it has let go', () => {
    expect(admitted([bound('b'), roamer('r')], [], ['b', 'r'])).toEqual([true, false])
  })
})

describe('for every set of pods', () => {
  it('no node is promised more than it has, and no two pods that refuse each other meet', () => {
    const cpu = fc.constantFrom(0, 100, 700, 1500, 3000)
    const pods = fc.array(fc.record({ cpu, isApart: fc.boolean() }), { maxLength: 12 })
    const capacities = fc.array(fc.constantFrom(1000, 2000, 4000), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(pods, capacities, (all, sizes) => {
        const objects = {
          nodes: sizes.map((size, index) => aNode(`n${index}`, { cpu: `${size}m`, podCount: 5 })),
          pods: all.map((one, index) =>
            labelled(`p${index}`, {
              cpu: `${one.cpu}m`,
              ...(one.isApart ? { affinity: required('podAntiAffinity') } : {}),
            }),
          ),
        }
        const where = landings(
          objects,
          all.map((_, index) => `p${index}`),
        )
        sizes.forEach((size, index) => {
          const here = all.filter((_, pod) => where[pod] === `n${index}`)
          expect(here.reduce((sum, one) => sum + one.cpu, 0)).toBeLessThanOrEqual(size)
          expect(here.length).toBeLessThanOrEqual(5)
          if (here.some((one) => one.isApart)) expect(here).toHaveLength(1)
        })
      }),
    )
  })
})
