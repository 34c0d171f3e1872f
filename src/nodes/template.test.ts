import { describe, expect, it } from 'vitest'
import type { AmiFamily } from './ami-parameters.ts'
import { launchTemplateOf } from './launch-template.ts'
import { needOf, nodeGroupChanges, replacementName } from './node-group-change.ts'
import { type TemplateGroup, templateFaults } from './template-faults.ts'
import { templateFields } from './template-fields.ts'
import { volumeFaults } from './template-volume.ts'

const good = launchTemplateOf({
  logicalName: 'spot',
  userData: '',
  volume: { size: 20, type: 'gp3' },
  ebsOptimized: true,
  securityGroupIds: [],
  tags: { team: 'a' },
}).data
const group: TemplateGroup = { templateName: 'lt', amiFamily: 'AmazonLinux2023' }

describe('faults of a template', () => {
  it('has none that is right', () => {
    expect(templateFaults(good, { ...group, instanceTypes: ['m6i.large'] })).toEqual([])
  })

  const rows: readonly (readonly [string, Record<string, unknown>, Partial<TemplateGroup>])[] = [
    ['LT-1', { IamInstanceProfile: {} }, {}],
    ['LT-2', { NetworkInterfaces: [{ SubnetId: 'subnet-1' }] }, {}],
    ['LT-3', { HibernationOptions: { Configured: true } }, {}],
    ['LT-3', { InstanceInitiatedShutdownBehavior: 'stop' }, {}],
    ['LT-4', { InstanceMarketOptions: { MarketType: 'spot' } }, { capacityType: 'SPOT' }],
    ['LT-5', { InstanceType: 'm6i.large' }, { instanceTypes: ['m6i.large'] }],
    ['LT-6', {}, { diskSize: 20 }],
    ['LT-7', {}, { hasRemoteAccess: true }],
    ['LT-18', { MetadataOptions: { HttpEndpoint: 'disabled' } }, {}],
    ['LT-19', { BlockDeviceMappings: [{ DeviceName: '/dev/sda1' }] }, {}],
    [
      'LT-19',
      { BlockDeviceMappings: [{ DeviceName: '/dev/xvda' }] },
      { amiFamily: 'Bottlerocket' },
    ],
    ['LT-21', { TagSpecifications: undefined }, {}],
    ['LT-22', { ImageID: 'ami-1' }, {}],
    ['LT-25', { SecurityGroupIds: ['sg-1'] }, {}],
    ['LT-26', { MetadataOptions: undefined }, {}],
    ['AMI-1', { ImageId: 'ami-1' }, { amiType: 'AL2023_x86_64_STANDARD' }],
    ['AMI-2', { ImageId: 'ami-1' }, { version: '1.35' }],
    ['AMI-14', { ImageId: 'resolve:ssm:/a' }, {}],
  ]
  it.each(rows)('%s %j %j', (rule, data, members) => {
    const faults = templateFaults({ ...good, ...data }, { ...group, ...members })
    expect(faults.map((fault) => fault.rule)).toEqual([rule])
  })

  it('LT-13 for groups in two places', () => {
    const data = { ...good, NetworkInterfaces: [{}], SecurityGroupIds: ['sg-1'] }
    expect(templateFaults(data, group).map(({ rule }) => rule)).toEqual(['LT-13', 'LT-25'])
  })

  it('lets a capacity block have its market options', () => {
    const data = { ...good, InstanceMarketOptions: { MarketType: 'capacity-block' } }
    expect(templateFaults(data, { ...group, capacityType: 'CAPACITY_BLOCK' })).toEqual([])
  })

  it('has an opinion on every field that it is asked about', () => {
    expect(Object.keys(templateFields).length).toBeGreaterThan(30)
    expect(Object.keys(good).filter((field) => !(field in templateFields))).toEqual([])
  })
})

