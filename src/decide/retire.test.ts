import { describe, expect, it } from 'vitest'
import {
  aNode,
  aPod,
  aVolume,
  type ClusterObjects,
  nowMs,
  secondsFromNow,
} from '../../test/cluster-view.ts'
import {
  aFencedGroup,
  aGroup,
  aNodeGroup,
  anObservation,
  aTarget,
  quickPolicy,
} from '../../test/migration-view.ts'
import { decideFinish } from './finish.ts'
import { decideMigration } from './migrate.ts'
import type { MigrationRecord, ObservedGroup } from './observed.ts'
import type { MigrationTarget } from './target.ts'

/** Cordoned by us ten minutes ago. */
const open = (name: string, extra: Parameters<typeof aNode>[1] = {}) =>
  aNode(name, {
    isUnschedulable: true,
    annotations: { 'regroup.dev/cordoned-at': secondsFromNow(-600) },
    taints: [{ key: 'regroup.dev/retiring', value: 'true', effect: 'PreferNoSchedule' }],
    ...extra,
  })

const newNode = (name: string, zone = 'a') =>
  aNode(name, { zone, annotations: { 'regroup.dev/scale-down-disabled': 'true' } })

function decide(
  group: ObservedGroup | undefined,
  objects: ClusterObjects,
  options: {
    empty?: Readonly<Record<string, number>>
    target?: MigrationTarget
    record?: MigrationRecord
  } = {},
) {
  const newNames = (objects.nodes ?? [])
    .map((node) => node.metadata.name)
    .filter((name) => name.startsWith('n'))
  const observed = anObservation({
    objects,
    nodeGroups: [aNodeGroup('new-a')],
    groups: [aGroup('eks-new-a', newNames), ...(group === undefined ? [] : [group])],
    ...(options.record === undefined ? {} : { record: options.record }),
  })
  const emptySince = new Map(
    Object.entries(options.empty ?? {}).map(([name, seconds]) => [name, nowMs - seconds * 1000]),
  )
  const decision = decideMigration(options.target ?? aTarget(), observed, { nowMs, emptySince })
  return {
    ...decision,
    steps: decision.actions.map((action) => `${action.kind} ${action.object}`),
    reasons: decision.waits.map((wait) => wait.reason),
  }
}

describe('fences', () => {
  const group = (parts: Partial<ObservedGroup> = {}) =>
    aGroup('old-1', ['o1'], {
      minSize: 1,
      maxSize: 9,
      suspendedProcesses: ['AZRebalance'],
      tags: { 'k8s.io/cluster-autoscaler/enabled': 'true' },
      ...parts,
    })

  it('begin with a record of the migration', () => {
    const { actions } = decide(group(), { nodes: [aNode('o1')] }, { record: { exists: false } })
    expect(actions).toEqual([
      expect.objectContaining({
        kind: 'write-record',
        record: { originalNodeCount: 1, originalNewNodeCount: 0 },
      }),
    ])
  })

  it('write down what the group was like, close it, and hide it from the autoscaler', () => {
    const { actions } = decide(group(), { nodes: [aNode('o1')] })
    expect(actions).toEqual([
      expect.objectContaining({
        kind: 'fence-group',
        groupName: 'old-1',
        maxSize: 1,
        suspend: ['AlarmNotification', 'InstanceRefresh', 'ScheduledActions'],
        removeTags: ['k8s.io/cluster-autoscaler/enabled'],
        fenceTag: JSON.stringify({
          min: 1,
          max: 9,
          desired: 1,
          suspended: ['AZRebalance'],
          discovery: 'true',
        }),
      }),
    ])
  })

  it('keep the first values when a crash left them half done', () => {
    const first = JSON.stringify({ min: 1, max: 9, desired: 3, suspended: [], discovery: 'true' })
    const half = group({ maxSize: 9, tags: { 'regroup.dev/fence': first } })
    const { actions } = decide(half, { nodes: [aNode('o1')] })
    expect(actions).toEqual([
      expect.objectContaining({ kind: 'fence-group', maxSize: 3, fenceTag: first }),
    ])
  })

  it('never scale the autoscaler down or touch its Deployment', () => {
    const { actions } = decide(group(), { nodes: [aNode('o1')] })
    expect(actions.some((action) => action.kind === 'set-autoscaler-image')).toBe(false)
  })

  it('that cannot be read stop everything: the previous sizes would be lost', () => {
    const { blockers, kind, steps } = decide(
      group({ tags: { 'regroup.dev/fence': '{"desired":1}' } }),
      { nodes: [aNode('o1')] },
    )
    expect({ kind, steps, codes: blockers.map((one) => one.code) }).toEqual({
      kind: 'blocked',
      steps: [],
      codes: ['group/fence-unreadable'],
    })
  })
})

