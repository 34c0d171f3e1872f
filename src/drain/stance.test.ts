import { describe, expect, it } from 'vitest'
import {
  aBudget,
  aPod,
  aReplicaSet,
  aVolume,
  type BudgetParts,
  type ClusterObjects,
  clusterView,
  nowMs,
  type PodParts,
  podIn,
} from '../../test/cluster-view.ts'
import type { DrainPolicy } from './policy.ts'
import { type Stance, stanceOf } from './stance.ts'

const policy: DrainPolicy = {
  virtualBudgetFraction: 0.1,
  podDeadlineMs: 15 * 60_000,
  jobs: 'wait',
  barePods: 'block',
  jobDeadlineMs: 3_600_000,
  overrides: new Map(),
}

function stance(
  parts: PodParts,
  options: { objects?: ClusterObjects; policy?: Partial<DrainPolicy> } = {},
): Stance {
  const { objects = {} } = options
  const pod = aPod('p', { node: 'n1', owner: 'ReplicaSet/web', labels: { app: 'web' }, ...parts })
  const view = clusterView({ ...objects, pods: [pod, ...(objects.pods ?? [])] })
  return stanceOf(podIn(view, 'p'), view, { ...policy, ...options.policy }, nowMs)
}

/** Kind, and the code where there is one. */
function wordOf(one: Stance): string {
  return 'code' in one ? `${one.kind} ${one.code}` : one.kind
}

describe('stanceOf', () => {
  const rows: readonly {
    name: string
    parts: PodParts
    policy?: Partial<DrainPolicy>
    is: string
  }[] = [
    { name: 'a pod of a ReplicaSet', parts: {}, is: 'movable' },
    { name: 'a pod of a StatefulSet', parts: { owner: 'StatefulSet/db' }, is: 'movable' },
    { name: 'a DaemonSet pod', parts: { owner: 'DaemonSet/cni' }, is: 'ignored' },
    {
      name: 'a mirror pod',
      parts: { annotations: { 'kubernetes.io/config.mirror': 'x' } },
      is: 'ignored',
    },
    { name: 'a pod that has ended', parts: { phase: 'Succeeded' }, is: 'ignored' },
    { name: 'a pod that has failed', parts: { phase: 'Failed' }, is: 'ignored' },
    { name: 'a pod within its grace period', parts: { leavesInSeconds: 20 }, is: 'leaving' },
    { name: 'a pod a little past it', parts: { leavesInSeconds: -100 }, is: 'leaving' },
    {
      name: 'a pod long past it',
      parts: { leavesInSeconds: -121 },
      is: 'blocked TerminatingPastGrace',
    },
    {
      name: 'a pod held by a finalizer',
      parts: { leavesInSeconds: -121, finalizers: ['example.com/x'] },
      is: 'blocked FinalizerStuck',
    },
    {
      name: 'a DaemonSet pod long past its grace period',
      parts: { owner: 'DaemonSet/cni', leavesInSeconds: -500 },
      is: 'ignored',
    },
    {
      name: 'do-not-disrupt',
      parts: { annotations: { 'karpenter.sh/do-not-disrupt': 'true' } },
      is: 'blocked DoNotDisrupt',
    },
    {
      name: 'do-not-disrupt that says false',
      parts: { annotations: { 'karpenter.sh/do-not-disrupt': 'false' } },
      is: 'movable',
    },
    { name: 'a Job', parts: { owner: 'Job/report' }, is: 'waits JobRunning' },
    {
      name: 'a Job that may be evicted',
      parts: { owner: 'Job/report' },
      policy: { jobs: 'evict' },
      is: 'movable',
    },
    {
      name: 'a bare pod that runs to completion',
      parts: { owner: undefined as never, spec: { restartPolicy: 'Never' } },
      is: 'waits JobRunning',
    },
  ]
  it.each(rows)('$name: $is', ({ is, parts, policy: own }) => {
    expect(wordOf(stance(parts, own === undefined ? {} : { policy: own }))).toBe(is)
  })

  it.each([
    { barePods: 'block' as const, is: 'blocked Bare' },
    { barePods: 'wait' as const, is: 'waits JobRunning' },
    { barePods: 'delete' as const, is: 'movable' },
  ])('a bare pod with migration.barePods $barePods: $is', ({ barePods, is }) => {
    const view = clusterView({ pods: [aPod('p', { node: 'n1' })] })
    expect(wordOf(stanceOf(podIn(view, 'p'), view, { ...policy, barePods }, nowMs))).toBe(is)
  })

  it('an override answers for the pod', () => {
    const overrides = new Map([['default/p', 'delete' as const]])
    const parts = { annotations: { 'karpenter.sh/do-not-disrupt': 'true' } }
    expect(stance(parts, { policy: { overrides } }).kind).toBe('movable')
  })
})

