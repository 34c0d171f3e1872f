/** Auto Scaling: sizes, reconciliation, termination, deletion, protection, tags. Twin layer. */

import { describe, expect, it } from 'vitest'
import { addOldGroup, type SmallWorld, smallWorld } from '../../../../test/small-world.ts'
import type { GroupState } from '../state.ts'
import { interruptSpot } from './loss.ts'
import { liveInstances } from './reconcile.ts'

const minuteMs = 60_000
const name = { AutoScalingGroupName: 'old' }

function countOf(world: SmallWorld, group: GroupState): number {
  return liveInstances(world.account, group).length
}

function zonesOf(world: SmallWorld, group: GroupState): readonly string[] {
  return liveInstances(world.account, group)
    .map((one) => one.zone.slice(-1))
    .sort()
}

describe('refusals', () => {
  type Refusal = {
    name: string
    code: string
    spec?: Parameters<typeof addOldGroup>[1]
    call: (world: SmallWorld, firstId: string) => Promise<unknown>
  }
  const rows: Refusal[] = [
    {
      name: 'desired above maximum',
      code: 'ValidationError',
      call: ({ api }) => api.autoScaling.setDesiredCapacity({ ...name, DesiredCapacity: 7 }),
    },
    {
      name: 'desired below minimum',
      code: 'ValidationError',
      spec: { minSize: 2 },
      call: ({ api }) => api.autoScaling.setDesiredCapacity({ ...name, DesiredCapacity: 1 }),
    },
    {
      name: 'minimum above maximum',
      code: 'ValidationError',
      call: ({ api }) => api.autoScaling.updateAutoScalingGroup({ ...name, MinSize: 9 }),
    },
    {
      name: 'a change that the twin does not have',
      code: 'ValidationError',
      call: ({ api }) =>
        api.autoScaling.updateAutoScalingGroup({ ...name, AvailabilityZoneDistribution: {} }),
    },
    {
      name: 'no such group',
      code: 'ValidationError',
      call: ({ api }) =>
        api.autoScaling.setDesiredCapacity({ AutoScalingGroupName: 'x', DesiredCapacity: 1 }),
    },
    {
      name: 'decrement below the minimum',
      code: 'ValidationError',
      spec: { minSize: 3 },
      call: ({ api }, InstanceId) =>
        api.autoScaling.terminateInstanceInAutoScalingGroup({
          InstanceId,
          ShouldDecrementDesiredCapacity: true,
        }),
    },
    {
      name: 'delete with instances',
      code: 'ResourceInUse',
      call: ({ api }) => api.autoScaling.deleteAutoScalingGroup(name),
    },
    {
      name: 'unknown process',
      code: 'ValidationError',
      call: ({ api }) => api.autoScaling.suspendProcesses({ ...name, ScalingProcesses: ['Lanch'] }),
    },
    {
      name: 'protection of a stranger',
      code: 'ValidationError',
      call: ({ api }) =>
        api.autoScaling.setInstanceProtection({
          ...name,
          InstanceIds: ['i-x'],
          ProtectedFromScaleIn: true,
        }),
    },
  ]
  it.each(rows)('$name', async ({ call, code, spec }) => {
    const world = smallWorld()
    const group = addOldGroup(world, spec)
    const first = [...group.instanceIds][0] ?? ''
    expect(await world.codeOf(call(world, first))).toBe(code)
    expect(countOf(world, group)).toBe(3)
  })

  it('names the rule when a decrement would pass the minimum', async () => {
    const world = smallWorld()
    const group = addOldGroup(world, { minSize: 3 })
    const InstanceId = [...group.instanceIds][0]
    const input = { InstanceId, ShouldDecrementDesiredCapacity: true }
    await expect(
      world.call(world.api.autoScaling.terminateInstanceInAutoScalingGroup(input)),
    ).rejects.toThrow('Currently, desiredSize equals minSize (3).')
  })
})