describe('old nodes', () => {
  const group = (names: readonly string[], parts: Partial<ObservedGroup> = {}) =>
    aFencedGroup('old-1', names, parts)

  it('are terminated by id once they have been empty for the soak', () => {
    const objects = { nodes: [open('o1'), newNode('n1')] }
    expect(decide(group(['o1']), objects, { empty: { o1: 4 } })).toMatchObject({
      steps: [],
      reasons: ['empty-soak'],
    })
    const { actions } = decide(group(['o1']), objects, { empty: { o1: 5 } })
    expect(actions).toEqual([
      expect.objectContaining({
        kind: 'terminate',
        groupName: 'old-1',
        nodeName: 'o1',
        instanceId: expect.stringMatching(/^i-/),
      }),
    ])
  })

  it.each([
    {
      name: 'a pod is on it',
      node: open('o1'),
      pod: aPod('p', { node: 'o1', owner: 'ReplicaSet/web' }),
    },
    {
      name: 'a pod is still terminating',
      node: open('o1'),
      pod: aPod('p', { node: 'o1', owner: 'ReplicaSet/web', leavesInSeconds: 5 }),
    },
    { name: 'a blocked pod is on it', node: open('o1'), pod: aPod('bare', { node: 'o1' }) },
    {
      name: 'it is not cordoned',
      node: aNode('o1'),
      pod: aPod('cni', { node: 'o1', owner: 'DaemonSet/cni' }),
    },
  ])('are never terminated when $name', ({ node, pod }) => {
    const { steps } = decide(
      group(['o1']),
      { nodes: [node, newNode('n1')], pods: [pod] },
      { empty: { o1: 9999 } },
    )
    expect(steps.filter((step) => step.startsWith('terminate'))).toEqual([])
  })

  it('keep for DaemonSet, mirror and ended pods', () => {
    const pods = [
      aPod('cni', { node: 'o1', owner: 'DaemonSet/cni' }),
      aPod('done', { node: 'o1', owner: 'Job/j', phase: 'Succeeded' }),
    ]
    const { steps } = decide(
      group(['o1']),
      { nodes: [open('o1'), newNode('n1')], pods },
      { empty: { o1: 60 } },
    )
    expect(steps.map((step) => step.split(' ')[0])).toEqual(['terminate'])
  })

  it('need a minimum of 0 first', () => {
    const { steps } = decide(
      group(['o1'], { minSize: 1 }),
      { nodes: [open('o1'), newNode('n1')] },
      { empty: { o1: 60 } },
    )
    expect(steps).toEqual(['lower-minimum old-1'])
  })

  it('go ten at a time', () => {
    const names = Array.from({ length: 15 }, (_, index) => `o${index}`)
    const empty = Object.fromEntries(names.map((name) => [name, 60]))
    const { steps } = decide(
      group(names),
      { nodes: [...names.map((name) => open(name)), newNode('n1')] },
      { empty },
    )
    expect(steps).toHaveLength(10)
  })
})

describe('a zone with volumes', () => {
  const volumes = [aVolume('data', { zone: 'b' })]
  const group = aFencedGroup('old-1', ['o1', 'o2'])
  const olds = [open('o1', { zone: 'b' }), open('o2', { zone: 'b' })]
  const empty = { o1: 60, o2: 60 }

  it('keeps its last Ready node, also when two are empty at the same moment', () => {
    const { reasons, steps } = decide(
      group,
      { nodes: [...olds, newNode('n1', 'a')], volumes },
      { empty },
    )
    expect(steps.filter((step) => step.startsWith('terminate'))).toHaveLength(1)
    expect(reasons).toContain('zone-uncovered')
  })

  it('gives all of them up for a new one', () => {
    const { steps } = decide(group, { nodes: [...olds, newNode('n1', 'b')], volumes }, { empty })
    expect(steps.filter((step) => step.startsWith('terminate'))).toHaveLength(2)
  })

  it('does not count a node whose instance is terminating', () => {
    const leaving = {
      ...group,
      instances: group.instances.map((one, index) =>
        index === 0 ? { ...one, lifecycleState: 'Terminating:Wait' } : one,
      ),
    }
    const { steps } = decide(leaving, { nodes: [...olds, newNode('n1', 'a')], volumes }, { empty })
    expect(steps.filter((step) => step.startsWith('terminate'))).toEqual([])
  })

  it('without volumes needs no node', () => {
    const { steps } = decide(group, { nodes: [...olds, newNode('n1', 'a')] }, { empty })
    expect(steps.filter((step) => step.startsWith('terminate'))).toHaveLength(2)
  })
})