describe('volumes', () => {
  it('a local volume blocks: its data dies with the node', () => {
    const one = stance(
      { claims: ['data'] },
      { objects: { volumes: [aVolume('data', { localNode: 'n1' })] } },
    )
    expect(one).toMatchObject({ kind: 'blocked', code: 'LocalData' })
    expect(one).toHaveProperty('reason', expect.stringContaining('pv-data'))
    expect(one).toHaveProperty('reason', expect.stringContaining('n1'))
  })

  const sibling = (parts: PodParts = {}) =>
    aPod('q', { node: 'n1', owner: 'ReplicaSet/web', claims: ['data'], ...parts })

  it.each([
    {
      name: 'a sibling uses the block volume too',
      pod: sibling(),
      volume: { zone: 'a' },
      is: 'blocked VolumeStuck',
    },
    {
      name: 'the file system is shared',
      pod: sibling(),
      volume: { isShared: true },
      is: 'movable',
    },
    {
      name: 'the sibling is leaving',
      pod: sibling({ leavesInSeconds: 5 }),
      volume: { zone: 'a' },
      is: 'movable',
    },
    {
      name: 'the sibling has no node yet',
      pod: aPod('q', { owner: 'ReplicaSet/web', claims: ['data'] }),
      volume: { zone: 'a' },
      is: 'movable',
    },
    {
      name: 'the sibling uses another claim',
      pod: sibling({ claims: ['other'] }),
      volume: { zone: 'a' },
      is: 'movable',
    },
  ])('$name: $is', ({ is, pod, volume }) => {
    const objects = { pods: [pod], volumes: [aVolume('data', volume)] }
    expect(wordOf(stance({ claims: ['data'] }, { objects }))).toBe(is)
  })
})