describe('sizes', () => {
  it('launches in the emptiest zones within seconds and joins within two minutes', async () => {
    const world = smallWorld()
    const group = addOldGroup(world)
    await world.call(world.api.autoScaling.setDesiredCapacity({ ...name, DesiredCapacity: 6 }))
    world.advance(15_000)
    expect(zonesOf(world, group)).toEqual(['a', 'a', 'b', 'b', 'c', 'c'])
    world.advance(2 * minuteMs)
    const ready = world.cluster.store
      .list('Node')
      .filter((node) => node.status?.conditions?.some((one) => one.type === 'Ready'))
    expect(ready).toHaveLength(6)
  })

  it('takes the fullest zone first on scale-in and spares protected instances', async () => {
    const world = smallWorld()
    const group = addOldGroup(world, { desiredCapacity: 5 })
    const spared = liveInstances(world.account, group).filter((one) => one.zone === 'eu-west-1a')
    const InstanceIds = spared.map((one) => one.id)
    const protect = { ...name, InstanceIds, ProtectedFromScaleIn: true }
    await world.call(world.api.autoScaling.setInstanceProtection(protect))
    await world.call(world.api.autoScaling.setDesiredCapacity({ ...name, DesiredCapacity: 3 }))
    world.advance(minuteMs)
    expect(zonesOf(world, group).slice(0, 2)).toEqual(['a', 'a'])
    expect(world.cluster.store.count('Node')).toBe(3)
  })

  it('terminates one instance with decrement and gives its address back', async () => {
    const world = smallWorld()
    const group = addOldGroup(world)
    const [InstanceId] = group.instanceIds
    const input = { InstanceId, ShouldDecrementDesiredCapacity: true }
    await world.call(world.api.autoScaling.terminateInstanceInAutoScalingGroup(input))
    world.advance(minuteMs)
    expect(group.desiredCapacity).toBe(2)
    expect(countOf(world, group)).toBe(2)
    expect(world.account.subnets.get('subnet-a')?.freeAddressCount).toBe(100)
    expect(world.changes.map((change) => change.kind)).toEqual([
      'instance-terminating',
      'instance-terminated',
    ])
  })

  it('replaces an instance that is terminated without decrement', async () => {
    const world = smallWorld()
    const group = addOldGroup(world)
    const [InstanceId] = group.instanceIds
    const input = { InstanceId, ShouldDecrementDesiredCapacity: false }
    await world.call(world.api.autoScaling.terminateInstanceInAutoScalingGroup(input))
    world.advance(minuteMs)
    expect(zonesOf(world, group)).toEqual(['a', 'b', 'c'])
    expect(group.instanceIds.has(InstanceId ?? '')).toBe(false)
  })
})

describe('suspended processes', () => {
  const rows = [
    { name: 'Launch', process: 'Launch', desired: 5, expected: 3 },
    { name: 'Terminate', process: 'Terminate', desired: 1, expected: 3 },
    { name: 'another one', process: 'AlarmNotification', desired: 5, expected: 5 },
  ]
  it.each(rows)('$name', async ({ desired, expected, process }) => {
    const world = smallWorld()
    const group = addOldGroup(world)
    const suspend = { ...name, ScalingProcesses: [process] }
    await world.call(world.api.autoScaling.suspendProcesses(suspend))
    await world.call(
      world.api.autoScaling.setDesiredCapacity({ ...name, DesiredCapacity: desired }),
    )
    world.advance(minuteMs)
    expect(countOf(world, group)).toBe(expected)
    await world.call(world.api.autoScaling.resumeProcesses(suspend))
    world.advance(minuteMs)
    expect(countOf(world, group)).toBe(desired)
  })
})

describe('rebalancing', () => {
  const rows = [
    { name: 'moves an instance into the empty zone', suspended: [], expected: ['a', 'b', 'c'] },
    { name: 'not while suspended', suspended: ['AZRebalance'], expected: ['a', 'a', 'b'] },
  ]
  it.each(rows)('$name', async ({ expected, suspended }) => {
    const world = smallWorld()
    const group = addOldGroup(world, { desiredCapacity: 4, suspended })
    const [inC] = liveInstances(world.account, group).filter((one) => one.zone.endsWith('c'))
    const input = { InstanceId: inC?.id, ShouldDecrementDesiredCapacity: true }
    await world.call(world.api.autoScaling.terminateInstanceInAutoScalingGroup(input))
    world.advance(10 * minuteMs)
    expect(zonesOf(world, group)).toEqual(expected)
  })
})

