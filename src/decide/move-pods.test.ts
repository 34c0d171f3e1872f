import { describe, expect, it } from 'vitest'
import {
  aBudget,
  aNode,
  aPod,
  aReplicaSet,
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
  aTargetGroup,
  quickPolicy,
} from '../../test/migration-view.ts'
import type { Action } from './action.ts'
import { decideMigration } from './migrate.ts'
import type { Observed } from './observed.ts'
import type { MigrationTarget } from './target.ts'

const retiring = [
  { key: 'regroup.dev/retiring', value: 'true', effect: 'PreferNoSchedule' as const },
]

/** An old node; cordoned by us so many seconds ago if told so. */
function oldNode(
  name: string,
  cordonedForSeconds?: number,
  extra: Parameters<typeof aNode>[1] = {},
) {
  if (cordonedForSeconds === undefined) return aNode(name, { taints: retiring, ...extra })
  const annotations = { 'regroup.dev/cordoned-at': secondsFromNow(-cordonedForSeconds) }
  return aNode(name, { taints: retiring, annotations, isUnschedulable: true, ...extra })
}

function newNode(name: string, extra: Parameters<typeof aNode>[1] = {}) {
  const annotations = { 'regroup.dev/scale-down-disabled': 'true' }
  return aNode(name, { annotations, kubelet: 'v1.32.9', ...extra })
}

const set = (name: string) => ({ owner: `ReplicaSet/${name}`, labels: { app: name } })

/** Old nodes o1.. and new nodes n1.., by the names of the nodes given. */
function observe(objects: ClusterObjects, parts: Partial<Observed> = {}): Observed {
  const names = (objects.nodes ?? []).map((node) => node.metadata.name)
  return anObservation({
    objects,
    nodeGroups: [aNodeGroup('new-a')],
    groups: [
      aGroup(
        'eks-new-a',
        names.filter((name) => name.startsWith('n')),
      ),
      aFencedGroup(
        'old-1',
        names.filter((name) => name.startsWith('o')),
      ),
    ],
    ...parts,
  })
}

function decide(
  observed: Observed,
  options: { target?: MigrationTarget; emptySince?: ReadonlyMap<string, number> } = {},
) {
  const { emptySince = new Map(), target = aTarget() } = options
  return decideMigration(target, observed, { nowMs, emptySince })
}

const objectsOf = (actions: readonly Action[], kind: Action['kind']): readonly string[] =>
  actions.filter((action) => action.kind === kind).map((action) => action.object)