describe('budgets', () => {
  const rows: readonly {
    name: string
    budget: Omit<BudgetParts, 'app'>
    parts?: PodParts
    is: string
    reason?: string
  }[] = [
    {
      name: 'grants one',
      budget: { minAvailable: 1, allowed: 1, healthy: 2, desired: 1, expected: 2 },
      is: 'movable',
    },
    {
      name: 'is used up for the moment',
      budget: { minAvailable: 1, allowed: 0, healthy: 1, desired: 1, expected: 2 },
      is: 'movable',
    },
    {
      name: 'can never grant',
      budget: { maxUnavailable: 0, allowed: 0, healthy: 3, desired: 3, expected: 3 },
      is: 'blocked PDBZero',
      reason: 'budget web (maxUnavailable 0) needs 3 of 3 expected pods',
    },
    {
      name: 'can never grant, by percentage',
      budget: { minAvailable: '90%', allowed: 0, healthy: 2, desired: 2, expected: 2 },
      is: 'blocked PDBZero',
      reason: 'budget web (minAvailable 90%) needs 2 of 2 expected pods',
    },
    {
      name: 'is not observed yet',
      budget: {
        minAvailable: 2,
        allowed: 0,
        healthy: 2,
        desired: 2,
        expected: 2,
        isObserved: false,
      },
      is: 'movable',
    },
    {
      name: 'cannot be computed',
      budget: {
        maxUnavailable: 1,
        allowed: 0,
        healthy: 0,
        desired: 0,
        expected: 0,
        isObserved: false,
        syncFailed: 'jobs.batch does not implement the scale subresource',
      },
      is: 'blocked PDBSyncFailed',
      reason: 'jobs.batch does not implement the scale subresource',
    },
    {
      name: 'never grants, and the pod is not Ready: AlwaysAllow lets it go',
      budget: {
        maxUnavailable: 0,
        policy: 'AlwaysAllow',
        allowed: 0,
        healthy: 1,
        desired: 2,
        expected: 2,
      },
      parts: { isReady: false },
      is: 'movable',
    },
    {
      name: 'is met without the pod that is not Ready',
      budget: { minAvailable: 2, allowed: 0, healthy: 2, desired: 2, expected: 3 },
      parts: { isReady: false },
      is: 'movable',
    },
    {
      name: 'wants nobody, and the pod is not Ready: that rule needs desired > 0',
      budget: { minAvailable: 0, allowed: 0, healthy: 0, desired: 0, expected: 0 },
      parts: { isReady: false },
      is: 'blocked PDBZero',
    },
    {
      name: 'never grants, and the pod is Pending: budgets are not looked at',
      budget: { maxUnavailable: 0, allowed: 0, healthy: 1, desired: 2, expected: 2 },
      parts: { phase: 'Pending' },
      is: 'movable',
    },
  ]
  it.each(rows)('$name: $is', ({ budget, is, parts = {}, reason }) => {
    const objects = {
      sets: [aReplicaSet('web', 2)],
      budgets: [aBudget('web', { ...budget, app: 'web' })],
    }
    const one = stance(parts, { objects })
    expect(wordOf(one)).toBe(is)
    if (reason !== undefined) expect(one).toHaveProperty('reason', expect.stringContaining(reason))
  })

  it('two budgets on one pod are named', () => {
    const parts = { app: 'web', allowed: 1, healthy: 2, desired: 1, expected: 2 }
    const one = stance({}, { objects: { budgets: [aBudget('a', parts), aBudget('b', parts)] } })
    expect(one).toMatchObject({ kind: 'blocked', code: 'PDBMultiple' })
    expect(one).toHaveProperty('reason', expect.stringContaining('(a, b)'))
  })
})

describe('budgets eaten up by broken pods', () => {
  const budget = { minAvailable: 2, allowed: 0, healthy: 2, desired: 2, expected: 3 }
  const broken = (ageSeconds: number) =>
    aPod('broken', {
      node: 'n2',
      owner: 'ReplicaSet/web',
      labels: { app: 'web' },
      isReady: false,
      ageSeconds,
    })
  const objects = (ageSeconds: number): ClusterObjects => ({
    pods: [broken(ageSeconds)],
    budgets: [aBudget('web', { ...budget, app: 'web' })],
  })

  it('are waited for at first', () => {
    expect(wordOf(stance({}, { objects: objects(600) }))).toBe('movable')
  })

  it('block after the deadline, with the broken pods by name', () => {
    const one = stance({}, { objects: objects(901) })
    expect(one).toMatchObject({ kind: 'blocked', code: 'UnhealthyGuarded' })
    expect(one).toHaveProperty('reason', expect.stringContaining('not Ready for long: broken'))
  })

  it('do not block what would not be granted with all of them healthy either', () => {
    const short = { ...budget, healthy: 0 }
    const one = stance(
      {},
      {
        objects: { pods: [broken(901)], budgets: [aBudget('web', { ...short, app: 'web' })] },
      },
    )
    expect(wordOf(one)).toBe('movable')
  })
})

describe('every blocked stance', () => {
  it('has a reason that goes on from "the pod" and a remedy in a sentence', () => {
    const all = [
      stance({ annotations: { 'karpenter.sh/do-not-disrupt': 'true' } }),
      stance({ leavesInSeconds: -500 }),
      stance({ leavesInSeconds: -500, finalizers: ['a'] }),
    ]
    for (const one of all) {
      if (one.kind !== 'blocked') throw new Error(`not blocked: ${one.kind}`)
      expect(one.reason).toMatch(/^[a-z].*[^.]$/)
      expect(one.remedy).toMatch(/^[A-Z].*\.$/)
    }
  })
})
