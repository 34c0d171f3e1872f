import { describe, expect, it } from 'vitest'
import {
  addOldGroup,
  addPod,
  clusterName,
  type SmallWorld,
  smallWorld,
} from '../../test/small-world.ts'
import type { Action, NodeGroupCreation } from '../decide/action.ts'
import { RegroupError } from '../world/failure.ts'
import { act } from './act.ts'
import type { ActContext, ActionResult } from './context.ts'
import { idempotencyToken } from './token.ts'

function acting(world: SmallWorld, parts: Partial<ActContext> = {}) {
  const { aws, clock, kube, session } = world.connect('regroup')
  const context: ActContext = {
    aws,
    kube,
    clock,
    clusterName,
    assertLeaseHeld: () => undefined,
    ...parts,
  }
  return {
    session,
    /** `done`, `skipped`, or the kind of an eviction's answer. */
    do: async (action: Action): Promise<string> => wordOf(await world.call(act(action, context))),
    codeOf: (action: Action) => world.codeOf(act(action, context)),
  }
}

function wordOf(result: ActionResult): string {
  return result.kind === 'eviction' ? result.result.kind : result.kind
}

const base = { object: 'x', reason: 'test' }
const nodeOf = (world: SmallWorld, index: number) => {
  const id = [...(world.account.groups.get('old')?.instanceIds ?? [])][index] ?? ''
  return { id, name: world.cluster.machines.nodeOf(id)?.metadata.name ?? '' }
}
const group = (world: SmallWorld) => world.account.groups.get('old')

describe('fence-group', () => {
  const fence = (fenceTag = 'before'): Action => ({
    ...base,
    kind: 'fence-group',
    groupName: 'old',
    maxSize: 3,
    suspend: ['AZRebalance'],
    fenceTag,
    removeTags: ['k8s.io/cluster-autoscaler/enabled'],
  })

  it('writes the previous values before it changes anything', async () => {
    const world = smallWorld()
    addOldGroup(world, { tags: { 'k8s.io/cluster-autoscaler/enabled': 'true' } })
    world.faults.add({
      operation: 'autoscaling:*',
      object: '',
      effect: { kind: 'error-before', code: 'throttled' },
      occurrences: [3],
    })
    expect(await acting(world).codeOf(fence())).toBe('throttled')
    expect(group(world)).toMatchObject({ maxSize: 6 })
    const { AutoScalingGroups } = await world.call(
      world.api.autoScaling.describeAutoScalingGroups({}),
    )
    expect(AutoScalingGroups?.[0]?.Tags).toContainEqual(
      expect.objectContaining({ Key: 'regroup.dev/fence', Value: 'before' }),
    )
  })

  it('is idempotent and never overwrites the first values', async () => {
    const world = smallWorld()
    addOldGroup(world, { tags: { 'k8s.io/cluster-autoscaler/enabled': 'true' } })
    expect(await acting(world).do(fence())).toBe('done')
    expect(await acting(world).do(fence('later'))).toBe('done')
    const { AutoScalingGroups } = await world.call(
      world.api.autoScaling.describeAutoScalingGroups({}),
    )
    const [found] = AutoScalingGroups ?? []
    expect(found).toMatchObject({ MaxSize: 3, MinSize: 0, DesiredCapacity: 3 })
    expect(found?.SuspendedProcesses?.map((one) => one.ProcessName)).toEqual(['AZRebalance'])
    expect(
      found?.Tags?.map((tag) => `${tag.Key}=${tag.Value}`).filter(
        (tag) => !tag.includes('kubernetes.io/cluster'),
      ),
    ).toEqual(['regroup.dev/fence=before'])
  })

  it('is skipped when the desired capacity has changed, and when the group is gone', async () => {
    const world = smallWorld()
    expect(await acting(world).do(fence())).toBe('skipped')
    addOldGroup(world, { desiredCapacity: 2 })
    expect(await acting(world).do(fence())).toBe('skipped')
    expect(group(world)?.maxSize).toBe(6)
  })
})