describe('opening old nodes', () => {
  it('cordons what fits on Ready nodes that stay', () => {
    const { actions } = decide(
      observe({
        nodes: [oldNode('o1'), newNode('n1')],
        sets: [aReplicaSet('web', 1)],
        pods: [aPod('web-1', { node: 'o1', ...set('web') })],
      }),
    )
    expect(objectsOf(actions, 'cordon')).toEqual(['o1'])
    expect(objectsOf(actions, 'evict')).toEqual([])
  })

  it.each([{ isUnschedulable: true }, { isUnschedulable: false }])(
    'notes on a node whether someone else had cordoned it: $isUnschedulable',
    ({ isUnschedulable }) => {
      const nodes = [oldNode('o1', undefined, { isUnschedulable }), newNode('n1')]
      const pods = [aPod('web-1', { node: 'o1', ...set('web') })]
      const { actions } = decide(observe({ nodes, sets: [aReplicaSet('web', 1)], pods }))
      const cordon = actions.find(({ kind }) => kind === 'cordon')
      expect(cordon).toMatchObject({ object: 'o1' })
      expect(cordon?.kind === 'cordon' && cordon.wasCordoned === true).toBe(isUnschedulable)
    },
  )

  it('never evicts before it has seen its own cordon', () => {
    const annotations = { 'regroup.dev/cordoned-at': secondsFromNow(-1) }
    const { actions, kind } = decide(
      observe({
        nodes: [aNode('o1', { annotations, taints: retiring }), newNode('n1')],
        sets: [aReplicaSet('web', 1)],
        pods: [aPod('web-1', { node: 'o1', ...set('web') })],
      }),
    )
    expect(actions).toEqual([])
    expect(kind).toBe('wait')
  })

  it('leaves a node alone that someone else has cordoned, until it opens it itself', () => {
    const { actions } = decide(
      observe({
        nodes: [aNode('o1', { taints: retiring, isUnschedulable: true }), newNode('n1')],
        sets: [aReplicaSet('web', 1)],
        pods: [aPod('web-1', { node: 'o1', ...set('web') })],
      }),
    )
    expect(objectsOf(actions, 'evict')).toEqual([])
  })

  it('asks for a node where there is no room, and opens nothing yet', () => {
    const { actions } = decide(
      observe({
        nodes: [oldNode('o1')],
        sets: [aReplicaSet('web', 1)],
        pods: [aPod('web-1', { node: 'o1', ...set('web') })],
      }),
    )
    expect(actions).toEqual([
      expect.objectContaining({ kind: 'scale-up', object: 'eks-new-a', fromCount: 0, toCount: 1 }),
    ])
  })

  it('does not count a node that is not Ready as a place', () => {
    const { actions } = decide(
      observe({
        nodes: [oldNode('o1'), newNode('n1', { isReady: false })],
        sets: [aReplicaSet('web', 1)],
        pods: [aPod('web-1', { node: 'o1', ...set('web') })],
      }),
    )
    expect(objectsOf(actions, 'cordon')).toEqual([])
  })

  it('opens nodes that can be emptied before nodes that blocked pods keep', () => {
    const nodes = [oldNode('o1'), oldNode('o2'), newNode('n1', { cpu: '1' })]
    const big = { cpu: '900m' }
    const { actions } = decide(
      observe({
        nodes,
        sets: [aReplicaSet('web', 1), aReplicaSet('api', 1)],
        pods: [
          aPod('bare', { node: 'o1', cpu: '1m' }),
          aPod('web-1', { node: 'o1', ...set('web'), ...big }),
          aPod('api-1', { node: 'o2', ...set('api'), ...big }),
          aPod('api-2', { node: 'o2', owner: 'Job/j', cpu: '1m' }),
        ],
      }),
    )
    expect(objectsOf(actions, 'cordon')).toEqual(['o2'])
  })

  it('does not cordon a node whose every pod is blocked', () => {
    const { actions, blockers, kind } = decide(
      observe({
        nodes: [oldNode('o1'), newNode('n1')],
        pods: [aPod('bare', { node: 'o1' })],
      }),
    )
    expect(actions).toEqual([])
    expect(kind).toBe('blocked')
    expect(blockers).toEqual([
      expect.objectContaining({ code: 'Bare', object: 'default/bare', nodeName: 'o1' }),
    ])
  })

  it('opens a node with a blocked pod only if that pod too would have a place', () => {
    const budget = aBudget('db', {
      app: 'db',
      maxUnavailable: 0,
      allowed: 0,
      healthy: 1,
      desired: 1,
      expected: 1,
    })
    const objects = (cpu: string): ClusterObjects => ({
      nodes: [oldNode('o1'), newNode('n1', { cpu })],
      sets: [aReplicaSet('web', 1), aReplicaSet('db', 1)],
      budgets: [budget],
      pods: [
        aPod('web-1', { node: 'o1', ...set('web'), cpu: '500m' }),
        aPod('db-1', { node: 'o1', ...set('db'), cpu: '500m' }),
      ],
    })
    expect(objectsOf(decide(observe(objects('900m'))).actions, 'cordon')).toEqual([])
    expect(objectsOf(decide(observe(objects('1'))).actions, 'cordon')).toEqual(['o1'])
  })

  it('opens nothing of a group that is not fenced', () => {
    const observed = observe({ nodes: [oldNode('o1'), newNode('n1')] })
    const groups = [aGroup('eks-new-a', ['n1']), aGroup('old-1', ['o1'])]
    const { actions } = decide({ ...observed, groups })
    expect(objectsOf(actions, 'cordon')).toEqual([])
    expect(objectsOf(actions, 'fence-group')).toEqual(['old-1'])
  })

  it('opens only the canary until it has passed', () => {
    const target = aTarget({ policy: { ...quickPolicy, canaryNodeCount: 1 } })
    const nodes = [oldNode('o1'), oldNode('o2'), newNode('n1')]
    expect(objectsOf(decide(observe({ nodes }), { target }).actions, 'cordon')).toEqual(['o1'])
  })
})

