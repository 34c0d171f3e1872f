/** Groups that callers make: launched from templates, mixed, hooked, refreshed, moved. Twin layer. */

import type * as Sdk from '@aws-sdk/client-auto-scaling'
import { beforeEach, describe, expect, it } from 'vitest'
import { type SmallWorld, smallWorld } from '../../../../test/small-world.ts'

const minuteMs = 60_000
const name = { AutoScalingGroupName: 'made' }
let world: SmallWorld

beforeEach(async () => {
  world = smallWorld()
  const ImageId = world.account.images.newest('AmazonLinux2023', 'amd64', '1.32')?.id
  const data = { ImageId, InstanceType: 'm6i.large' as const }
  const names = { LaunchTemplateName: 'template' }
  const { ec2 } = world.api
  await world.call(ec2.createLaunchTemplate({ ...names, LaunchTemplateData: data }))
})

async function create(change: Partial<Sdk.CreateAutoScalingGroupType> = {}): Promise<void> {
  await world.call(world.api.autoScaling.createAutoScalingGroup(requestOf(change)))
}

function requestOf(
  change: Partial<Sdk.CreateAutoScalingGroupType>,
): Sdk.CreateAutoScalingGroupType {
  return {
    ...name,
    MinSize: 0,
    MaxSize: 6,
    DesiredCapacity: 3,
    VPCZoneIdentifier: 'subnet-a,subnet-b,subnet-c',
    LaunchTemplate: { LaunchTemplateName: 'template', Version: '$Latest' },
    ...change,
  }
}

async function read(): Promise<Sdk.AutoScalingGroup> {
  const answer = await world.call(
    world.api.autoScaling.describeAutoScalingGroups({ AutoScalingGroupNames: ['made'] }),
  )
  const [group] = answer.AutoScalingGroups ?? []
  if (group === undefined) throw new TypeError('the group is not there')
  return group
}

async function newVersion(type: 'm6i.xlarge' | 'm6i.large'): Promise<void> {
  const { ec2 } = world.api
  const names = { LaunchTemplateName: 'template', SourceVersion: '$Latest' }
  await world.call(
    ec2.createLaunchTemplateVersion({ ...names, LaunchTemplateData: { InstanceType: type } }),
  )
}

