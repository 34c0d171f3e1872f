/** The autoscaler model: whom it asks for nodes, what it does when none come, what it takes away. */

import { describe, expect, it } from 'vitest'
import type { Deployment, Pod } from '../../world/kube-objects.ts'
import type { WorldGroup, WorldSpec } from '../build/world-spec.ts'
import { buildTwin, type Twin } from '../twin.ts'

const zone = 'eu-west-1a'

function group(name: string, desiredCapacity: number, extra: Partial<WorldGroup> = {}): WorldGroup {
  return {
    name,
    zones: [zone],
    instanceTypes: ['m5.large'],
    capacityType: 'ON_DEMAND',
    minSize: 0,
    maxSize: 5,
    desiredCapacity,
    labels: {},
    taints: [],
    amiFamily: 'AmazonLinux2',
    launchKind: 'template',
    tags: {
      'k8s.io/cluster-autoscaler/enabled': 'true',
      'k8s.io/cluster-autoscaler/c1': 'owned',
    },
    suspendedProcesses: [],
    ...extra,
  }
}

function deployment(
  name: string,
  replicas: number,
  spec: Partial<Deployment['spec']['template']['spec']> = {},
): Deployment {
  const labels = { app: name }
  const namespace = name === 'cluster-autoscaler' ? 'kube-system' : 'default'
  const containers = [{ name, resources: { requests: { cpu: '1200m' } } }]
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers, ...spec } },
    },
  }
}

/** Fills the base node, so that it has no room for anything else. */
const busy = { containers: [{ name: 'ca', resources: { requests: { cpu: '1' } } }] }

/** `base` runs the autoscaler; the priorities prefer what is called spot. */
function world(
  groups: readonly WorldGroup[],
  options: { readonly outages?: WorldSpec['outages']; readonly priorities?: string } = {},
): Twin {
  const spec: WorldSpec = {
    name: 'scaling',
    startAt: '2026-11-24T08:00:00Z',
    region: 'eu-west-1',
    accountId: '111122223333',
    zones: [zone],
    clusters: [
      {
        name: 'c1',
        kubernetesVersion: '1.32',
        nodeRole: 'arn:aws:iam::111122223333:role/nodes',
        groups: [group('base', 1, { tags: {} }), ...groups],
        objects: [deployment('cluster-autoscaler', 1, busy)],
        autoscaler: { expanders: ['priority', 'random'] },
        priorities: options.priorities ?? "40:\n  - 'spot'\n10:\n  - 'normal'\n",
      },
    ],
    outages: options.outages ?? [],
    faults: [],
    freeAddresses: {},
  }
  return buildTwin(spec, { seed: '1' })
}

const storeOf = (twin: Twin) => twin.clusters.get('c1')!.store
const sizeOf = (twin: Twin, name: string) => twin.account.groups.get(name)?.desiredCapacity
const wait = (twin: Twin, minutes: number) =>
  twin.kernel.advanceTo(twin.kernel.nowMs() + minutes * 60_000)

function apply(twin: Twin, object: Deployment): void {
  twin.clusters.get('c1')!.server.create('Deployment', object, 'owner')
}

function podsOf(twin: Twin, app: string): readonly Pod[] {
  return storeOf(twin)
    .list('Pod')
    .filter((pod) => pod.metadata.labels?.app === app)
}

function isReady(pod: Pod): boolean {
  const conditions = pod.status?.conditions ?? []
  return conditions.some((one) => one.type === 'Ready' && one.status === 'True')
}

function eventReasons(twin: Twin): readonly string[] {
  return [
    ...new Set(
      storeOf(twin)
        .list('Event')
        .map((one) => one.reason ?? ''),
    ),
  ]
}