describe('evicting', () => {
  const pods = [1, 2, 3].map((index) => aPod(`web-${index}`, { node: 'o1', ...set('web') }))
  const open = (budget: Parameters<typeof aBudget>[1]): Observed =>
    observe({
      nodes: [oldNode('o1', 60), newNode('n1'), newNode('n2'), newNode('n3')],
      sets: [aReplicaSet('web', 3)],
      budgets: [aBudget('web', budget)],
      pods,
    })

  it('asks for what the budget grants, by uid, and for no more', () => {
    const { actions } = decide(
      open({ app: 'web', allowed: 1, healthy: 3, desired: 2, expected: 3 }),
    )
    expect(objectsOf(actions, 'evict')).toHaveLength(1)
    expect(actions).toContainEqual(
      expect.objectContaining({
        kind: 'evict',
        namespace: 'default',
        nodeName: 'o1',
        uid: expect.stringMatching(/^uid-default-web-\d$/),
      }),
    )
  })

  it('waits while the budget grants nothing', () => {
    const budget = { app: 'web', allowed: 0, healthy: 2, desired: 2, expected: 3 }
    const { actions, waits } = decide(open(budget))
    expect(objectsOf(actions, 'evict')).toEqual([])
    expect(waits.map((wait) => wait.reason)).toContain('budget-or-room')
  })

  it('waits for room, and asks for a node', () => {
    const { actions } = decide(
      observe({
        nodes: [oldNode('o1', 60), newNode('n1', { cpu: '100m' })],
        sets: [aReplicaSet('web', 1)],
        pods: [aPod('web-1', { node: 'o1', ...set('web'), cpu: '2' })],
      }),
      { target: aTarget({ policy: { ...quickPolicy, surge: { count: 2 } } }) },
    )
    expect(objectsOf(actions, 'evict')).toEqual([])
    expect(objectsOf(actions, 'scale-up')).toEqual(['eks-new-a'])
  })

  it('never touches DaemonSet, mirror and ended pods', () => {
    const { actions } = decide(
      observe({
        nodes: [oldNode('o1', 60), newNode('n1')],
        pods: [
          aPod('cni', { node: 'o1', owner: 'DaemonSet/cni' }),
          aPod('static', { node: 'o1', annotations: { 'kubernetes.io/config.mirror': 'x' } }),
          aPod('done', { node: 'o1', owner: 'Job/j', phase: 'Succeeded' }),
        ],
      }),
    )
    expect(objectsOf(actions, 'evict')).toEqual([])
  })
})

describe('after the deadline of a node', () => {
  const late = 3601
  const held = (objects: ClusterObjects) => decide(observe(objects))

  it('a pod behind its budget is named, with the pods that are not Ready', () => {
    const { blockers, kind } = held({
      nodes: [oldNode('o1', late), newNode('n1'), newNode('n2'), newNode('n3')],
      sets: [aReplicaSet('web', 3)],
      budgets: [
        aBudget('web', {
          app: 'web',
          minAvailable: 2,
          allowed: 0,
          healthy: 2,
          desired: 2,
          expected: 3,
        }),
      ],
      pods: [
        aPod('web-1', { node: 'o1', ...set('web') }),
        aPod('web-2', { node: 'n1', ...set('web') }),
        aPod('web-3', { node: 'n2', ...set('web'), isReady: false, ageSeconds: 60 }),
      ],
    })
    expect(kind).toBe('blocked')
    expect(blockers).toEqual([
      {
        code: 'PDBExhausted',
        object: 'default/web-1',
        reason:
          'waits for budget web, which needs 2 healthy pods and has 2; not Ready: web-3 on n2',
        remedy: 'Mend the pods that are not Ready, or loosen the budget by one for the migration.',
        owner: 'ReplicaSet web',
        nodeName: 'o1',
        sinceMs: nowMs - late * 1000,
        command: 'kubectl -n default describe pdb web',
      },
    ])
  })

  it('a pod without a budget waits for its siblings, and says so', () => {
    const { blockers } = held({
      nodes: [oldNode('o1', late), newNode('n1'), newNode('n2'), newNode('n3')],
      sets: [aReplicaSet('web', 2)],
      pods: [
        aPod('web-1', { node: 'o1', ...set('web') }),
        aPod('web-2', { node: 'n1', ...set('web'), isReady: false }),
      ],
    })
    expect(blockers).toEqual([
      expect.objectContaining({
        code: 'PDBExhausted',
        reason: 'waits for the other pods of web: 1 of 2 are Ready; not Ready: web-2 on n1',
      }),
    ])
  })

  it('a pod without a place is told what each node lacks', () => {
    const target = aTarget({ nodeGroups: [aTargetGroup('new-a', { maxSize: 2 })] })
    const observed = observe({
      nodes: [oldNode('o1', late), newNode('n1', { cpu: '1' }), newNode('n2', { zone: 'b' })],
      sets: [aReplicaSet('web', 1)],
      pods: [
        aPod('web-1', {
          node: 'o1',
          ...set('web'),
          cpu: '2',
          spec: { nodeSelector: { 'topology.kubernetes.io/zone': 'a' } },
        }),
      ],
    })
    const { blockers, kind } = decide(observed, { target })
    expect(kind).toBe('blocked')
    expect(blockers).toEqual([
      expect.objectContaining({
        code: 'NoLanding',
        reason:
          'has no place on the nodes that stay (it asks for 2000m CPU, 128Mi memory): ' +
          '1 x too little cpu, 1 x node selector',
      }),
    ])
  })

  it('a pod that may go by now goes: the next run after the cause was mended', () => {
    const { actions, blockers } = held({
      nodes: [oldNode('o1', late), newNode('n1'), newNode('n2'), newNode('n3')],
      sets: [aReplicaSet('web', 1)],
      pods: [aPod('web-1', { node: 'o1', ...set('web') })],
    })
    expect(objectsOf(actions, 'evict')).toEqual(['default/web-1'])
    expect(blockers).toEqual([])
  })

  it('a Job is named only after its own deadline', () => {
    const job = (seconds: number) =>
      held({
        nodes: [oldNode('o1', seconds), newNode('n1')],
        pods: [aPod('j', { node: 'o1', owner: 'Job/j' })],
      })
    expect(job(late)).toMatchObject({ kind: 'wait', blockers: [] })
    expect(job(86_401)).toMatchObject({ kind: 'blocked', blockers: [{ code: 'JobRunning' }] })
  })
})