describe('capacity', () => {
  it('fails with an activity, retries with growing delay, and succeeds after the outage', async () => {
    const world = smallWorld()
    const group = addOldGroup(world)
    const untilMs = world.kernel.nowMs() + 5 * minuteMs
    world.account.capacity.addOutage({ instanceType: 'm6i.large', untilMs })
    await world.call(world.api.autoScaling.setDesiredCapacity({ ...name, DesiredCapacity: 4 }))
    world.advance(4 * minuteMs)
    const { Activities } = await world.call(world.api.autoScaling.describeScalingActivities(name))
    expect(Activities?.map((one) => one.StatusCode)).toEqual(['Failed', 'Failed', 'Failed'])
    expect(Activities?.[0]?.StatusMessage).toContain('InsufficientInstanceCapacity')
    const starts = (Activities ?? []).map((one) => one.StartTime?.getTime() ?? 0)
    expect((starts[0] ?? 0) - (starts[1] ?? 0)).toBe(2 * minuteMs)
    expect(countOf(world, group)).toBe(3)
    world.advance(10 * minuteMs)
    expect(countOf(world, group)).toBe(4)
  })

  it('a new desired capacity does not wait for the retry', async () => {
    const world = smallWorld()
    const group = addOldGroup(world)
    world.account.capacity.addOutage({ zone: 'eu-west-1a' })
    world.account.capacity.addOutage({ zone: 'eu-west-1b' })
    world.account.capacity.addOutage({ zone: 'eu-west-1c' })
    await world.call(world.api.autoScaling.setDesiredCapacity({ ...name, DesiredCapacity: 4 }))
    world.advance(5 * minuteMs)
    await world.call(world.api.autoScaling.setDesiredCapacity({ ...name, DesiredCapacity: 2 }))
    world.advance(10_000)
    expect(countOf(world, group)).toBe(2)
  })

  const rows = [
    {
      name: 'another zone takes over',
      prepare: (world: SmallWorld) => world.account.capacity.addOutage({ zone: 'eu-west-1a' }),
      expected: ['a', 'b', 'b', 'c'],
      text: undefined,
    },
    {
      name: 'the vCPU quota holds',
      prepare: (world: SmallWorld) => world.account.capacity.setVcpuLimit('ON_DEMAND', 7),
      expected: ['a', 'b', 'c'],
      text: 'VcpuLimitExceeded',
    },
    {
      name: 'no address, no launch',
      prepare: (world: SmallWorld) => {
        for (const subnet of world.account.subnets.values()) subnet.freeAddressCount = 0
      },
      expected: ['a', 'b', 'c'],
      text: 'InsufficientFreeAddresses',
    },
  ]
  it.each(rows)('$name', async ({ expected, prepare, text }) => {
    const world = smallWorld()
    const group = addOldGroup(world)
    prepare(world)
    await world.call(world.api.autoScaling.setDesiredCapacity({ ...name, DesiredCapacity: 4 }))
    world.advance(30_000)
    expect(zonesOf(world, group)).toEqual(expected)
    if (text !== undefined) expect(group.activities[0]?.statusMessage).toContain(text)
  })
})

describe('losses', () => {
  const rows = [
    { name: 'replaced', suspended: [], expected: 3 },
    {
      name: 'not replaced while ReplaceUnhealthy is suspended',
      suspended: ['ReplaceUnhealthy'],
      expected: 2,
    },
  ]
  it.each(rows)(
    'a spot instance goes two minutes after its notice: $name',
    ({ expected, suspended }) => {
      const world = smallWorld()
      const group = addOldGroup(world, { suspended })
      const [id = ''] = group.instanceIds
      interruptSpot(world.account, id)
      world.advance(119_000)
      expect(world.account.instances.get(id)?.state).toBe('running')
      world.advance(2 * minuteMs)
      expect(world.account.instances.get(id)?.state).toBe('terminated')
      expect(countOf(world, group)).toBe(expected)
    },
  )
})