describe('terminate', () => {
  const terminate = ({ id, name }: { id: string; name: string }): Action => ({
    ...base,
    kind: 'terminate',
    groupName: 'old',
    instanceId: id,
    nodeName: name,
  })

  it('takes exactly this instance and one off the desired capacity', async () => {
    const world = smallWorld()
    addOldGroup(world)
    const node = nodeOf(world, 1)
    expect(await acting(world).do(terminate(node))).toBe('done')
    expect(group(world)?.desiredCapacity).toBe(2)
    world.advance(300_000)
    expect(group(world)?.instanceIds.has(node.id)).toBe(false)
  })

  it('looks again: a pod that came meanwhile keeps the node', async () => {
    const world = smallWorld()
    addOldGroup(world)
    const node = nodeOf(world, 0)
    addPod(world, node.name, false)
    expect(await acting(world).do(terminate(node))).toBe('skipped')
    expect(group(world)?.desiredCapacity).toBe(3)
  })

  it('keeps a node with an attached volume', async () => {
    const world = smallWorld()
    addOldGroup(world)
    const node = nodeOf(world, 0)
    world.cluster.store.create('VolumeAttachment', {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttachment',
      metadata: { name: 'csi-1' },
      spec: { attacher: 'ebs.csi.aws.com', nodeName: node.name, source: {} },
    })
    expect(await acting(world).do(terminate(node))).toBe('skipped')
  })

  it('never goes below the minimum, never twice, never another group', async () => {
    const world = smallWorld()
    addOldGroup(world, { minSize: 3 })
    const node = nodeOf(world, 0)
    expect(await acting(world).do(terminate(node))).toBe('skipped')
    expect(await acting(world).do({ ...base, kind: 'lower-minimum', groupName: 'old' })).toBe(
      'done',
    )
    expect(await acting(world).do(terminate(node))).toBe('done')
    expect(await acting(world).do(terminate(node))).toBe('skipped')
    expect(
      await acting(world).do(terminate({ ...nodeOf(world, 1), id: 'i-0123456789abcdef0' })),
    ).toBe('skipped')
    expect(group(world)?.desiredCapacity).toBe(2)
  })
})

describe('the end of a group', () => {
  it('is marked, kept at zero, and deleted without force; twice is once', async () => {
    const world = smallWorld()
    addOldGroup(world, { desiredCapacity: 0 })
    const mark: Action = {
      ...base,
      kind: 'mark-empty',
      groupName: 'old',
      atMs: world.kernel.nowMs(),
    }
    expect(await acting(world).do(mark)).toBe('done')
    expect(group(world)).toMatchObject({ minSize: 0, maxSize: 0, desiredCapacity: 0 })
    const remove: Action = { ...base, kind: 'delete-group', groupName: 'old' }
    expect(await acting(world).do(remove)).toBe('done')
    world.advance(300_000)
    expect(group(world)).toBeUndefined()
    expect(await acting(world).do(remove)).toBe('skipped')
  })

  it('does not come while it has an instance', async () => {
    const world = smallWorld()
    addOldGroup(world, { desiredCapacity: 1 })
    const mark: Action = { ...base, kind: 'mark-empty', groupName: 'old', atMs: 0 }
    expect(await acting(world).do(mark)).toBe('skipped')
    expect(await acting(world).do({ ...base, kind: 'delete-group', groupName: 'old' })).toBe(
      'skipped',
    )
    expect(group(world)).toMatchObject({ desiredCapacity: 1, maxSize: 6 })
  })
})

describe('capacity', () => {
  const scale = (fromCount: number, toCount: number): Action => ({
    ...base,
    kind: 'scale-up',
    groupName: 'old',
    fromCount,
    toCount,
  })

  it('is raised from what was seen, and only from that', async () => {
    const world = smallWorld()
    addOldGroup(world)
    expect(await acting(world).do(scale(3, 5))).toBe('done')
    expect(await acting(world).do(scale(3, 5))).toBe('skipped')
    expect(group(world)?.desiredCapacity).toBe(5)
  })

  it('is withdrawn only where no instance came of it', async () => {
    const world = smallWorld()
    addOldGroup(world)
    expect(
      await acting(world).do({ ...base, kind: 'withdraw-launches', groupName: 'old', toCount: 2 }),
    ).toBe('skipped')
    expect(group(world)?.desiredCapacity).toBe(3)
  })
})

