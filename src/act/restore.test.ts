import { describe, expect, it } from 'vitest'
import { addOldGroup, clusterName, smallWorld } from '../../test/small-world.ts'
import type { Action } from '../decide/action.ts'
import { act } from './act.ts'

const base = { object: 'x', reason: 'test' }

/** A world with three old nodes, and acting in it: the kind of the answer. */
function acting() {
  const world = smallWorld()
  const group = addOldGroup(world)
  const { aws, clock, kube } = world.connect('regroup')
  const context = { aws, kube, clock, clusterName, assertLeaseHeld: () => undefined }
  return {
    world,
    group,
    name: world.cluster.store.list('Node')[0]?.metadata.name ?? '',
    do: async (action: Action) => (await world.call(act(action, context))).kind,
  }
}

describe('restore-group', () => {
  const fence: Action = {
    ...base,
    kind: 'fence-group',
    groupName: 'old',
    maxSize: 3,
    suspend: ['AZRebalance', 'ScheduledActions'],
    fenceTag: 'before',
    removeTags: [],
  }
  const restore: Action = {
    ...base,
    kind: 'restore-group',
    groupName: 'old',
    minSize: 1,
    maxSize: 6,
    resume: ['AZRebalance'],
    discovery: { value: 'true', isPropagated: false },
    removeTags: ['regroup.dev/fence'],
  }

  it('puts sizes, processes and tags back, the fence last; twice is once', async () => {
    const { do: run, group, world } = acting()
    await run(fence)
    world.faults.add({
      operation: 'autoscaling:DeleteTags',
      effect: { kind: 'error-before', code: 'unavailable' },
      occurrences: [1],
    })
    await expect(run(restore)).rejects.toMatchObject({ code: 'unavailable' })
    expect(group.tags.has('regroup.dev/fence')).toBe(true)
    expect(await run(restore)).toBe('done')
    expect(group).toMatchObject({ minSize: 1, maxSize: 6, desiredCapacity: 3 })
    expect([...group.suspended]).toEqual(['ScheduledActions'])
    expect(group.tags.has('regroup.dev/fence')).toBe(false)
    expect(group.tags.get('k8s.io/cluster-autoscaler/enabled')).toMatchObject({
      value: 'true',
      isPropagated: false,
    })
    expect(await run(restore)).toBe('skipped')
    expect(await run({ ...restore, groupName: 'gone' })).toBe('skipped')
  })
})

describe('restore-node', () => {
  it('takes back the cordon of ours with its mark, and our taint; other taints stay', async () => {
    const { do: run, name, world } = acting()
    const { server, store } = world.cluster
    const other = { key: 'team', value: 'shop', effect: 'NoSchedule' }
    const body = { spec: { taints: [other] } }
    server.patch('Node', { name }, { type: 'merge', body }, 'admin')
    const node = () => store.get('Node', undefined, name)
    await run({ ...base, kind: 'prefer-no-schedule', nodeName: name })
    await run({ ...base, kind: 'cordon', nodeName: name, uid: node()?.metadata.uid ?? '' })
    world.advance(5000)
    const restore: Action = { ...base, kind: 'restore-node', nodeName: name }
    expect(await run(restore)).toBe('done')
    world.advance(5000)
    expect(node()?.spec?.unschedulable ?? false).toBe(false)
    expect(node()?.spec?.taints).toEqual([other])
    expect(node()?.metadata.annotations?.['regroup.dev/cordoned-at']).toBeUndefined()
    expect(await run(restore)).toBe('skipped')
    expect(await run({ ...restore, nodeName: 'gone' })).toBe('skipped')
  })

  it('leaves the cordon that someone else had made before ours', async () => {
    const { do: run, name, world } = acting()
    const { server, store } = world.cluster
    const node = () => store.get('Node', undefined, name)
    server.patch(
      'Node',
      { name },
      { type: 'merge', body: { spec: { unschedulable: true } } },
      'admin',
    )
    const uid = node()?.metadata.uid ?? ''
    await run({ ...base, kind: 'cordon', nodeName: name, uid, wasCordoned: true })
    world.advance(5000)
    expect(await run({ ...base, kind: 'restore-node', nodeName: name })).toBe('done')
    expect(node()?.spec?.unschedulable).toBe(true)
    const keys = Object.keys(node()?.metadata.annotations ?? {})
    expect(keys.filter((key) => key.startsWith('regroup'))).toEqual([])
  })

  it('leaves the cordon of someone else', async () => {
    const { do: run, name, world } = acting()
    const { server, store } = world.cluster
    await run({ ...base, kind: 'prefer-no-schedule', nodeName: name })
    const body = { spec: { unschedulable: true } }
    server.patch('Node', { name }, { type: 'merge', body }, 'admin')
    expect(await run({ ...base, kind: 'restore-node', nodeName: name })).toBe('done')
    const { spec } = store.get('Node', undefined, name) ?? {}
    expect(spec?.unschedulable).toBe(true)
    expect(spec?.taints?.some((taint) => taint.key.startsWith('regroup'))).toBe(false)
  })
})

describe('restore-priorities', () => {
  it('overwrites or deletes the map that was seen, and no other', async () => {
    const { do: run, world } = acting()
    const name = 'cluster-autoscaler-priority-expander'
    const stored = () => world.cluster.store.get('ConfigMap', 'kube-system', name)
    const annotations = { 'regroup.dev/node-groups': 'a=b', mine: 'stays' }
    const publish = { ...base, kind: 'publish-priorities', text: 'ours', annotations } as const
    await run({ ...publish, resourceVersion: undefined })
    const restore = (text: string | undefined, resourceVersion: string): Action => ({
      ...base,
      kind: 'restore-priorities',
      text,
      resourceVersion,
    })
    expect(await run(restore('before', '1'))).toBe('skipped')
    expect(await run(restore('before', stored()?.metadata.resourceVersion ?? ''))).toBe('done')
    expect(stored()?.data).toEqual({ priorities: 'before' })
    expect(stored()?.metadata.annotations).toEqual({ mine: 'stays' })
    expect(await run(restore(undefined, '1'))).toBe('skipped')
    expect(await run(restore(undefined, stored()?.metadata.resourceVersion ?? ''))).toBe('done')
    expect(stored()).toBeUndefined()
  })
})
