/** EC2 operations on instances, types, subnets and images. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import { instanceType, instanceTypeNames } from '../../../nodes/instance-types.ts'
import type { AwsAccount } from '../account.ts'
import { loseInstance } from '../autoscaling/loss.ts'
import { awsError } from '../errors.ts'
import { pageOf } from '../page.ts'
import type { InstanceState } from '../state.ts'

/** Subnets by ids or filters (tags, vpc, zone). */
export function describeSubnets(
  account: AwsAccount,
  input: Sdk.DescribeSubnetsRequest,
): Sdk.DescribeSubnetsResult {
  const found = [...account.subnets.values()].filter(
    (subnet) =>
      (input.SubnetIds === undefined || input.SubnetIds.includes(subnet.id)) &&
      (input.Filters ?? []).every(({ Name = '', Values = [] }) => {
        if (Name.startsWith('tag:')) return Values.includes(subnet.tags[Name.slice(4)] ?? '\0')
        if (Name === 'vpc-id') return Values.includes(subnet.vpcId)
        if (Name === 'availability-zone') return Values.includes(subnet.zone)
        return true
      }),
  )
  return {
    Subnets: found.map((subnet) => ({
      SubnetId: subnet.id,
      VpcId: subnet.vpcId,
      CidrBlock: subnet.cidr,
      AvailabilityZone: subnet.zone,
      AvailableIpAddressCount: subnet.freeAddressCount,
      State: 'available',
      Tags: Object.entries(subnet.tags).map(([Key, Value]) => ({ Key, Value })),
    })),
  }
}

/**
 * Instances by id or filters (tags of the group and cluster, state, zone); ended ones stay visible.
 */
export function describeInstances(
  account: AwsAccount,
  input: Sdk.DescribeInstancesRequest,
): Sdk.DescribeInstancesResult {
  const ids = input.InstanceIds
  const unknown = ids?.find((id) => !account.instances.has(id))
  if (unknown !== undefined) {
    throw awsError('InvalidInstanceID.NotFound', `The instance ID '${unknown}' does not exist`)
  }
  const found = [...account.instances.values()].filter(
    (one) =>
      (ids === undefined || ids.includes(one.id)) &&
      (input.Filters ?? []).every((filter) => matches(one, filter)),
  )
  const size = Math.min(input.MaxResults ?? instancesMax, instancesMax)
  const { page, next } = pageOf(found, { token: input.NextToken, size })
  return {
    Reservations: page.map((one) => ({ Instances: [instanceView(one)] })),
    ...(next === undefined ? {} : { NextToken: next }),
  }
}

/** Instances a page. */
const instancesMax = 1000

function matches(one: InstanceState, { Name, Values = [] }: Sdk.Filter): boolean {
  if (Name === 'instance-state-name') return Values.includes(one.state)
  if (Name === 'availability-zone') return Values.includes(one.zone)
  if (Name === 'tag:aws:autoscaling:groupName') return Values.includes(one.groupName)
  if (Name === 'tag-key') return Values.includes(clusterTag(one))
  if (Name === `tag:${clusterTag(one)}`) return Values.includes('owned')
  return false
}

function clusterTag(one: InstanceState): string {
  return `kubernetes.io/cluster/${one.clusterName}`
}

function instanceView(one: InstanceState): Sdk.Instance {
  return {
    InstanceId: one.id,
    InstanceType: one.instanceType as Sdk._InstanceType,
    ImageId: one.recipe.imageId,
    SubnetId: one.subnetId,
    LaunchTime: new Date(one.launchedMs),
    Placement: { AvailabilityZone: one.zone },
    State: { Name: one.state },
    ...(one.capacityType === 'SPOT' ? { InstanceLifecycle: 'spot' as const } : {}),
    Tags: [
      { Key: 'aws:autoscaling:groupName', Value: one.groupName },
      { Key: clusterTag(one), Value: 'owned' },
    ],
  }
}

/** Behind the back of the groups: they find the instances unhealthy and replace them. */
export function terminateInstances(
  account: AwsAccount,
  input: Sdk.TerminateInstancesRequest,
  user: string,
): Sdk.TerminateInstancesResult {
  const instances = (input.InstanceIds ?? []).map((id) => {
    const instance = account.instances.get(id)
    if (instance !== undefined) return instance
    throw awsError('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`)
  })
  const TerminatingInstances = instances.map((instance) => {
    const PreviousState = { Name: instance.state }
    loseInstance(account, instance, { user, operation: 'TerminateInstances' })
    return { InstanceId: instance.id, PreviousState, CurrentState: { Name: instance.state } }
  })
  return { TerminatingInstances }
}

/** The worker security group of every cluster, by ids. */
export function describeSecurityGroups(
  account: AwsAccount,
  input: Sdk.DescribeSecurityGroupsRequest,
): Sdk.DescribeSecurityGroupsResult {
  const all = [...account.clusters.values()].map((cluster) => ({
    GroupId: cluster.securityGroupId,
    GroupName: `${cluster.name}-worker-nodes`,
    Tags: [{ Key: `kubernetes.io/cluster/${cluster.name}`, Value: 'owned' }],
  }))
  const wanted = input.GroupIds
  return {
    SecurityGroups: all.filter((one) => wanted === undefined || wanted.includes(one.GroupId)),
  }
}

/** Facts of instance types by name. */
export function describeInstanceTypes(
  input: Sdk.DescribeInstanceTypesRequest,
): Sdk.DescribeInstanceTypesResult {
  const names: readonly string[] = input.InstanceTypes ?? instanceTypeNames()
  return {
    InstanceTypes: names.map((name) => {
      const type = instanceType(name)
      if (type === undefined) {
        throw awsError(
          'InvalidInstanceType',
          `The following supplied instance types do not exist: [${name}]`,
        )
      }
      return {
        InstanceType: name as Sdk._InstanceType,
        VCpuInfo: { DefaultVCpus: type.vcpuCount },
        MemoryInfo: { SizeInMiB: type.memoryMiB },
        ProcessorInfo: { SupportedArchitectures: [type.arch === 'arm64' ? 'arm64' : 'x86_64'] },
        NetworkInfo: {
          MaximumNetworkInterfaces: type.eniCount,
          Ipv4AddressesPerInterface: type.ipv4PerEniCount,
        },
        SupportedUsageClasses: type.isSpotOffered ? ['on-demand', 'spot'] : ['on-demand'],
      }
    }),
  }
}

/** Every type is offered in every zone of the account. */
export function describeOfferings(
  account: AwsAccount,
  input: Sdk.DescribeInstanceTypeOfferingsRequest,
): Sdk.DescribeInstanceTypeOfferingsResult {
  const wanted = input.Filters?.find((one) => one.Name === 'instance-type')?.Values
  const zones = [...new Set([...account.subnets.values()].map((subnet) => subnet.zone))]
  const names = wanted ?? instanceTypeNames()
  return {
    InstanceTypeOfferings: names.flatMap((name) =>
      zones.map((Location) => ({
        InstanceType: name as Sdk._InstanceType,
        Location,
        LocationType: 'availability-zone' as const,
      })),
    ),
  }
}

/** Images by id. */
export function describeImages(
  account: AwsAccount,
  input: Sdk.DescribeImagesRequest,
): Sdk.DescribeImagesResult {
  const images = (input.ImageIds ?? []).flatMap((id) => account.images.get(id) ?? [])
  return {
    Images: images.map((image) => ({
      ImageId: image.id,
      Name: `${image.family}-${image.arch}-${image.releaseVersion}`,
      Architecture: image.arch === 'arm64' ? 'arm64' : 'x86_64',
      State: 'available',
    })),
  }
}