describe('deletion', () => {
  it('goes when empty, and only once', async () => {
    const world = smallWorld()
    addOldGroup(world, { desiredCapacity: 0 })
    await world.call(world.api.autoScaling.deleteAutoScalingGroup(name))
    await world.call(world.api.autoScaling.deleteAutoScalingGroup(name))
    world.advance(minuteMs)
    expect(world.account.groups.size).toBe(0)
    expect(world.changes.map((change) => change.kind)).toEqual(['group-deleted'])
  })

  it('with force ends all instances and launches none', async () => {
    const world = smallWorld()
    addOldGroup(world)
    await world.call(world.api.autoScaling.deleteAutoScalingGroup({ ...name, ForceDelete: true }))
    world.advance(5 * minuteMs)
    expect(world.account.groups.size).toBe(0)
    expect([...world.account.instances.values()].map((one) => one.state)).toEqual(
      Array(3).fill('terminated'),
    )
    expect(world.cluster.store.count('Node')).toBe(0)
  })

  it('is refused while instances are shutting down', async () => {
    const world = smallWorld()
    const group = addOldGroup(world)
    await world.call(
      world.api.autoScaling.updateAutoScalingGroup({ ...name, MaxSize: 0, DesiredCapacity: 0 }),
    )
    world.advance(10_000)
    expect(group.activities.some((one) => one.statusCode === 'InProgress')).toBe(true)
    expect(await world.codeOf(world.api.autoScaling.deleteAutoScalingGroup(name))).toBe(
      'ResourceInUse',
    )
    world.advance(2 * minuteMs)
    expect(await world.codeOf(world.api.autoScaling.deleteAutoScalingGroup(name))).toBe('ok')
  })

  it('leaves the launch configuration, which goes afterwards', async () => {
    const world = smallWorld()
    addOldGroup(world, { desiredCapacity: 0, launchKind: 'configuration' })
    const input = { LaunchConfigurationName: 'old-config' }
    const { autoScaling } = world.api
    const listed = await world.call(autoScaling.describeLaunchConfigurations({}))
    expect(listed.LaunchConfigurations?.[0]?.InstanceType).toBe('m6i.large')
    expect(await world.codeOf(autoScaling.deleteLaunchConfiguration(input))).toBe('ResourceInUse')
    await world.call(autoScaling.deleteAutoScalingGroup(name))
    world.advance(minuteMs)
    expect(await world.codeOf(autoScaling.deleteLaunchConfiguration(input))).toBe('ok')
  })
})

describe('reads', () => {
  it('pages groups, activities and tags', async () => {
    const world = smallWorld()
    for (let index = 0; index < 3; index += 1) {
      addOldGroup(world, { name: `g${index}`, desiredCapacity: 0, tags: { team: `t${index}` } })
    }
    const { autoScaling } = world.api
    const first = await world.call(autoScaling.describeAutoScalingGroups({ MaxRecords: 2 }))
    const { NextToken } = first
    const second = await world.call(
      autoScaling.describeAutoScalingGroups({ MaxRecords: 2, NextToken }),
    )
    const names = [first, second].flatMap((one) => one.AutoScalingGroups ?? [])
    expect(names.map((group) => group.AutoScalingGroupName)).toEqual(['g0', 'g1', 'g2'])
    expect(second.NextToken).toBeUndefined()
    const Filters = [{ Name: 'tag:team', Values: ['t1'] }]
    const tagged = await world.call(autoScaling.describeAutoScalingGroups({ Filters }))
    expect(tagged.AutoScalingGroups?.map((group) => group.AutoScalingGroupName)).toEqual(['g1'])
    const { Tags } = await world.call(
      autoScaling.describeTags({ Filters: [{ Name: 'key', Values: ['team'] }] }),
    )
    expect(Tags?.map((tag) => tag.Value)).toEqual(['t0', 't1', 't2'])
  })

  it('answers fresh objects', async () => {
    const world = smallWorld()
    addOldGroup(world)
    const read = () => world.call(world.api.autoScaling.describeAutoScalingGroups({}))
    const before = await read()
    const again = await read()
    expect(again).toEqual(before)
    expect(again.AutoScalingGroups?.[0]).not.toBe(before.AutoScalingGroups?.[0])
    await world.call(world.api.autoScaling.setDesiredCapacity({ ...name, DesiredCapacity: 4 }))
    expect(before.AutoScalingGroups?.[0]?.DesiredCapacity).toBe(3)
  })
})