describe('scale-up', () => {
  it('from zero, in the group of the highest priority, as many nodes as the pods need', () => {
    const twin = world([group('normal', 0), group('spot', 0, { capacityType: 'SPOT' })])
    apply(twin, deployment('web', 3))
    wait(twin, 6)
    expect(sizeOf(twin, 'spot')).toBe(3)
    expect(sizeOf(twin, 'normal')).toBe(0)
    expect(podsOf(twin, 'web').filter(isReady)).toHaveLength(3)
  })

  it('only where the pod can run', () => {
    const taints = [{ key: 'team', value: 'a', effect: 'NoSchedule' as const }]
    const twin = world([
      group('spot-tainted', 0, { taints }),
      group('spot-full', 0, { maxSize: 0 }),
      group('spot-foreign', 0, { tags: {} }),
      group('normal', 0),
    ])
    apply(twin, deployment('web', 1))
    wait(twin, 6)
    expect(
      ['spot-tainted', 'spot-full', 'spot-foreign', 'normal'].map((one) => sizeOf(twin, one)),
    ).toEqual([0, 0, 0, 1])
  })

  it('up to the maximum, then in the next tier', () => {
    const twin = world([group('spot', 0, { maxSize: 1 }), group('normal', 0)])
    apply(twin, deployment('web', 3))
    wait(twin, 8)
    expect([sizeOf(twin, 'spot'), sizeOf(twin, 'normal')]).toEqual([1, 2])
  })

  it('nodes that are coming count: one is not asked for twice', () => {
    const twin = world([group('spot', 0)])
    apply(twin, deployment('web', 1))
    wait(twin, 6)
    expect(sizeOf(twin, 'spot')).toBe(1)
  })

  it('not for expendable pods, and not without a running autoscaler', () => {
    const twin = world([group('spot', 0)])
    apply(twin, deployment('low', 1, { priority: -11 }))
    wait(twin, 5)
    expect(sizeOf(twin, 'spot')).toBe(0)
    const idle = world([group('spot', 0)])
    idle.clusters.get('c1')!.store.remove('Deployment', 'kube-system', 'cluster-autoscaler')
    for (const pod of idle.clusters.get('c1')!.store.list('Pod')) {
      idle.clusters.get('c1')!.store.remove('Pod', pod.metadata.namespace, pod.metadata.name)
    }
    apply(idle, deployment('web', 1, { nodeSelector: { none: 'x' } }))
    apply(idle, deployment('more', 3))
    wait(idle, 5)
    expect(sizeOf(idle, 'spot')).toBe(0)
  })
})

describe('a launch that fails', () => {
  const start = Date.parse('2026-11-24T08:00:00Z')
  const outage = (minutes: number) => ({
    instanceType: 'm5.large',
    zone,
    capacityType: 'SPOT' as const,
    fromMs: start,
    untilMs: start + minutes * 60_000,
  })
  const groups = [group('spot', 0, { capacityType: 'SPOT' }), group('normal', 0)]

  it('falls back to the next tier within minutes, and the missing node is taken back', () => {
    const twin = world(groups, { outages: [outage(600)] })
    apply(twin, deployment('web', 1))
    wait(twin, 3)
    expect([sizeOf(twin, 'spot'), sizeOf(twin, 'normal')]).toEqual([0, 1])
    wait(twin, 3)
    expect(podsOf(twin, 'web').filter(isReady)).toHaveLength(1)
  })

  // It sees a failure at its next refresh, a minute after it asked.
  it('leaves the group alone for 5, 10, 20, then 30 minutes, until a launch works', () => {
    const twin = world([groups[0]!], { outages: [outage(100)] })
    apply(twin, deployment('web', 1))
    const raisedAt: number[] = []
    twin.account.onChange((change) => {
      if (change.kind !== 'group-changed' || change.what !== 'SetDesiredCapacity') return
      if (change.group.desiredCapacity === 1) {
        raisedAt.push((twin.kernel.nowMs() - twin.kernel.startMs) / 60_000)
      }
    })
    wait(twin, 135)
    const gaps = raisedAt.slice(1).map((at, index) => Math.floor(at - (raisedAt[index] ?? 0)))
    expect(gaps).toEqual([6, 11, 21, 31, 31])
    expect(podsOf(twin, 'web').filter(isReady)).toHaveLength(1)
  })
})