describe('creation', () => {
  it('launches instances from the template, one a zone, with the tags that propagate', async () => {
    await create({
      Tags: [
        { Key: 'team', Value: 'web', PropagateAtLaunch: true },
        { Key: 'own', Value: 'x', PropagateAtLaunch: false },
      ],
    })
    world.advance(minuteMs)
    const group = await read()
    expect(group.Instances?.map((one) => one.LifecycleState)).toEqual(Array(3).fill('InService'))
    expect(new Set(group.Instances?.map((one) => one.AvailabilityZone)).size).toBe(3)
    expect(group.LaunchTemplate).toMatchObject({
      LaunchTemplateName: 'template',
      Version: '$Latest',
    })
    expect(group.Instances?.[0]?.LaunchTemplate?.Version).toBe('1')
    expect(group.Tags).toHaveLength(2)
    const id = group.Instances?.[0]?.InstanceId ?? ''
    const { Reservations } = await world.call(
      world.api.ec2.describeInstances({ InstanceIds: [id] }),
    )
    const tags = Reservations?.[0]?.Instances?.[0]?.Tags?.map((one) => one.Key)
    expect(tags).toContain('team')
    expect(tags).not.toContain('own')
    const { Volumes } = await world.call(
      world.api.ec2.describeVolumes({
        Filters: [{ Name: 'attachment.instance-id', Values: [id] }],
      }),
    )
    expect(Volumes?.map((one) => one.Size)).toEqual([20])
  })

  it('follows $Latest at the next launch, without touching what runs', async () => {
    await create({ DesiredCapacity: 1 })
    world.advance(minuteMs)
    await newVersion('m6i.xlarge')
    await world.call(world.api.autoScaling.setDesiredCapacity({ ...name, DesiredCapacity: 2 }))
    world.advance(minuteMs)
    expect((await read()).Instances?.map((one) => one.InstanceType)).toEqual([
      'm6i.large',
      'm6i.xlarge',
    ])
  })

  it('mixes on-demand and spot as the policy says', async () => {
    await create({
      LaunchTemplate: undefined,
      DesiredCapacity: 5,
      MixedInstancesPolicy: {
        LaunchTemplate: {
          LaunchTemplateSpecification: { LaunchTemplateName: 'template', Version: '1' },
          Overrides: [{ InstanceType: 'm6i.large' }, { InstanceType: 'm5.large' }],
        },
        InstancesDistribution: { OnDemandBaseCapacity: 1, OnDemandPercentageAboveBaseCapacity: 25 },
      },
    })
    world.advance(minuteMs)
    const all = [...world.account.instances.values()]
    expect(all.filter((one) => one.capacityType === 'ON_DEMAND')).toHaveLength(2)
    expect(all.filter((one) => one.capacityType === 'SPOT')).toHaveLength(3)
    const distribution = (await read()).MixedInstancesPolicy?.InstancesDistribution
    expect(distribution).toMatchObject({
      SpotAllocationStrategy: 'lowest-price',
      SpotInstancePools: 2,
    })
  })

  const refusals: {
    name: string
    change: Partial<Sdk.CreateAutoScalingGroupType>
    text: string
  }[] = [
    {
      name: 'nothing to launch',
      change: { LaunchTemplate: undefined },
      text: 'Valid requests must contain either LaunchTemplate',
    },
    {
      name: 'two things to launch',
      change: { LaunchConfigurationName: 'x' },
      text: 'Valid requests must contain either LaunchTemplate',
    },
    {
      name: 'an unknown template',
      change: { LaunchTemplate: { LaunchTemplateName: 'none' } },
      text: 'You must use a valid fully-formed launch template. The specified launch template, with template name none',
    },
    {
      name: 'no subnet',
      change: { VPCZoneIdentifier: undefined },
      text: 'At least one Availability Zone',
    },
    {
      name: 'an unknown subnet',
      change: { VPCZoneIdentifier: 'subnet-x' },
      text: "subnet ID 'subnet-x' does not exist",
    },
    { name: 'sizes', change: { MinSize: 7 }, text: 'Min bound, 7, must be less than' },
    {
      name: 'desired',
      change: { DesiredCapacity: 9 },
      text: 'must be between the specified min size',
    },
    {
      name: 'another architecture',
      change: {
        LaunchTemplate: undefined,
        MixedInstancesPolicy: {
          LaunchTemplate: {
            LaunchTemplateSpecification: { LaunchTemplateName: 'template' },
            Overrides: [{ InstanceType: 'm6g.large' }],
          },
        },
      },
      text: "The architecture 'arm64' of the specified instance type does not match",
    },
  ]
  it.each(refusals)('is refused for $name', async ({ change, text }) => {
    await expect(create(change)).rejects.toThrow(text)
    expect(world.account.groups.size).toBe(0)
  })

  it('is refused for a name in use, and joins a cluster only with a known role', async () => {
    await create()
    expect(await world.codeOf(world.api.autoScaling.createAutoScalingGroup(requestOf({})))).toBe(
      'AlreadyExists',
    )
    const UserData = btoa('#!/bin/bash\n/etc/eks/bootstrap.sh c1\n')
    const { ec2 } = world.api
    const names = { LaunchTemplateName: 'template', SourceVersion: '1' }
    await world.call(
      ec2.createLaunchTemplateVersion({ ...names, LaunchTemplateData: { UserData } }),
    )
    await create({ AutoScalingGroupName: 'self', DesiredCapacity: 1 })
    const group = world.account.groups.get('self')
    expect(group?.clusterName).toBe('c1')
    expect(group?.recipe.joinFailure).toBe('the user data is for al2, the image is AmazonLinux2023')
  })
})