describe('nodes and pods', () => {
  it('a cordon carries its owner in the same write, and hits no other node of the name', async () => {
    const world = smallWorld()
    addOldGroup(world)
    const { name } = nodeOf(world, 0)
    const node = () => world.cluster.store.get('Node', undefined, name)
    const uid = node()?.metadata.uid ?? ''
    const cordon = (of: string): Action => ({ ...base, kind: 'cordon', nodeName: name, uid: of })
    expect(await acting(world).do(cordon('another'))).toBe('skipped')
    expect(node()?.spec?.unschedulable).toBeUndefined()
    expect(await acting(world).do(cordon(uid))).toBe('done')
    expect(node()?.spec?.unschedulable).toBe(true)
    expect(node()?.metadata.annotations?.['regroup.dev/cordoned-at']).toMatch(/^2026-09-01T08:00:0/)
    expect(await acting(world).do({ ...cordon(uid), nodeName: 'gone' } as Action)).toBe('skipped')
  })

  it('a soft taint leaves the others, protection is taken back whole', async () => {
    const world = smallWorld()
    addOldGroup(world)
    const { name } = nodeOf(world, 0)
    const node = () => world.cluster.store.get('Node', undefined, name)
    const { do: run } = acting(world)
    await run({ ...base, kind: 'prefer-no-schedule', nodeName: name })
    await run({ ...base, kind: 'prefer-no-schedule', nodeName: name })
    expect(
      node()?.spec?.taints?.filter((taint) => taint.key === 'regroup.dev/retiring'),
    ).toHaveLength(1)
    await run({ ...base, kind: 'protect-node', nodeName: name })
    expect(node()?.metadata.annotations).toMatchObject({
      'cluster-autoscaler.kubernetes.io/scale-down-disabled': 'true',
    })
    await run({ ...base, kind: 'unprotect-node', nodeName: name })
    expect(
      Object.keys(node()?.metadata.annotations ?? {}).filter((key) => key.includes('scale-down')),
    ).toEqual([])
  })

  it('an eviction is for one uid: a successor of the name stays', async () => {
    const world = smallWorld()
    addOldGroup(world)
    const { name } = nodeOf(world, 0)
    addPod(world, name, false)
    const pod = `web-${name}`
    const uid = world.cluster.store.get('Pod', 'default', pod)?.metadata.uid ?? ''
    const evict = (of: string, podName = pod): Action => ({
      ...base,
      kind: 'evict',
      namespace: 'default',
      pod: podName,
      uid: of,
      nodeName: name,
    })
    expect(await acting(world).do(evict('another'))).toBe('precondition-failed')
    expect(await acting(world).do(evict(uid, 'no-such-pod'))).toBe('gone')
    expect(await acting(world).do(evict(uid))).toBe('evicted')
  })
})

describe('records', () => {
  const record = (originalNodeCount: number): Action => ({
    ...base,
    kind: 'write-record',
    record: { originalNodeCount },
  })
  const stored = (world: SmallWorld, name: string) =>
    world.cluster.store.get('ConfigMap', 'kube-system', name)

  it('are created, changed and removed; a missing one is no error', async () => {
    const world = smallWorld()
    const { do: run } = acting(world)
    await run(record(3))
    await run(record(4))
    expect(stored(world, 'regroup-migration')?.data).toEqual({ originalNodeCount: '4' })
    expect(await run({ ...base, kind: 'delete-record' })).toBe('done')
    expect(await run({ ...base, kind: 'delete-record' })).toBe('done')
    expect(stored(world, 'regroup-migration')).toBeUndefined()
  })

  it('the priority map of someone else is not overwritten', async () => {
    const world = smallWorld()
    const name = 'cluster-autoscaler-priority-expander'
    const publish = (text: string, resourceVersion?: string): Action => ({
      ...base,
      kind: 'publish-priorities',
      text,
      annotations: {},
      resourceVersion,
    })
    const { do: run } = acting(world)
    expect(await run(publish('one'))).toBe('done')
    expect(await run(publish('two'))).toBe('skipped')
    const version = stored(world, name)?.metadata.resourceVersion ?? ''
    expect(await run(publish('three', version))).toBe('done')
    expect(await run(publish('four', version))).toBe('skipped')
    expect(stored(world, name)?.data).toEqual({ priorities: 'three' })
  })
})