describe('what it knows of AWS is up to a minute old', () => {
  const groups = [group('spot', 0, { capacityType: 'SPOT' }), group('normal', 0)]
  /** One node stands, then the group leaves its sight and may not grow any more. */
  const fenced = (): Twin => {
    const twin = world(groups)
    apply(twin, deployment('first', 1))
    wait(twin, 0.4)
    const spot = twin.account.groups.get('spot')!
    expect(spot.desiredCapacity).toBe(1)
    spot.tags.delete('k8s.io/cluster-autoscaler/enabled')
    spot.maxSize = 1
    return twin
  }

  it('a group that lost its tag is asked for more until the next refresh; AWS refuses', () => {
    const twin = fenced()
    apply(twin, deployment('second', 1))
    wait(twin, 0.2)
    expect([sizeOf(twin, 'spot'), sizeOf(twin, 'normal')]).toEqual([1, 0])
    // Backed off by then, so the next tier is asked.
    wait(twin, 0.3)
    expect([sizeOf(twin, 'spot'), sizeOf(twin, 'normal')]).toEqual([1, 1])
  })

  it('after it the group is no option at all', () => {
    const twin = fenced()
    wait(twin, 3)
    apply(twin, deployment('second', 1))
    wait(twin, 0.4)
    expect([sizeOf(twin, 'spot'), sizeOf(twin, 'normal')]).toEqual([1, 1])
  })
})

describe('the ConfigMap is read again for every decision', () => {
  const cases = [
    { name: 'changed', priorities: "99:\n  - 'normal'\n", wanted: ['normal'], event: undefined },
    {
      name: 'invalid: nothing is filtered, the last good one is forgotten',
      priorities: '"x": [a',
      wanted: ['normal', 'spot'],
      event: 'PriorityConfigMapInvalid',
    },
    {
      name: 'no match: nothing is filtered',
      priorities: '10: [none]\n',
      wanted: ['normal', 'spot'],
      event: 'PriorityConfigMapNoGroupMatched',
    },
    {
      name: 'gone: nothing is filtered',
      priorities: undefined,
      wanted: ['normal', 'spot'],
      event: undefined,
    },
  ]
  it.each(cases)('$name', ({ event, priorities, wanted }) => {
    const name = 'cluster-autoscaler-priority-expander'
    // Where nothing is filtered the choice is random: over several worlds both groups are met.
    const chosen = new Set<string>()
    for (let turn = 0; turn < (wanted.length > 1 ? 12 : 1); turn += 1) {
      const twin = world([group('spot', 0), group('normal', 0)])
      wait(twin, turn)
      const map = storeOf(twin).get('ConfigMap', 'kube-system', name)!
      if (priorities === undefined) storeOf(twin).remove('ConfigMap', 'kube-system', name)
      else storeOf(twin).replace('ConfigMap', { ...map, data: { priorities } })
      apply(twin, deployment('web', 1))
      wait(twin, 2)
      for (const one of ['spot', 'normal']) if ((sizeOf(twin, one) ?? 0) > 0) chosen.add(one)
      if (event !== undefined) expect(eventReasons(twin)).toContain(event)
    }
    expect([...chosen].sort()).toEqual(wanted)
  })
})

describe('scale-down', () => {
  it('takes empty nodes after ten minutes, one by one, down to the minimum', () => {
    const twin = world([group('spot', 3, { minSize: 1 })])
    wait(twin, 9)
    expect(sizeOf(twin, 'spot')).toBe(3)
    wait(twin, 30)
    expect(sizeOf(twin, 'spot')).toBe(1)
    expect(storeOf(twin).list('Node')).toHaveLength(2)
  })

  it.each([
    { name: 'a node that says so', annotation: true },
    { name: 'a cordoned node', annotation: false },
  ])('leaves $name', ({ annotation }) => {
    const twin = world([group('spot', 1)])
    const node = storeOf(twin)
      .list('Node')
      .find((one) => storeOf(twin).podsOnNode(one.metadata.name).size === 0)!
    const annotations = { 'cluster-autoscaler.kubernetes.io/scale-down-disabled': 'true' }
    storeOf(twin).replace('Node', {
      ...node,
      ...(annotation
        ? { metadata: { ...node.metadata, annotations } }
        : { spec: { ...node.spec, unschedulable: true } }),
    })
    wait(twin, 40)
    expect(sizeOf(twin, 'spot')).toBe(1)
  })

  it('leaves nodes with pods', () => {
    const twin = world([group('spot', 0)])
    apply(twin, deployment('web', 1))
    wait(twin, 40)
    expect(sizeOf(twin, 'spot')).toBe(1)
  })
})
