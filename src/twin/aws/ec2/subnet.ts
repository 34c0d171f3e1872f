/** Subnets. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { pageOf } from '../page.ts'
import { addressCount, contains, overlaps, parseCidr } from './cidr.ts'
import { endDryRun } from './dry-run.ts'
import { byIds, matchesFilters } from './filters.ts'
import { interfacesOf } from './network-interface.ts'
import type { SubnetState } from './state.ts'
import { tagList, tagsFor } from './tags.ts'
import { requireVpc } from './vpc.ts'
import { zoneIdOf, zoneNames } from './zones.ts'

const missing = { code: 'InvalidSubnetID.NotFound', what: 'subnet ID' }
const pageMax = 1000
/** AWS keeps the first four addresses and the last one of every subnet. */
const reservedCount = 5

/** @throws RegroupError InvalidSubnetID.NotFound. */
export function requireSubnet(account: AwsAccount, id: string | undefined): SubnetState {
  const [subnet] = byIds(account.subnets, [id ?? ''], missing)
  if (subnet === undefined) throw awsError(missing.code, `The subnet ID '${id}' does not exist`)
  return subnet
}

/** Subnets by ids or filters (tags, vpc, zone, ...). */
function describeSubnets(
  account: AwsAccount,
  input: Sdk.DescribeSubnetsRequest,
): Sdk.DescribeSubnetsResult {
  const found = byIds(account.subnets, input.SubnetIds, missing).filter((subnet) =>
    matchesFilters(input.Filters, subnet.tags, {
      'availability-zone': subnet.zone,
      availabilityZone: subnet.zone,
      'availability-zone-id': zoneIdOf(account.region, subnet.zone),
      'available-ip-address-count': subnet.freeAddressCount,
      'cidr-block': subnet.cidr,
      cidr: subnet.cidr,
      'default-for-az': subnet.isDefault ?? false,
      'map-public-ip-on-launch': subnet.isPublicIpMapped ?? false,
      'owner-id': account.accountId,
      state: 'available',
      'subnet-id': subnet.id,
      'vpc-id': subnet.vpcId,
    }),
  )
  const { next, page } = pageOf(found, {
    token: input.NextToken,
    size: input.MaxResults ?? pageMax,
  })
  return {
    Subnets: page.map((subnet) => subnetView(account, subnet)),
    ...(next === undefined ? {} : { NextToken: next }),
  }
}

function subnetView(account: AwsAccount, subnet: SubnetState): Sdk.Subnet {
  return {
    SubnetId: subnet.id,
    SubnetArn: `arn:aws:ec2:${account.region}:${account.accountId}:subnet/${subnet.id}`,
    VpcId: subnet.vpcId,
    OwnerId: account.accountId,
    CidrBlock: subnet.cidr,
    AvailabilityZone: subnet.zone,
    AvailabilityZoneId: zoneIdOf(account.region, subnet.zone),
    AvailableIpAddressCount: subnet.freeAddressCount,
    AssignIpv6AddressOnCreation: subnet.isIpv6Assigned ?? false,
    DefaultForAz: subnet.isDefault ?? false,
    EnableDns64: false,
    Ipv6CidrBlockAssociationSet:
      subnet.ipv6Cidr === undefined
        ? []
        : [{ Ipv6CidrBlock: subnet.ipv6Cidr, Ipv6CidrBlockState: { State: 'associated' } }],
    Ipv6Native: false,
    MapCustomerOwnedIpOnLaunch: false,
    MapPublicIpOnLaunch: subnet.isPublicIpMapped ?? false,
    PrivateDnsNameOptionsOnLaunch: {
      HostnameType: 'ip-name',
      EnableResourceNameDnsARecord: false,
      EnableResourceNameDnsAAAARecord: false,
    },
    State: 'available',
    Tags: tagList(subnet.tags),
  }
}