describe('instances without a node', () => {
  it('are terminated after fifteen minutes', () => {
    const group = aFencedGroup('old-1', ['o1'])
    const [instance] = group.instances
    const id = instance?.instanceId ?? ''
    expect(decide(group, { nodes: [newNode('n1')] }, { empty: { [id]: 899 } }).steps).toEqual([])
    expect(decide(group, { nodes: [newNode('n1')] }, { empty: { [id]: 900 } }).steps).toEqual([
      `terminate ${id}`,
    ])
  })
})

describe('old groups', () => {
  const at = (seconds: number) => ({ 'regroup.dev/empty-since': secondsFromNow(-seconds) })
  const emptied = (parts: Partial<ObservedGroup> = {}) =>
    aFencedGroup('old-1', [], { maxSize: 0, desiredCapacity: 0, ...parts })

  it('are marked when the last instance is gone', () => {
    expect(decide(emptied(), { nodes: [newNode('n1')] }).actions).toEqual([
      expect.objectContaining({ kind: 'mark-empty', groupName: 'old-1', atMs: nowMs }),
    ])
  })

  it('soak at zero, then are deleted', () => {
    const soaking = decide(emptied({ tags: at(59) }), { nodes: [newNode('n1')] })
    expect(soaking).toMatchObject({ steps: [], reasons: ['group-soak'] })
    expect(soaking.waits[0]?.untilMs).toBe(nowMs + 1000)
    expect(decide(emptied({ tags: at(60) }), { nodes: [newNode('n1')] }).steps).toEqual([
      'delete-group old-1',
    ])
  })

  it('go back to zero before they are deleted when someone raised their sizes', () => {
    const fence = JSON.stringify({ min: 0, max: 9, desired: 3, suspended: [] })
    const raised = emptied({ tags: { ...at(60), 'regroup.dev/fence': fence }, maxSize: 3 })
    expect(decide(raised, { nodes: [newNode('n1')] }).steps).toEqual(['mark-empty old-1'])
  })

  it('lose their warm pool first', () => {
    const { steps } = decide(emptied({ tags: at(60), hasWarmPool: true }), {
      nodes: [newNode('n1')],
    })
    expect(steps).toEqual(['delete-warm-pool old-1'])
  })

  it('are waited for while they are deleted or while instances terminate', () => {
    expect(decide(emptied({ isDeleting: true }), { nodes: [newNode('n1')] }).reasons).toEqual([
      'group-deleting',
    ])
  })
})

describe('the canary', () => {
  const target = aTarget({ policy: { ...quickPolicy, canaryNodeCount: 1 } })
  const record = { exists: true, originalNodeCount: 2, originalNewNodeCount: 0 }
  const group = aFencedGroup('old-1', ['o2'])
  const objects = {
    nodes: [
      aNode('o2', { taints: [{ key: 'regroup.dev/retiring', effect: 'PreferNoSchedule' }] }),
      newNode('n1'),
    ],
  }

  it('soaks once its node is gone, and everything else waits', () => {
    expect(decide(group, objects, { target, record }).actions).toEqual([
      expect.objectContaining({
        kind: 'write-record',
        record: { originalNodeCount: 2, originalNewNodeCount: 0, canaryEmptyAtMs: nowMs },
      }),
    ])
    const soaking = { ...record, canaryEmptyAtMs: nowMs - 299_000 }
    expect(decide(group, objects, { target, record: soaking })).toMatchObject({
      steps: [],
      reasons: ['canary-soak'],
    })
  })

  it('passes after its soak', () => {
    const soaked = { ...record, canaryEmptyAtMs: nowMs - 300_000 }
    expect(decide(group, objects, { target, record: soaked }).actions).toEqual([
      expect.objectContaining({
        kind: 'write-record',
        record: expect.objectContaining({ canaryPassedAtMs: nowMs }),
      }),
    ])
  })
})

describe('the finish', () => {
  const nodeGroups = [aNodeGroup('new-a')]
  const groups = [aGroup('eks-new-a', ['n1'])]
  it('takes protection back, then the record, then is settled', () => {
    const observed = (isProtected: boolean, exists: boolean) =>
      anObservation({
        nodeGroups,
        groups,
        objects: { nodes: [isProtected ? newNode('n1') : aNode('n1')] },
        record: { exists },
      })
    const kinds = (one: ReturnType<typeof observed>) =>
      decideFinish(aTarget(), one).actions.map((action) => action.kind)
    expect(kinds(observed(true, true))).toEqual(['unprotect-node'])
    expect(kinds(observed(false, true))).toEqual(['delete-record'])
    expect(kinds(observed(false, false))).toEqual([])
    expect(decide(undefined, { nodes: [aNode('n1')] }, { record: { exists: false } }).kind).toBe(
      'settled',
    )
  })
})