describe('pods that nothing can ever run', () => {
  const observed = observe({
    nodes: [
      oldNode('o1', undefined, { labels: { gpu: 'yes' } }),
      newNode('n1'),
      newNode('n2'),
      newNode('n3'),
    ],
    sets: [aReplicaSet('web', 1), aReplicaSet('gpu', 1)],
    pods: [
      aPod('gpu-1', { node: 'o1', ...set('gpu'), spec: { nodeSelector: { gpu: 'yes' } } }),
      aPod('web-1', { node: 'o1', ...set('web') }),
    ],
  })

  it('do not keep the others on their node', () => {
    expect(objectsOf(decide(observed).actions, 'cordon')).toEqual(['o1'])
  })

  it('are named at once when their node is open, and only they', () => {
    const node = oldNode('o1', 10, { labels: { gpu: 'yes' } })
    const { actions, blockers } = decide(
      observe({
        nodes: [node, newNode('n1'), newNode('n2'), newNode('n3')],
        sets: [aReplicaSet('web', 1), aReplicaSet('gpu', 1)],
        pods: [
          aPod('gpu-1', { node: 'o1', ...set('gpu'), spec: { nodeSelector: { gpu: 'yes' } } }),
          aPod('web-1', { node: 'o1', ...set('web') }),
        ],
      }),
    )
    expect(objectsOf(actions, 'evict')).toEqual(['default/web-1'])
    expect(blockers.map(({ code, object }) => `${code} ${object}`)).toEqual([
      'NoLanding default/gpu-1',
    ])
  })
})

