/** Launch templates: refusals, versions that are cut from others or deleted, what launches get of them. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { type SmallWorld, smallWorld } from '../../../../test/small-world.ts'
import { launchFactsOf } from './launch-data.ts'

const LaunchTemplateName = 'template'

async function withTemplate(): Promise<SmallWorld> {
  const world = smallWorld()
  const LaunchTemplateData = { InstanceType: 'm6i.large' as const, KeyName: 'key' }
  await world.call(world.api.ec2.createLaunchTemplate({ LaunchTemplateName, LaunchTemplateData }))
  return world
}

describe('creation', () => {
  const rows: { name: string; data: Sdk.RequestLaunchTemplateData; code: string; as?: string }[] = [
    { name: 'no data', data: {}, code: 'MissingParameter' },
    {
      name: 'a short name',
      data: { KeyName: 'k' },
      as: 'x',
      code: 'InvalidLaunchTemplateName.MalformedException',
    },
    {
      name: 'a name in use',
      data: { KeyName: 'k' },
      as: LaunchTemplateName,
      code: 'InvalidLaunchTemplateName.AlreadyExistsException',
    },
    {
      name: 'user data that is not base64',
      data: { UserData: '#!/bin/bash' },
      code: 'InvalidUserData.Malformed',
    },
    {
      name: 'too much user data',
      data: { UserData: btoa('x'.repeat(16_385)) },
      code: 'InvalidUserData.Malformed',
    },
    {
      name: 'a device twice',
      data: { BlockDeviceMappings: [{ DeviceName: '/dev/xvda' }, { DeviceName: '/dev/xvda' }] },
      code: 'InvalidBlockDeviceMapping',
    },
    {
      name: 'groups by name and by id',
      data: { SecurityGroups: ['a'], SecurityGroupIds: ['sg-1'] },
      code: 'InvalidParameterCombination',
    },
  ]
  it.each(rows)('is refused for $name', async ({ as = 'other', code, data }) => {
    const world = await withTemplate()
    const request = { LaunchTemplateName: as, LaunchTemplateData: data }
    expect(await world.codeOf(world.api.ec2.createLaunchTemplate(request))).toBe(code)
    expect(world.account.templates.size).toBe(1)
  })

  it('of 16,384 bytes of user data is let through, and a dry run leaves nothing', async () => {
    const world = await withTemplate()
    const LaunchTemplateData = { UserData: btoa('x'.repeat(16_384)) }
    const request = { LaunchTemplateName: 'other', LaunchTemplateData }
    const { ec2 } = world.api
    expect(await world.codeOf(ec2.createLaunchTemplate({ ...request, DryRun: true }))).toBe(
      'DryRunOperation',
    )
    expect(world.account.templates.size).toBe(1)
    expect(await world.codeOf(ec2.createLaunchTemplate(request))).toBe('ok')
  })
})

describe('versions', () => {
  it('stand on a source, keep their numbers, and go one by one', async () => {
    const world = await withTemplate()
    const { ec2 } = world.api
    const next = {
      LaunchTemplateName,
      SourceVersion: '1',
      VersionDescription: 'larger',
      LaunchTemplateData: { InstanceType: 'm6i.xlarge' as const },
    }
    const { LaunchTemplateVersion } = await world.call(ec2.createLaunchTemplateVersion(next))
    expect(LaunchTemplateVersion).toMatchObject({
      VersionNumber: 2,
      VersionDescription: 'larger',
      LaunchTemplateData: { InstanceType: 'm6i.xlarge', KeyName: 'key' },
    })
    const gone = await world.call(
      ec2.deleteLaunchTemplateVersions({ LaunchTemplateName, Versions: ['1', '2', '7'] }),
    )
    expect(gone.SuccessfullyDeletedLaunchTemplateVersions).toMatchObject([{ VersionNumber: 2 }])
    expect(
      gone.UnsuccessfullyDeletedLaunchTemplateVersions?.map((one) => one.VersionNumber),
    ).toEqual([1, 7])
    await world.call(ec2.createLaunchTemplateVersion(next))
    const { LaunchTemplates } = await world.call(ec2.describeLaunchTemplates({}))
    expect(LaunchTemplates?.[0]).toMatchObject({ LatestVersionNumber: 3, DefaultVersionNumber: 1 })
  })

  it('are read by bounds, by filter, or the newest of every template', async () => {
    const world = await withTemplate()
    const { ec2 } = world.api
    for (const InstanceType of ['m5.large', 'm5.xlarge'] as const) {
      const next = { LaunchTemplateName, LaunchTemplateData: { InstanceType } }
      await world.call(ec2.createLaunchTemplateVersion(next))
    }
    const read = async (input: Sdk.DescribeLaunchTemplateVersionsRequest) => {
      const answer = await world.call(ec2.describeLaunchTemplateVersions(input))
      return answer.LaunchTemplateVersions?.map((one) => one.VersionNumber)
    }
    expect(await read({ LaunchTemplateName, MinVersion: '2' })).toEqual([2, 3])
    expect(await read({ LaunchTemplateName, MaxVersion: '$Default' })).toEqual([1])
    expect(await read({ Versions: ['$Latest'] })).toEqual([3])
    const Filters = [{ Name: 'instance-type', Values: ['m5.*'] }]
    expect(await read({ LaunchTemplateName, Filters })).toEqual([2, 3])
    expect(await world.codeOf(ec2.describeLaunchTemplateVersions({}))).toBe('MissingParameter')
    const number = ec2.describeLaunchTemplateVersions({ Versions: ['1'] })
    expect(await world.codeOf(number)).toBe('InvalidParameterValue')
    const both = { LaunchTemplateName, LaunchTemplateId: 'lt-1', DefaultVersion: '1' }
    expect(await world.codeOf(ec2.modifyLaunchTemplate(both))).toBe('InvalidParameterCombination')
    const unknown = ec2.modifyLaunchTemplate({ LaunchTemplateName, DefaultVersion: '9' })
    expect(await world.codeOf(unknown)).toBe('InvalidLaunchTemplateId.VersionNotFound')
  })
})

describe('launches', () => {
  it('get a second volume from a mapping that is not of the root device', () => {
    const mapping = { DeviceName: '/dev/sda1', Ebs: { VolumeSize: 50 } }
    const sizes = (data: Sdk.RequestLaunchTemplateData): number[] =>
      launchFactsOf(data).volumes.map((one) => one.sizeGiB)
    expect(sizes({ BlockDeviceMappings: [mapping] })).toEqual([20, 50])
    expect(sizes({ BlockDeviceMappings: [{ ...mapping, DeviceName: '/dev/xvda' }] })).toEqual([50])
    const root = { volumeType: 'gp2', sizeGiB: 8 } as const
    expect(launchFactsOf({}, root).volumes).toMatchObject([{ sizeGiB: 8, volumeType: 'gp2' }])
  })

  it('take the template, and give one back', async () => {
    const world = await withTemplate()
    const { ec2 } = world.api
    const names = world.account.images.parameter(
      '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64',
    )
    const { Instances } = await world.call(
      ec2.runInstances({
        ImageId: names,
        MinCount: 1,
        MaxCount: 1,
        SubnetId: 'subnet-a',
        LaunchTemplate: { LaunchTemplateName },
        TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'a', Value: 'b' }] }],
      }),
    )
    const InstanceId = Instances?.[0]?.InstanceId
    const answer = await world.call(ec2.getLaunchTemplateData({ InstanceId }))
    expect(answer.LaunchTemplateData).toMatchObject({
      ImageId: names,
      InstanceType: 'm6i.large',
      KeyName: 'key',
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'a', Value: 'b' }] }],
    })
    const attribute = { InstanceId, Groups: ['sg-none'] }
    expect(await world.codeOf(ec2.modifyInstanceAttribute(attribute))).toBe('InvalidGroup.NotFound')
  })
})
