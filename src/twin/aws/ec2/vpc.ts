/** VPCs, with what EC2 makes along with them. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import type { StringMap } from '../../../world/kube-objects.ts'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { pageOf } from '../page.ts'
import { parseCidr } from './cidr.ts'
import { endDryRun } from './dry-run.ts'
import { byIds, matchesFilters } from './filters.ts'
import type { VpcState } from './network-state.ts'
import { addSecurityGroup } from './security-group.ts'
import { tagList, tagsFor } from './tags.ts'

const missing = { code: 'InvalidVpcID.NotFound', what: 'vpc ID' }
/** Items a page unless the call says less. */
const pageMax = 1000

/** @throws RegroupError InvalidVpcID.NotFound. */
export function requireVpc(account: AwsAccount, id: string | undefined): VpcState {
  const [vpc] = byIds(account.network.vpcs, [id ?? ''], missing)
  if (vpc === undefined) throw awsError(missing.code, `The vpc ID '${id}' does not exist`)
  return vpc
}

/** A VPC with its default security group, main route table and network access list. */
export function addVpc(
  account: AwsAccount,
  spec: {
    readonly cidr: string
    readonly tags: StringMap
    readonly tenancy?: string
    readonly isDefault?: boolean
  },
): VpcState {
  const { kernel, network } = account
  const vpc: VpcState = {
    id: `vpc-${kernel.hexId('vpc', 17)}`,
    cidr: spec.cidr,
    associationId: `vpc-cidr-assoc-${kernel.hexId('vpc-cidr', 17)}`,
    tenancy: spec.tenancy ?? 'default',
    isDefault: spec.isDefault ?? false,
    isDnsSupported: true,
    hasDnsHostnames: false,
    hasAddressMetrics: false,
    tags: spec.tags,
  }
  network.vpcs.set(vpc.id, vpc)
  const description = 'default VPC security group'
  addSecurityGroup(account, { name: 'default', description, vpcId: vpc.id, tags: {} })
  const table = `rtb-${kernel.hexId('route-table', 17)}`
  network.routeTables.set(table, {
    id: table,
    vpcId: vpc.id,
    routes: [
      {
        destination: vpc.cidr,
        gatewayId: 'local',
        natGatewayId: undefined,
        origin: 'CreateRouteTable',
      },
    ],
    associations: [
      { id: `rtbassoc-${kernel.hexId('route-association', 17)}`, subnetId: undefined },
    ],
    tags: {},
  })
  const acl = `acl-${kernel.hexId('network-acl', 17)}`
  network.networkAcls.set(acl, { id: acl, vpcId: vpc.id, tags: {} })
  return vpc
}

function createVpc(account: AwsAccount, input: Sdk.CreateVpcRequest): Sdk.CreateVpcResult {
  const block = parseCidr(input.CidrBlock ?? '')
  if (block === undefined || block.size < 16 || block.size > 28) {
    throw awsError('InvalidVpc.Range', `The CIDR '${input.CidrBlock}' is invalid.`)
  }
  endDryRun(input)
  const vpc = addVpc(account, {
    cidr: input.CidrBlock ?? '',
    tags: tagsFor(input.TagSpecifications, 'vpc'),
    tenancy: input.InstanceTenancy ?? 'default',
  })
  return { Vpc: { ...vpcView(account, vpc), State: 'pending' } }
}

function vpcView(account: AwsAccount, vpc: VpcState): Sdk.Vpc {
  return {
    VpcId: vpc.id,
    OwnerId: account.accountId,
    State: 'available',
    CidrBlock: vpc.cidr,
    CidrBlockAssociationSet: [
      {
        AssociationId: vpc.associationId,
        CidrBlock: vpc.cidr,
        CidrBlockState: { State: 'associated' },
      },
    ],
    DhcpOptionsId: 'dopt-0123456789abcdef0',
    InstanceTenancy: vpc.tenancy as Sdk.Tenancy,
    IsDefault: vpc.isDefault,
    Tags: tagList(vpc.tags),
  }
}

function describeVpcs(account: AwsAccount, input: Sdk.DescribeVpcsRequest): Sdk.DescribeVpcsResult {
  const found = byIds(account.network.vpcs, input.VpcIds, missing).filter((vpc) =>
    matchesFilters(input.Filters, vpc.tags, {
      cidr: vpc.cidr,
      'cidr-block-association.cidr-block': vpc.cidr,
      'is-default': vpc.isDefault,
      isDefault: vpc.isDefault,
      'owner-id': account.accountId,
      state: 'available',
      'vpc-id': vpc.id,
    }),
  )
  const { next, page } = pageOf(found, {
    token: input.NextToken,
    size: input.MaxResults ?? pageMax,
  })
  return {
    Vpcs: page.map((vpc) => vpcView(account, vpc)),
    ...(next === undefined ? {} : { NextToken: next }),
  }
}

function describeVpcAttribute(
  account: AwsAccount,
  input: Sdk.DescribeVpcAttributeRequest,
): Sdk.DescribeVpcAttributeResult {
  const vpc = requireVpc(account, input.VpcId)
  switch (input.Attribute) {
    case 'enableDnsHostnames':
      return { VpcId: vpc.id, EnableDnsHostnames: { Value: vpc.hasDnsHostnames } }
    case 'enableDnsSupport':
      return { VpcId: vpc.id, EnableDnsSupport: { Value: vpc.isDnsSupported } }
    case 'enableNetworkAddressUsageMetrics':
      return { VpcId: vpc.id, EnableNetworkAddressUsageMetrics: { Value: vpc.hasAddressMetrics } }
    default:
      throw awsError('InvalidParameterValue', `Value (${input.Attribute}) for attribute is invalid`)
  }
}

function modifyVpcAttribute(account: AwsAccount, input: Sdk.ModifyVpcAttributeRequest): void {
  const vpc = requireVpc(account, input.VpcId)
  vpc.hasDnsHostnames = input.EnableDnsHostnames?.Value ?? vpc.hasDnsHostnames
  vpc.isDnsSupported = input.EnableDnsSupport?.Value ?? vpc.isDnsSupported
  vpc.hasAddressMetrics = input.EnableNetworkAddressUsageMetrics?.Value ?? vpc.hasAddressMetrics
}

/** @throws RegroupError DependencyViolation while something of a user's is in the VPC. */
function deleteVpc(account: AwsAccount, input: Sdk.DeleteVpcRequest): void {
  const { network } = account
  const vpc = requireVpc(account, input.VpcId)
  const isHere = (one: { readonly vpcId: string | undefined }): boolean => one.vpcId === vpc.id
  const isBusy =
    [...account.subnets.values()].some(isHere) ||
    [...network.internetGateways.values()].some(isHere) ||
    [...network.securityGroups.values()].some((one) => isHere(one) && one.name !== 'default') ||
    [...network.routeTables.values()].some(
      (one) => isHere(one) && one.associations.every(({ subnetId }) => subnetId !== undefined),
    )
  if (isBusy) {
    const text = `The vpc '${vpc.id}' has dependencies and cannot be deleted.`
    throw awsError('DependencyViolation', text)
  }
  endDryRun(input)
  network.vpcs.delete(vpc.id)
  for (const map of [network.securityGroups, network.routeTables, network.networkAcls]) {
    for (const [id, one] of map) if (one.vpcId === vpc.id) map.delete(id)
  }
}

/** Operations on VPCs. */
export const vpcOperations = {
  createVpc,
  deleteVpc,
  describeVpcAttribute,
  describeVpcs,
  modifyVpcAttribute,
}