describe('when nothing can be launched', () => {
  const full: ClusterObjects = {
    nodes: [oldNode('o1'), oldNode('o2'), newNode('n1', { cpu: '1' })],
    sets: [aReplicaSet('web', 1), aReplicaSet('api', 1)],
    pods: [
      aPod('web-1', { node: 'o1', ...set('web'), cpu: '3' }),
      aPod('api-1', { node: 'o2', ...set('api'), cpu: '3' }),
    ],
  }

  it('says that the surge is too small', () => {
    const { blockers, kind } = decide(observe(full))
    expect(kind).toBe('blocked')
    expect(blockers).toEqual([expect.objectContaining({ code: 'surge/too-small', object: 'o1' })])
  })

  it('says so too when blocked pods keep it, and counts', () => {
    const kept: ClusterObjects = {
      ...full,
      nodes: [...(full.nodes ?? []), oldNode('o3', 60)],
      pods: [...(full.pods ?? []), aPod('bare', { node: 'o3' })],
    }
    const { blockers } = decide(observe(kept))
    expect(blockers).toContainEqual(
      expect.objectContaining({
        code: 'surge/held',
        reason: expect.stringContaining('blocked pods keep 1 old node; 2 old nodes still to open'),
      }),
    )
  })

  it('says which groups are at maxSize where the surge would allow more', () => {
    const target = aTarget({
      nodeGroups: [aTargetGroup('new-a', { maxSize: 1 })],
      policy: { ...quickPolicy, surge: { count: 5 } },
    })
    const { blockers, kind } = decide(observe(full), { target })
    expect(kind).toBe('blocked')
    expect(blockers).toEqual([
      expect.objectContaining({
        code: 'node-group/max-size',
        reason: 'its pods fit only on node groups that are at maxSize: new-a',
      }),
    ])
  })

  it('waits while a group rests after a launch that failed', () => {
    const target = aTarget({ policy: { ...quickPolicy, surge: { count: 5 } } })
    const observed = observe(full)
    const failed = {
      atMs: nowMs - 60_000,
      sinceMs: nowMs - 60_000,
      message: 'InsufficientInstanceCapacity',
    }
    const groups = observed.groups.map((group) =>
      group.name === 'eks-new-a' ? { ...group, launchFailure: failed } : group,
    )
    const { blockers, kind } = decide({ ...observed, groups }, { target })
    expect(blockers).toEqual([])
    expect(kind).toBe('wait')
  })

  it('waits no longer once they have failed for an hour, and says what AWS says', () => {
    const target = aTarget({ policy: { ...quickPolicy, surge: { count: 5 } } })
    const observed = observe(full)
    const failed = { atMs: nowMs - 1000, sinceMs: nowMs - 3_600_000, message: 'VcpuLimitExceeded' }
    const groups = observed.groups.map((group) =>
      group.name === 'eks-new-a' ? { ...group, launchFailure: failed } : group,
    )
    const { blockers, kind } = decide({ ...observed, groups }, { target })
    expect(kind).toBe('blocked')
    expect(blockers).toEqual([
      expect.objectContaining({
        code: 'node-group/no-new-nodes',
        object: 'o1',
        reason: expect.stringContaining(
          'launches of new-a have failed for 60 minutes: VcpuLimitExceeded',
        ),
      }),
    ])
  })

  it('tries again where they have failed for longer than it waits: the rest is over', () => {
    const target = aTarget({ policy: { ...quickPolicy, surge: { count: 5 } } })
    const observed = observe(full)
    const failed = { atMs: nowMs - 600_000, sinceMs: nowMs - 7_200_000, message: 'no capacity' }
    const groups = observed.groups.map((group) =>
      group.name === 'eks-new-a' ? { ...group, launchFailure: failed } : group,
    )
    const { actions, blockers } = decide({ ...observed, groups }, { target })
    expect(objectsOf(actions, 'scale-up')).toEqual(['eks-new-a'])
    expect(blockers).toEqual([])
  })

  it.each([
    { lateCount: 1, grows: true },
    { lateCount: 2, grows: true },
    { lateCount: 3, grows: false },
  ])(
    'a group of three Ready nodes with $lateCount late ones grows: $grows',
    ({ grows, lateCount }) => {
      const nodes = ['n1', 'n2', 'n3'].map((name) => newNode(name, { cpu: '1' }))
      const observed = observe(
        { ...full, nodes: [oldNode('o1'), oldNode('o2'), ...nodes] },
        { record: { exists: true, originalNodeCount: 6 } },
      )
      const target = aTarget({ policy: { ...quickPolicy, surge: { count: 20 } } })
      const late = Array.from({ length: lateCount }, (_, index) => ({
        instanceId: `i-${index}`,
        sinceMs: nowMs - 1_300_000,
        hasNode: false,
        isGone: true,
      }))
      const decision = decideMigration(target, observed, {
        nowMs,
        emptySince: new Map(),
        late: new Map([['eks-new-a', late]]),
      })
      expect(objectsOf(decision.actions, 'scale-up')).toEqual(grows ? ['eks-new-a'] : [])
      expect(decision.blockers.map(({ code }) => code)).toEqual(
        grows
          ? ['node-group/nodes-not-joining']
          : ['node-group/nodes-not-joining', 'node-group/no-new-nodes'],
      )
    },
  )
})
