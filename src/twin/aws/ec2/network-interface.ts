/** Network interfaces of instances, and the default network access lists. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import { hash32 } from '../../../world/random.ts'
import type { AwsAccount } from '../account.ts'
import { pageOf } from '../page.ts'
import type { InstanceState } from '../state.ts'
import { addressCount, addressText, parseCidr } from './cidr.ts'
import { byIds, matchesFilters } from './filters.ts'
import { tagList } from './tags.ts'

const missing = { code: 'InvalidNetworkInterfaceID.NotFound', what: 'networkInterface ID' }
const pageMax = 1000

/** The private address of an instance: made of its id, inside its subnet. */
export function privateIpOf(account: AwsAccount, instance: InstanceState): string {
  const block = parseCidr(account.subnets.get(instance.subnetId)?.cidr ?? '10.0.0.0/8')
  if (block === undefined) return '10.0.0.4'
  const count = addressCount(block.size)
  return addressText(block.first + 4 + (hash32(instance.id) % Math.max(1, count - 5)))
}

/** The id of an instance's first interface. */
export function interfaceIdOf(instance: InstanceState): string {
  return `eni-${instance.id.slice(2)}`
}

/** One interface per instance that is not gone. */
export function interfacesOf(account: AwsAccount): readonly Sdk.NetworkInterface[] {
  return [...account.instances.values()]
    .filter((one) => one.state !== 'terminated')
    .map((instance) => {
      const PrivateIpAddress = privateIpOf(account, instance)
      return {
        NetworkInterfaceId: interfaceIdOf(instance),
        AvailabilityZone: instance.zone,
        Description: '',
        Groups: (instance.securityGroupIds ?? []).map((GroupId) => ({
          GroupId,
          GroupName: account.network.securityGroups.get(GroupId)?.name ?? '',
        })),
        InterfaceType: 'interface',
        OwnerId: account.accountId,
        PrivateIpAddress,
        PrivateIpAddresses: [{ Primary: true, PrivateIpAddress }],
        RequesterManaged: false,
        SourceDestCheck: true,
        Status: 'in-use',
        SubnetId: instance.subnetId,
        VpcId: account.subnets.get(instance.subnetId)?.vpcId,
        Attachment: {
          AttachmentId: `eni-attach-${instance.id.slice(2)}`,
          AttachTime: new Date(instance.launchedMs),
          DeleteOnTermination: true,
          DeviceIndex: 0,
          InstanceId: instance.id,
          InstanceOwnerId: account.accountId,
          Status: 'attached',
        },
        TagSet: [],
      }
    })
}

function describeNetworkInterfaces(
  account: AwsAccount,
  input: Sdk.DescribeNetworkInterfacesRequest,
): Sdk.DescribeNetworkInterfacesResult {
  const all = new Map(interfacesOf(account).map((one) => [one.NetworkInterfaceId ?? '', one]))
  const found = byIds(all, input.NetworkInterfaceIds, missing).filter((one) =>
    matchesFilters(
      input.Filters,
      {},
      {
        'attachment.instance-id': one.Attachment?.InstanceId,
        'attachment.instance-owner-id': one.Attachment?.InstanceOwnerId,
        'attachment.status': one.Attachment?.Status,
        'availability-zone': one.AvailabilityZone,
        description: one.Description,
        'group-id': one.Groups?.flatMap(({ GroupId }) => GroupId ?? []),
        'interface-type': one.InterfaceType,
        'network-interface-id': one.NetworkInterfaceId,
        'owner-id': one.OwnerId,
        'private-ip-address': one.PrivateIpAddress,
        'requester-id': undefined,
        'requester-managed': false,
        status: one.Status,
        'subnet-id': one.SubnetId,
        'vpc-id': one.VpcId,
      },
    ),
  )
  const { next, page } = pageOf(found, {
    token: input.NextToken,
    size: input.MaxResults ?? pageMax,
  })
  return { NetworkInterfaces: [...page], ...(next === undefined ? {} : { NextToken: next }) }
}

/** Both rules of a default list, one per direction, and EC2's final refusal. */
const aclEntries: readonly Sdk.NetworkAclEntry[] = [true, false].flatMap((Egress) => [
  { CidrBlock: '0.0.0.0/0', Egress, Protocol: '-1', RuleAction: 'allow', RuleNumber: 100 },
  { CidrBlock: '0.0.0.0/0', Egress, Protocol: '-1', RuleAction: 'deny', RuleNumber: 32_767 },
])

function describeNetworkAcls(
  account: AwsAccount,
  input: Sdk.DescribeNetworkAclsRequest,
): Sdk.DescribeNetworkAclsResult {
  const missingAcl = { code: 'InvalidNetworkAclID.NotFound', what: 'networkAcl ID' }
  const found = byIds(account.network.networkAcls, input.NetworkAclIds, missingAcl).filter((acl) =>
    matchesFilters(input.Filters, acl.tags, {
      'association.subnet-id': subnetsIn(account, acl.vpcId),
      default: true,
      'network-acl-id': acl.id,
      'owner-id': account.accountId,
      'vpc-id': acl.vpcId,
    }),
  )
  return {
    NetworkAcls: found.map((acl) => ({
      NetworkAclId: acl.id,
      VpcId: acl.vpcId,
      OwnerId: account.accountId,
      IsDefault: true,
      Associations: subnetsIn(account, acl.vpcId).map((SubnetId) => ({
        NetworkAclAssociationId: `aclassoc-${SubnetId.slice('subnet-'.length)}`,
        NetworkAclId: acl.id,
        SubnetId,
      })),
      Entries: aclEntries.map((entry) => ({ ...entry })),
      Tags: tagList(acl.tags),
    })),
  }
}

function subnetsIn(account: AwsAccount, vpcId: string): readonly string[] {
  return [...account.subnets.values()].filter((one) => one.vpcId === vpcId).map((one) => one.id)
}

/** Operations on interfaces and access lists. */
export const interfaceOperations = { describeNetworkAcls, describeNetworkInterfaces }
