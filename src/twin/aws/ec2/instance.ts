/** Instances as EC2 shows them. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import { instanceType } from '../../../nodes/instance-types.ts'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { pageOf } from '../page.ts'
import type { InstanceState } from '../state.ts'
import { matchesFilters } from './filters.ts'
import { interfaceIdOf, privateIpOf } from './network-interface.ts'
import { requireSecurityGroup } from './security-group.ts'
import { tagList } from './tags.ts'
import { volumesOf } from './volume.ts'

/** Items a page. */
const pageMax = 1000
const stateCodes = { pending: 0, running: 16, 'shutting-down': 32, terminated: 48 } as const

/** By id. @throws RegroupError InvalidInstanceID.NotFound for the first unknown one. */
export function requireInstances(
  account: AwsAccount,
  ids: readonly string[],
): readonly InstanceState[] {
  return ids.map((id) => {
    const found = account.instances.get(id)
    if (found !== undefined) return found
    throw awsError('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`)
  })
}

/** Instances by id or filters; ended ones stay visible. */
function describeInstances(
  account: AwsAccount,
  input: Sdk.DescribeInstancesRequest,
): Sdk.DescribeInstancesResult {
  const { next, page } = pageOf(selected(account, input), {
    token: input.NextToken,
    size: Math.min(input.MaxResults ?? pageMax, pageMax),
  })
  return {
    Reservations: page.map((one) => ({
      ReservationId: `r-${one.id.slice(2)}`,
      OwnerId: account.accountId,
      Groups: [],
      Instances: [instanceView(account, one)],
    })),
    ...(next === undefined ? {} : { NextToken: next }),
  }
}

function selected(
  account: AwsAccount,
  input: Pick<Sdk.DescribeInstancesRequest, 'Filters' | 'InstanceIds'>,
): readonly InstanceState[] {
  const ids = input.InstanceIds ?? []
  const all = ids.length > 0 ? requireInstances(account, ids) : [...account.instances.values()]
  return all.filter((one) =>
    matchesFilters(input.Filters, one.tags, {
      'availability-zone': one.zone,
      'image-id': one.recipe.imageId,
      'instance-id': one.id,
      'instance-lifecycle': one.capacityType === 'SPOT' ? 'spot' : undefined,
      'instance-state-code': stateCodes[one.state],
      'instance-state-name': one.state,
      'instance-type': one.instanceType,
      'instance.group-id': one.securityGroupIds,
      'key-name': one.recipe.launch?.keyName,
      'launch-time': new Date(one.launchedMs).toISOString(),
      'owner-id': account.accountId,
      'private-ip-address': privateIpOf(account, one),
      'subnet-id': one.subnetId,
      'vpc-id': account.subnets.get(one.subnetId)?.vpcId,
    }),
  )
}

/** As DescribeInstances and RunInstances show it. */
export function instanceView(account: AwsAccount, one: InstanceState): Sdk.Instance {
  const { launch } = one.recipe
  const isHere = one.state === 'pending' || one.state === 'running'
  const PrivateIpAddress = privateIpOf(account, one)
  const arch = instanceType(one.instanceType)?.arch ?? 'amd64'
  return {
    InstanceId: one.id,
    InstanceType: one.instanceType as Sdk._InstanceType,
    ImageId: one.recipe.imageId,
    AmiLaunchIndex: 0,
    Architecture: arch === 'arm64' ? 'arm64' : 'x86_64',
    CpuOptions: { CoreCount: instanceType(one.instanceType)?.vcpuCount ?? 1, ThreadsPerCore: 1 },
    EbsOptimized: false,
    EnaSupport: true,
    Hypervisor: 'xen',
    LaunchTime: new Date(one.launchedMs),
    MetadataOptions: { HttpEndpoint: 'enabled', HttpTokens: 'required', State: 'applied' },
    Monitoring: { State: 'disabled' },
    Placement: { AvailabilityZone: one.zone, GroupName: '', Tenancy: 'default' },
    ProductCodes: [],
    RootDeviceName: launch?.volumes[0]?.deviceName ?? '/dev/xvda',
    RootDeviceType: 'ebs',
    State: { Code: stateCodes[one.state], Name: one.state },
    StateTransitionReason: one.state === 'terminated' ? 'Service initiated' : '',
    VirtualizationType: 'hvm',
    ...(launch?.keyName === undefined ? {} : { KeyName: launch.keyName }),
    ...(one.capacityType === 'SPOT' ? { InstanceLifecycle: 'spot' as const } : {}),
    ...(isHere ? { ...attachedView(account, one), PrivateIpAddress } : {}),
    Tags: tagList(one.tags),
  }
}

/** What an instance has only while it is there. */
function attachedView(account: AwsAccount, one: InstanceState): Partial<Sdk.Instance> {
  const PrivateIpAddress = privateIpOf(account, one)
  const PrivateDnsName = `ip-${PrivateIpAddress.replaceAll('.', '-')}.${account.region}.compute.internal`
  const VpcId = account.subnets.get(one.subnetId)?.vpcId ?? ''
  const SecurityGroups = (one.securityGroupIds ?? []).map((GroupId) => ({
    GroupId,
    GroupName: account.network.securityGroups.get(GroupId)?.name ?? '',
  }))
  return {
    BlockDeviceMappings: volumesOf(one).map((volume) => ({
      DeviceName: volume.deviceName,
      Ebs: {
        AttachTime: new Date(one.launchedMs),
        DeleteOnTermination: true,
        Status: 'attached',
        VolumeId: volume.id,
      },
    })),
    NetworkInterfaces: [
      {
        NetworkInterfaceId: interfaceIdOf(one),
        Groups: SecurityGroups,
        OwnerId: account.accountId,
        PrivateIpAddress,
        PrivateIpAddresses: [{ Primary: true, PrivateIpAddress }],
        Status: 'in-use',
        SubnetId: one.subnetId,
        VpcId,
      },
    ],
    PrivateDnsName,
    SecurityGroups,
    SourceDestCheck: true,
    SubnetId: one.subnetId,
    VpcId,
  }
}

/** Status checks: running instances only, unless all are asked for. */
function describeInstanceStatus(
  account: AwsAccount,
  input: Sdk.DescribeInstanceStatusRequest,
): Sdk.DescribeInstanceStatusResult {
  const ids = input.InstanceIds ?? []
  const all = ids.length > 0 ? requireInstances(account, ids) : [...account.instances.values()]
  const found = all
    .filter((one) => input.IncludeAllInstances === true || one.state === 'running')
    .filter((one) =>
      matchesFilters(
        input.Filters,
        {},
        {
          'availability-zone': one.zone,
          'instance-state-code': stateCodes[one.state],
          'instance-state-name': one.state,
        },
      ),
    )
  const size = input.MaxResults ?? pageMax
  const { next, page } = pageOf(found, { token: input.NextToken, size })
  return {
    InstanceStatuses: page.map((one) => {
      const Status = one.state === 'running' ? 'ok' : 'not-applicable'
      const details = [{ Name: 'reachability' as const, Status: 'passed' as const }]
      const summary = { Status, ...(Status === 'ok' ? { Details: details } : {}) } as const
      return {
        AvailabilityZone: one.zone,
        InstanceId: one.id,
        InstanceState: { Code: stateCodes[one.state], Name: one.state },
        InstanceStatus: summary,
        SystemStatus: summary,
      }
    }),
    ...(next === undefined ? {} : { NextToken: next }),
  }
}

/** One attribute of one instance. @throws RegroupError for attributes the twin does not model. */
function describeInstanceAttribute(
  account: AwsAccount,
  input: Sdk.DescribeInstanceAttributeRequest,
): Sdk.InstanceAttribute {
  const [one] = requireInstances(account, [input.InstanceId ?? ''])
  const { launch } = one?.recipe ?? {}
  const InstanceId = one?.id
  switch (input.Attribute) {
    case 'disableApiTermination':
      return { InstanceId, DisableApiTermination: { Value: false } }
    case 'disableApiStop':
      return { InstanceId, DisableApiStop: { Value: false } }
    case 'ebsOptimized':
      return { InstanceId, EbsOptimized: { Value: false } }
    case 'groupSet':
      return { InstanceId, Groups: (one?.securityGroupIds ?? []).map((GroupId) => ({ GroupId })) }
    case 'instanceInitiatedShutdownBehavior':
      return { InstanceId, InstanceInitiatedShutdownBehavior: { Value: 'stop' } }
    case 'instanceType':
      return { InstanceId, InstanceType: { Value: one?.instanceType } }
    case 'rootDeviceName':
      return { InstanceId, RootDeviceName: { Value: launch?.volumes[0]?.deviceName } }
    case 'sourceDestCheck':
      return { InstanceId, SourceDestCheck: { Value: true } }
    case 'userData':
      return { InstanceId, UserData: launch?.userData ? { Value: launch.userData } : {} }
    default:
      throw awsError('InvalidParameterValue', `the twin does not know attribute ${input.Attribute}`)
  }
}

/** Security groups only. @throws RegroupError for attributes that the twin does not change. */
function modifyInstanceAttribute(
  account: AwsAccount,
  input: Sdk.ModifyInstanceAttributeRequest,
): void {
  const [one] = requireInstances(account, [input.InstanceId ?? ''])
  if (one === undefined || input.Groups === undefined) {
    throw awsError('InvalidParameterCombination', 'the twin changes the groups of instances only')
  }
  for (const id of input.Groups) requireSecurityGroup(account, id)
  one.securityGroupIds = input.Groups
}

/** Operations on instances that are there. */
export const instanceOperations = {
  describeInstanceAttribute,
  describeInstanceStatus,
  describeInstances,
  modifyInstanceAttribute,
}