describe('content of a template', () => {
  const input = {
    logicalName: 'x'.repeat(80),
    userData: '',
    volume: { size: 20, type: 'gp3' },
    ebsOptimized: true,
    securityGroupIds: [],
    tags: {},
  }

  it.each([
    ['AmazonLinux2', '/dev/xvda'],
    ['AmazonLinux2023', '/dev/xvda'],
    ['Bottlerocket', '/dev/xvdb'],
    ['Ubuntu', '/dev/sda1'],
    ['Windows', '/dev/sda1'],
  ] as const)('puts the volume of %s on %s', (amiFamily, device) => {
    const { data, name } = launchTemplateOf({ ...input, amiFamily })
    expect(data.BlockDeviceMappings).toMatchObject([{ DeviceName: device }])
    expect(name).toHaveLength(63)
    const family: AmiFamily = amiFamily
    const faults = templateFaults(data, { templateName: name, amiFamily: family })
    expect(faults.map(({ rule }) => rule)).toEqual(['LT-21'])
  })

  it('carries what picks machine and place', () => {
    const { data } = launchTemplateOf({
      ...input,
      hopLimit: 1,
      kmsKeyId: 'key-1',
      imageId: 'ami-1',
      instanceType: 'p5.48xlarge',
      keyName: 'ops',
      placementGroup: 'near',
      capacityReservation: { id: 'cr-1', isBlock: true },
    })
    expect(data).toMatchObject({
      ImageId: 'ami-1',
      InstanceType: 'p5.48xlarge',
      KeyName: 'ops',
      Placement: { GroupName: 'near' },
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      InstanceMarketOptions: { MarketType: 'capacity-block' },
      CapacityReservationSpecification: {
        CapacityReservationTarget: { CapacityReservationId: 'cr-1' },
      },
      BlockDeviceMappings: [{ Ebs: { Encrypted: true, KmsKeyId: 'key-1' } }],
    })
  })
})

describe('volumes', () => {
  it.each([
    [{ size: 20, type: 'gp3' }, 0],
    [{ size: 20, type: 'gp3', iops: 3000, throughput: 125 }, 0],
    [{ size: 20, type: 'gp2', iops: 3000 }, 1],
    [{ size: 20, type: 'gp2', throughput: 125 }, 1],
    [{ size: 20, type: 'io2' }, 1],
    [{ size: 20, type: 'gp3', iops: 100 }, 1],
    [{ size: 70_000, type: 'gp3' }, 1],
    [{ size: 0, type: 'gp3' }, 1],
    [{ size: 500, type: 'st1' }, 1],
    [{ size: 20, type: 'gp4' }, 1],
  ])('%j has %i faults', (volume, count) => {
    expect(volumeFaults(volume)).toHaveLength(count)
  })
})

describe('what a change needs', () => {
  const base = {
    minSize: 1,
    labels: { a: '1' },
    capacityType: 'SPOT',
    subnets: ['subnet-1'],
    instanceTypes: ['m6i.large'],
    launchTemplateData: good,
  }
  it.each([
    ['nothing', {}, undefined],
    ['keys in another order', { labels: { a: '1' } }, undefined],
    ['a size and a label', { minSize: 2, labels: { a: '2' } }, 'in-place'],
    ['a release', { releaseVersion: '1.35.6-20260714' }, 'new-version'],
    ['content of the template', { launchTemplateData: { ...good, KeyName: 'a' } }, 'new-version'],
    ['an AMI id', { launchTemplateData: { ...good, ImageId: 'ami-1' } }, 'replacement'],
    ['no template', { launchTemplateData: undefined }, 'replacement'],
    ['a subnet', { subnets: ['subnet-2'], minSize: 2 }, 'replacement'],
    ['types', { instanceTypes: ['m6i.large', 'm5.large'] }, 'replacement'],
    ['capacity', { capacityType: 'ON_DEMAND' }, 'replacement'],
  ])('%s', (_, change, need) => {
    const to = { ...base, ...change }
    expect(needOf(nodeGroupChanges(base, to))).toBe(need)
    const isRenamed = replacementName('spot', base) !== replacementName('spot', to)
    // A template that is dropped is seen by its id, which is not part of this group.
    if ('launchTemplateData' in change && change.launchTemplateData === undefined) return
    expect(isRenamed).toBe(need === 'replacement')
  })

  it('leaves room for the hash in a name', () => {
    expect(replacementName('x'.repeat(100), base)).toHaveLength(63)
    expect(replacementName('spot', base)).toMatch(/^spot-[\da-f]{8}$/)
  })
})