describe('create-node-group', () => {
  const creation: NodeGroupCreation = {
    nodeGroupName: 'ng',
    subnetIds: ['subnet-a'],
    nodeRole: 'arn:aws:iam::111122223333:role/nodes',
    capacityType: 'ON_DEMAND',
    amiType: 'AL2023_x86_64_STANDARD',
    releaseVersion: undefined,
    instanceTypes: ['m6i.large'],
    minSize: 0,
    maxSize: 3,
    desiredSize: 0,
    labels: {},
    taints: [],
    tags: {},
    updateConfig: undefined,
    launchTemplate: {
      name: 'regroup-ng-1',
      data: { EbsOptimized: true },
      tags: {},
      isGzipped: false,
      contentHash: 'h',
    },
  }
  const create: Action = { ...base, kind: 'create-node-group', creation }

  it('makes one group and one launch template, however often it is tried', async () => {
    const world = smallWorld()
    expect(await acting(world).do(create)).toBe('done')
    expect(['done', 'skipped']).toContain(await acting(world).do(create))
    world.advance(600_000)
    const { nodegroups } = await world.call(world.api.eks.listNodegroups({ clusterName }))
    const { LaunchTemplates } = await world.call(world.api.ec2.describeLaunchTemplates({}))
    expect(nodegroups).toEqual(['ng'])
    expect(
      LaunchTemplates?.filter((one) => one.LaunchTemplateName === 'regroup-ng-1'),
    ).toHaveLength(1)
  })

  it('goes on after a launch template whose answer was lost', async () => {
    const world = smallWorld()
    world.faults.add({
      operation: 'ec2:CreateLaunchTemplate',
      effect: { kind: 'error-after', code: 'timeout' },
      occurrences: [1],
    })
    expect(await acting(world).codeOf(create)).toBe('timeout')
    expect(await acting(world).do(create)).toBe('done')
  })
})

describe('the lease', () => {
  const lost = (): void => {
    throw new RegroupError('lease-lost', 'gone')
  }
  const rows: readonly Action[] = [
    { ...base, kind: 'lower-minimum', groupName: 'old' },
    { ...base, kind: 'scale-up', groupName: 'old', fromCount: 3, toCount: 4 },
    { ...base, kind: 'protect-node', nodeName: 'n' },
    { ...base, kind: 'evict', namespace: 'default', pod: 'p', uid: 'u', nodeName: 'n' },
    { ...base, kind: 'write-record', record: {} },
    { ...base, kind: 'delete-record' },
    { ...base, kind: 'delete-warm-pool', groupName: 'old' },
    { ...base, kind: 'restore-priorities', text: undefined, resourceVersion: '1' },
    { ...base, kind: 'update-control-plane', fromVersion: '1.32', toVersion: '1.33' },
    { ...base, kind: 'update-addon', addonName: 'coredns', addonVersion: 'v1' },
    {
      ...base,
      kind: 'set-autoscaler-image',
      namespace: 'kube-system',
      deployment: 'ca',
      container: 'ca',
      image: 'x',
    },
  ]
  it.each(rows)('is asked before $kind writes', async (action) => {
    const world = smallWorld()
    addOldGroup(world)
    const before = world.cluster.store.resourceVersion
    expect(await acting(world, { assertLeaseHeld: lost }).codeOf(action)).toBe('lease-lost')
    expect(world.cluster.store.resourceVersion).toBe(before)
    expect(world.changes).toEqual([])
  })
})

describe('idempotencyToken', () => {
  it('is stable, short, and another one for other content', () => {
    const token = idempotencyToken(['node-group', 'c1', 'ng', 'h1'])
    expect(token).toBe(idempotencyToken(['node-group', 'c1', 'ng', 'h1']))
    expect(token).toMatch(/^regroup-[0-9a-f]{32}$/)
    expect(token).not.toBe(idempotencyToken(['node-group', 'c1', 'ng', 'h2']))
    expect(token).not.toBe(idempotencyToken(['node-group', 'c1', 'ngh1']))
  })
})
