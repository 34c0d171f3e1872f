/** Groups of a world as AWS describes them: with a launch template that can be looked up by name. Twin layer. */

import { describe, expect, it } from 'vitest'
import { buildTwin, type Twin } from '../twin.ts'
import { loadWorld } from './world-file.ts'

const described = JSON.stringify({
  AutoScalingGroups: [
    {
      AutoScalingGroupName: 'named',
      MinSize: 0,
      MaxSize: 3,
      DesiredCapacity: 0,
      AvailabilityZones: ['eu-west-1a'],
      LaunchTemplate: { LaunchTemplateId: 'lt-1', LaunchTemplateName: 'ours', Version: '7' },
    },
    {
      AutoScalingGroupName: 'blended',
      MinSize: 0,
      MaxSize: 3,
      DesiredCapacity: 0,
      AvailabilityZones: ['eu-west-1a'],
      MixedInstancesPolicy: {
        InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: 0 },
        LaunchTemplate: {
          LaunchTemplateSpecification: { LaunchTemplateName: 'ours' },
          Overrides: [{ InstanceType: 'm6i.large' }, { InstanceType: 'm5.large' }],
        },
      },
    },
  ],
})

function twinOf(groups: string): Twin {
  const text = `apiVersion: regroup.dev/v1alpha1
kind: World
region: eu-west-1
cluster: { name: c1, kubernetesVersion: "1.34" }
${groups}`
  const { findings, world } = loadWorld('world.yaml', new TextEncoder().encode(text), {
    list: (path) => [path],
    read: () => new TextEncoder().encode(described),
  })
  if (world === undefined) throw new TypeError(JSON.stringify(findings))
  return buildTwin(world, { seed: '1' })
}

async function groupOf(twin: Twin, name: string) {
  const { aws } = twin.connect('reader')
  const asked = aws.autoScaling.describeAutoScalingGroups({ AutoScalingGroupNames: [name] })
  twin.kernel.advanceTo(twin.kernel.nowMs() + 1000)
  return (await asked).AutoScalingGroups?.[0]
}

async function templateOf(twin: Twin, LaunchTemplateName: string | undefined) {
  const { aws } = twin.connect('reader')
  const asked = aws.ec2.describeLaunchTemplateVersions({
    ...(LaunchTemplateName === undefined ? {} : { LaunchTemplateName }),
  })
  twin.kernel.advanceTo(twin.kernel.nowMs() + 1000)
  return (await asked).LaunchTemplateVersions?.[0]?.LaunchTemplateData
}

describe('a group of one type', () => {
  it.each([
    { capacityType: 'ON_DEMAND', market: undefined },
    { capacityType: 'SPOT', market: { MarketType: 'spot' } },
  ])('$capacityType: its template says what it launches', async ({ capacityType, market }) => {
    const twin = twinOf(
      `groups: [{ name: old.web, zone: a, count: 0, instanceType: m6g.xlarge, capacityType: ${capacityType} }]`,
    )
    const group = await groupOf(twin, 'old.web')
    expect(group?.LaunchTemplate).toMatchObject({
      LaunchTemplateName: 'old.web-template',
      Version: '1',
    })
    const data = await templateOf(twin, group?.LaunchTemplate?.LaunchTemplateName)
    expect(data?.InstanceType).toBe('m6g.xlarge')
    expect(data?.ImageId).toMatch(/^ami-/)
    expect(data?.InstanceMarketOptions).toEqual(market)
  })

  it('names that no template may have', async () => {
    const twin = twinOf(
      `groups: [{ name: "old web ${'x'.repeat(200)}", zone: a, count: 1, instanceType: m6g.xlarge }]`,
    )
    const group = await groupOf(twin, `old web ${'x'.repeat(200)}`)
    const name = group?.LaunchTemplate?.LaunchTemplateName ?? ''
    expect(name).toMatch(/^old-web-x+-template$/)
    expect(name).toHaveLength(128)
    expect(group?.Instances?.[0]?.LaunchTemplate?.LaunchTemplateName).toBe(name)
  })
})

it('a group of several types is a mixed one, and says them itself', async () => {
  const twin = twinOf(
    'groups: [{ name: old, zone: a, count: 0, instanceTypes: [m6i.large, m5.large], capacityType: SPOT }]',
  )
  const policy = (await groupOf(twin, 'old'))?.MixedInstancesPolicy
  expect(policy?.LaunchTemplate?.Overrides).toEqual([
    { InstanceType: 'm6i.large' },
    { InstanceType: 'm5.large' },
  ])
  expect(policy?.InstancesDistribution?.OnDemandPercentageAboveBaseCapacity).toBe(0)
  const name = policy?.LaunchTemplate?.LaunchTemplateSpecification?.LaunchTemplateName
  expect((await templateOf(twin, name))?.InstanceType).toBeUndefined()
})

it('groups as AWS prints them keep the name of their template, and may share it', async () => {
  const twin = twinOf('groupsFile: groups.json')
  expect((await groupOf(twin, 'named'))?.LaunchTemplate?.LaunchTemplateName).toBe('ours')
  const mixed = (await groupOf(twin, 'blended'))?.MixedInstancesPolicy?.LaunchTemplate
  expect(mixed?.LaunchTemplateSpecification?.LaunchTemplateName).toBe('ours')
  expect(twin.account.templates.size).toBe(1)
})