function createSubnet(account: AwsAccount, input: Sdk.CreateSubnetRequest): Sdk.CreateSubnetResult {
  const vpc = requireVpc(account, input.VpcId)
  const size = checkBlock(account, vpc, input.CidrBlock ?? '')
  const zone = zoneOf(account, input)
  endDryRun(input)
  const subnet: SubnetState = {
    id: `subnet-${account.kernel.hexId('subnet', 17)}`,
    zone,
    vpcId: vpc.id,
    cidr: input.CidrBlock ?? '',
    freeAddressCount: addressCount(size) - reservedCount,
    tags: tagsFor(input.TagSpecifications, 'subnet'),
  }
  account.subnets.set(subnet.id, subnet)
  return { Subnet: subnetView(account, subnet) }
}

function checkBlock(
  account: AwsAccount,
  vpc: { readonly id: string; readonly cidr: string },
  cidr: string,
): number {
  const block = parseCidr(cidr)
  const outer = parseCidr(vpc.cidr)
  if (block === undefined) {
    const text = `Value (${cidr}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`
    throw awsError('InvalidParameterValue', text)
  }
  if (outer === undefined || !contains(outer, block) || block.size > 28) {
    throw awsError('InvalidSubnet.Range', `The CIDR '${cidr}' is invalid.`)
  }
  for (const other of account.subnets.values()) {
    const taken = other.vpcId === vpc.id ? parseCidr(other.cidr) : undefined
    if (taken === undefined || !overlaps(taken, block)) continue
    throw awsError('InvalidSubnet.Conflict', `The CIDR '${cidr}' conflicts with another subnet`)
  }
  return block.size
}

function zoneOf(account: AwsAccount, input: Sdk.CreateSubnetRequest): string {
  const zones = zoneNames(account.region)
  const wanted =
    input.AvailabilityZone ??
    zones.find((zone) => zoneIdOf(account.region, zone) === input.AvailabilityZoneId) ??
    zones[0]
  if (wanted !== undefined && zones.includes(wanted)) return wanted
  const text = `Value (${wanted}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${zones.join(', ')}.`
  throw awsError('InvalidParameterValue', text)
}

/** What a subnet gives to instances; members the twin does not model are refused. */
function modifySubnetAttribute(account: AwsAccount, input: Sdk.ModifySubnetAttributeRequest): void {
  const subnet = requireSubnet(account, input.SubnetId)
  const { AssignIpv6AddressOnCreation: ipv6, MapPublicIpOnLaunch, SubnetId: _, ...others } = input
  const other = Object.entries(others).find(([, value]) => value !== undefined)
  if (other !== undefined) {
    throw awsError('InvalidParameterValue', `the twin does not change ${other[0]} of a subnet`)
  }
  if (ipv6?.Value === true && subnet.ipv6Cidr === undefined) {
    const text = `Invalid value 'true' for assignIpv6AddressOnCreation. Subnet must have associated IPv6 CIDR.`
    throw awsError('InvalidParameterValue', text)
  }
  subnet.isIpv6Assigned = ipv6?.Value ?? subnet.isIpv6Assigned ?? false
  subnet.isPublicIpMapped = MapPublicIpOnLaunch?.Value ?? subnet.isPublicIpMapped ?? false
}

/** @throws RegroupError DependencyViolation while network interfaces are in the subnet. */
function deleteSubnet(account: AwsAccount, input: Sdk.DeleteSubnetRequest): void {
  const subnet = requireSubnet(account, input.SubnetId)
  const isUsed =
    interfacesOf(account).some((one) => one.SubnetId === subnet.id) ||
    [...account.network.natGateways.values()].some(
      (one) => one.subnetId === subnet.id && one.state !== 'deleted',
    )
  if (isUsed) {
    const text = `The subnet '${subnet.id}' has dependencies and cannot be deleted.`
    throw awsError('DependencyViolation', text)
  }
  endDryRun(input)
  account.subnets.delete(subnet.id)
  for (const table of account.network.routeTables.values()) {
    const at = table.associations.findIndex((one) => one.subnetId === subnet.id)
    if (at >= 0) table.associations.splice(at, 1)
  }
}

/** Operations on subnets. */
export const subnetOperations = {
  createSubnet,
  deleteSubnet,
  describeSubnets,
  modifySubnetAttribute,
}