describe('launch configurations', () => {
  it('launch groups and cannot go while one uses them', async () => {
    const LaunchConfigurationName = 'config'
    const ImageId = world.account.images.newest('AmazonLinux2', 'amd64', '1.32')?.id
    const { autoScaling } = world.api
    await world.call(
      autoScaling.createLaunchConfiguration({
        LaunchConfigurationName,
        ImageId,
        InstanceType: 'm5.large',
      }),
    )
    await create({ LaunchTemplate: undefined, LaunchConfigurationName })
    world.advance(minuteMs)
    expect((await read()).Instances?.[0]?.LaunchConfigurationName).toBe('config')
    const remove = { LaunchConfigurationName }
    expect(await world.codeOf(autoScaling.deleteLaunchConfiguration(remove))).toBe('ResourceInUse')
    await world.call(autoScaling.deleteAutoScalingGroup({ ...name, ForceDelete: true }))
    world.advance(3 * minuteMs)
    await world.call(autoScaling.deleteLaunchConfiguration(remove))
    expect(world.account.configurations.size).toBe(0)
  })
})

describe('lifecycle hooks', () => {
  const hook = { ...name, LifecycleHookName: 'h' }
  const stateOf = async () => (await read()).Instances?.map((one) => one.LifecycleState)

  it('hold a launch until it is completed, or its time is over', async () => {
    const { autoScaling } = world.api
    await create({ DesiredCapacity: 0 })
    const LifecycleTransition = 'autoscaling:EC2_INSTANCE_LAUNCHING'
    await world.call(
      autoScaling.putLifecycleHook({ ...hook, LifecycleTransition, HeartbeatTimeout: 300 }),
    )
    await world.call(autoScaling.setDesiredCapacity({ ...name, DesiredCapacity: 1 }))
    world.advance(minuteMs)
    expect(await stateOf()).toEqual(['Pending:Wait'])
    const InstanceId = (await read()).Instances?.[0]?.InstanceId
    const complete = { ...hook, InstanceId, LifecycleActionResult: 'CONTINUE' }
    await world.call(autoScaling.completeLifecycleAction(complete))
    expect(await stateOf()).toEqual(['InService'])
    expect(await world.codeOf(autoScaling.completeLifecycleAction(complete))).toBe(
      'ValidationError',
    )
    await world.call(autoScaling.setDesiredCapacity({ ...name, DesiredCapacity: 2 }))
    world.advance(4 * minuteMs)
    const second = (await read()).Instances?.find((one) => one.LifecycleState === 'Pending:Wait')
    await world.call(
      autoScaling.recordLifecycleActionHeartbeat({ ...hook, InstanceId: second?.InstanceId }),
    )
    world.advance(4 * minuteMs)
    expect(await stateOf()).toContain('Pending:Wait')
    world.advance(2 * minuteMs)
    const { Activities } = await world.call(autoScaling.describeScalingActivities(name))
    expect(Activities?.map((one) => one.StatusCode)).toContain('Failed')
  })

  it('hold an end', async () => {
    const { autoScaling } = world.api
    await create({ DesiredCapacity: 1 })
    world.advance(minuteMs)
    const LifecycleTransition = 'autoscaling:EC2_INSTANCE_TERMINATING'
    const DefaultResult = 'CONTINUE'
    await world.call(
      autoScaling.putLifecycleHook({
        ...hook,
        LifecycleTransition,
        DefaultResult,
        HeartbeatTimeout: 120,
      }),
    )
    await world.call(autoScaling.setDesiredCapacity({ ...name, DesiredCapacity: 0 }))
    world.advance(minuteMs)
    expect(await stateOf()).toEqual(['Terminating:Wait'])
    world.advance(3 * minuteMs)
    expect(await stateOf()).toEqual([])
  })
})

describe('instance refresh', () => {
  const statusOf = async () => {
    const answer = await world.call(world.api.autoScaling.describeInstanceRefreshes(name))
    return answer.InstanceRefreshes?.map((one) => one.Status)
  }

  it('replaces every instance that does not match', async () => {
    await create({ DesiredCapacity: 2 })
    world.advance(minuteMs)
    await newVersion('m6i.xlarge')
    const { autoScaling } = world.api
    const Preferences = { InstanceWarmup: 30, MinHealthyPercentage: 50, SkipMatching: true }
    await world.call(autoScaling.startInstanceRefresh({ ...name, Preferences }))
    expect(await world.codeOf(autoScaling.startInstanceRefresh(name))).toBe(
      'InstanceRefreshInProgress',
    )
    world.advance(15 * minuteMs)
    expect(await statusOf()).toEqual(['Successful'])
    expect((await read()).Instances?.map((one) => one.InstanceType)).toEqual(
      Array(2).fill('m6i.xlarge'),
    )
  })

  it('stops when it is cancelled', async () => {
    await create({ DesiredCapacity: 3 })
    world.advance(minuteMs)
    const { autoScaling } = world.api
    expect(await world.codeOf(autoScaling.cancelInstanceRefresh(name))).toBe(
      'ActiveInstanceRefreshNotFound',
    )
    await world.call(autoScaling.startInstanceRefresh(name))
    world.advance(minuteMs)
    expect(await statusOf()).toEqual(['InProgress'])
    await world.call(autoScaling.cancelInstanceRefresh(name))
    world.advance(minuteMs)
    expect(await statusOf()).toEqual(['Cancelled'])
    expect((await read()).Instances?.length).toBe(3)
  })
})

describe('members', () => {
  it('stand by, come back, are detached and attached', async () => {
    const { autoScaling } = world.api
    await create({ DesiredCapacity: 2 })
    world.advance(minuteMs)
    const InstanceIds = [(await read()).Instances?.[0]?.InstanceId ?? '']
    const move = { ...name, InstanceIds }
    const decrement = { ...move, ShouldDecrementDesiredCapacity: true }
    await world.call(autoScaling.enterStandby(decrement))
    world.advance(minuteMs)
    expect(await read()).toMatchObject({ DesiredCapacity: 1 })
    expect((await read()).Instances?.map((one) => one.LifecycleState).sort()).toEqual([
      'InService',
      'Standby',
    ])
    await world.call(autoScaling.exitStandby(move))
    expect(await read()).toMatchObject({ DesiredCapacity: 2 })
    await world.call(autoScaling.detachInstances({ ...decrement }))
    expect((await read()).Instances).toHaveLength(1)
    const { Reservations } = await world.call(world.api.ec2.describeInstances({ InstanceIds }))
    expect(Reservations?.[0]?.Instances?.[0]?.State?.Name).toBe('running')
    await world.call(autoScaling.attachInstances(move))
    expect((await read()).Instances).toHaveLength(2)
  })

  it('are replaced when somebody calls them unhealthy', async () => {
    const { autoScaling } = world.api
    await create({ DesiredCapacity: 1 })
    world.advance(minuteMs)
    const InstanceId = (await read()).Instances?.[0]?.InstanceId
    await world.call(autoScaling.setInstanceHealth({ InstanceId, HealthStatus: 'Unhealthy' }))
    expect((await read()).Instances?.[0]?.HealthStatus).toBe('Unhealthy')
    world.advance(5 * minuteMs)
    const after = (await read()).Instances
    expect(after?.map((one) => one.HealthStatus)).toEqual(['Healthy'])
    expect(after?.[0]?.InstanceId).not.toBe(InstanceId)
  })
})

describe('policies', () => {
  it('change the size when they are executed', async () => {
    const { autoScaling } = world.api
    await create({ DesiredCapacity: 4 })
    const AdjustmentType = 'PercentChangeInCapacity'
    const PolicyName = 'half'
    await world.call(
      autoScaling.putScalingPolicy({ ...name, PolicyName, AdjustmentType, ScalingAdjustment: -50 }),
    )
    const { ScalingPolicies } = await world.call(autoScaling.describePolicies(name))
    expect(ScalingPolicies?.[0]?.PolicyARN).toMatch(/:autoScalingGroupName\/made:policyName\/half$/)
    await world.call(autoScaling.executePolicy({ ...name, PolicyName }))
    expect(await read()).toMatchObject({ DesiredCapacity: 2 })
    await world.call(autoScaling.deletePolicy({ ...name, PolicyName }))
    expect(await world.codeOf(autoScaling.executePolicy({ ...name, PolicyName }))).toBe(
      'ValidationError',
    )
  })
})
