/** Internet gateways, NAT gateways and the addresses they use. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { byIds, matchesFilters } from './filters.ts'
import type { AddressState, InternetGatewayState, NatGatewayState } from './network-state.ts'
import { requireSubnet } from './subnet.ts'
import { tagList, tagsFor } from './tags.ts'
import { requireVpc } from './vpc.ts'

/** A NAT gateway needs one to two minutes to come, about a minute to go (assumed). */
const natCreateMs = 90_000
const natDeleteMs = 60_000
const missingGateway = { code: 'InvalidInternetGatewayID.NotFound', what: 'internetGateway ID' }
const missingNat = { code: 'NatGatewayNotFound', what: 'NAT gateway' }
const missingAddress = { code: 'InvalidAllocationID.NotFound', what: 'allocation ID' }

function find<T>(
  all: ReadonlyMap<string, T>,
  id: string | undefined,
  missing: { readonly code: string; readonly what: string },
): T {
  const [found] = byIds(all, [id ?? ''], missing)
  if (found === undefined)
    throw awsError(missing.code, `The ${missing.what} '${id}' does not exist`)
  return found
}

function createInternetGateway(
  account: AwsAccount,
  input: Sdk.CreateInternetGatewayRequest,
): Sdk.CreateInternetGatewayResult {
  const gateway: InternetGatewayState = {
    id: `igw-${account.kernel.hexId('internet-gateway', 17)}`,
    vpcId: undefined,
    tags: tagsFor(input.TagSpecifications, 'internet-gateway'),
  }
  account.network.internetGateways.set(gateway.id, gateway)
  return { InternetGateway: gatewayView(account, gateway) }
}

function gatewayView(account: AwsAccount, gateway: InternetGatewayState): Sdk.InternetGateway {
  const { vpcId } = gateway
  return {
    InternetGatewayId: gateway.id,
    OwnerId: account.accountId,
    // EC2 says `available` here, which its own list of attachment states does not have.
    Attachments:
      vpcId === undefined ? [] : [{ VpcId: vpcId, State: 'available' as Sdk.AttachmentStatus }],
    Tags: tagList(gateway.tags),
  }
}

function describeInternetGateways(
  account: AwsAccount,
  input: Sdk.DescribeInternetGatewaysRequest,
): Sdk.DescribeInternetGatewaysResult {
  const all = account.network.internetGateways
  const found = byIds(all, input.InternetGatewayIds, missingGateway).filter((one) =>
    matchesFilters(input.Filters, one.tags, {
      'attachment.state': one.vpcId === undefined ? undefined : 'available',
      'attachment.vpc-id': one.vpcId,
      'internet-gateway-id': one.id,
      'owner-id': account.accountId,
    }),
  )
  return { InternetGateways: found.map((one) => gatewayView(account, one)) }
}

function attachInternetGateway(account: AwsAccount, input: Sdk.AttachInternetGatewayRequest): void {
  const gateway = find(account.network.internetGateways, input.InternetGatewayId, missingGateway)
  const vpc = requireVpc(account, input.VpcId)
  if (gateway.vpcId !== undefined) {
    const text = `resource ${gateway.id} is already attached to network ${gateway.vpcId}`
    throw awsError('Resource.AlreadyAssociated', text)
  }
  gateway.vpcId = vpc.id
}

function detachInternetGateway(account: AwsAccount, input: Sdk.DetachInternetGatewayRequest): void {
  const gateway = find(account.network.internetGateways, input.InternetGatewayId, missingGateway)
  if (gateway.vpcId !== input.VpcId) {
    const text = `resource ${gateway.id} is not attached to network ${input.VpcId}`
    throw awsError('Gateway.NotAttached', text)
  }
  gateway.vpcId = undefined
}

function deleteInternetGateway(account: AwsAccount, input: Sdk.DeleteInternetGatewayRequest): void {
  const gateway = find(account.network.internetGateways, input.InternetGatewayId, missingGateway)
  if (gateway.vpcId !== undefined) {
    const text = `The internetGateway '${gateway.id}' has dependencies and cannot be deleted.`
    throw awsError('DependencyViolation', text)
  }
  account.network.internetGateways.delete(gateway.id)
}

function allocateAddress(
  account: AwsAccount,
  input: Sdk.AllocateAddressRequest,
): Sdk.AllocateAddressResult {
  const count = account.network.addresses.size + 1
  const address: AddressState = {
    id: `eipalloc-${account.kernel.hexId('address', 17)}`,
    // TEST-NET-3: addresses that belong to nobody.
    publicIp: `203.0.113.${count % 254}`,
    natGatewayId: undefined,
    tags: tagsFor(input.TagSpecifications, 'elastic-ip'),
  }
  account.network.addresses.set(address.id, address)
  return { AllocationId: address.id, PublicIp: address.publicIp, Domain: 'vpc' }
}

function describeAddresses(
  account: AwsAccount,
  input: Sdk.DescribeAddressesRequest,
): Sdk.DescribeAddressesResult {
  const all = account.network.addresses
  const found = byIds(all, input.AllocationIds, missingAddress).filter((one) =>
    matchesFilters(input.Filters, one.tags, {
      'allocation-id': one.id,
      domain: 'vpc',
      'public-ip': one.publicIp,
    }),
  )
  return {
    Addresses: found.map((one) => ({
      AllocationId: one.id,
      Domain: 'vpc',
      NetworkBorderGroup: account.region,
      PublicIp: one.publicIp,
      PublicIpv4Pool: 'amazon',
      Tags: tagList(one.tags),
    })),
  }
}

/** Names of reverse DNS: none can be set in the twin. */
function describeAddressesAttribute(
  account: AwsAccount,
  input: Sdk.DescribeAddressesAttributeRequest,
): Sdk.DescribeAddressesAttributeResult {
  const found = byIds(account.network.addresses, input.AllocationIds, missingAddress)
  return {
    Addresses: found.map((one) => ({ AllocationId: one.id, PublicIp: one.publicIp })),
  }
}

function releaseAddress(account: AwsAccount, input: Sdk.ReleaseAddressRequest): void {
  const address = find(account.network.addresses, input.AllocationId, missingAddress)
  if (address.natGatewayId !== undefined) {
    throw awsError('InvalidIPAddress.InUse', `Address with allocation id ${address.id} is in use`)
  }
  account.network.addresses.delete(address.id)
}

function createNatGateway(
  account: AwsAccount,
  input: Sdk.CreateNatGatewayRequest,
): Sdk.CreateNatGatewayResult {
  const subnet = requireSubnet(account, input.SubnetId)
  const connectivity = input.ConnectivityType ?? 'public'
  const address =
    connectivity === 'public'
      ? find(account.network.addresses, input.AllocationId, missingAddress)
      : undefined
  return account.once('nat-gateway', input.ClientToken, () => {
    const gateway: NatGatewayState = {
      id: `nat-${account.kernel.hexId('nat-gateway', 17)}`,
      subnetId: subnet.id,
      vpcId: subnet.vpcId,
      allocationId: address?.id,
      connectivity,
      createdMs: account.kernel.nowMs(),
      state: 'pending',
      tags: tagsFor(input.TagSpecifications, 'natgateway'),
    }
    if (address !== undefined) address.natGatewayId = gateway.id
    account.network.natGateways.set(gateway.id, gateway)
    account.kernel.after(natCreateMs, 'nat-available', () => {
      if (gateway.state === 'pending') gateway.state = 'available'
    })
    return { NatGateway: natView(account, gateway) }
  })
}

function natView(account: AwsAccount, gateway: NatGatewayState): Sdk.NatGateway {
  const { allocationId } = gateway
  const address = account.network.addresses.get(allocationId ?? '')
  return {
    NatGatewayId: gateway.id,
    SubnetId: gateway.subnetId,
    VpcId: gateway.vpcId,
    ConnectivityType: gateway.connectivity,
    CreateTime: new Date(gateway.createdMs),
    NatGatewayAddresses:
      address === undefined
        ? []
        : [{ AllocationId: address.id, PublicIp: address.publicIp, IsPrimary: true }],
    State: gateway.state,
    Tags: tagList(gateway.tags),
  }
}

function describeNatGateways(
  account: AwsAccount,
  input: Sdk.DescribeNatGatewaysRequest,
): Sdk.DescribeNatGatewaysResult {
  const all = account.network.natGateways
  const found = byIds(all, input.NatGatewayIds, missingNat).filter((one) =>
    matchesFilters(input.Filter, one.tags, {
      'nat-gateway-id': one.id,
      state: one.state,
      'subnet-id': one.subnetId,
      'vpc-id': one.vpcId,
    }),
  )
  return { NatGateways: found.map((one) => natView(account, one)) }
}

/** The gateway stays visible as deleted. */
function deleteNatGateway(
  account: AwsAccount,
  input: Sdk.DeleteNatGatewayRequest,
): Sdk.DeleteNatGatewayResult {
  const gateway = find(account.network.natGateways, input.NatGatewayId, missingNat)
  if (gateway.state === 'pending' || gateway.state === 'available') {
    gateway.state = 'deleting'
    account.kernel.after(natDeleteMs, 'nat-deleted', () => {
      gateway.state = 'deleted'
      const address = account.network.addresses.get(gateway.allocationId ?? '')
      if (address !== undefined) address.natGatewayId = undefined
    })
  }
  return { NatGatewayId: gateway.id }
}

/** Operations on gateways and addresses. */
export const gatewayOperations = {
  allocateAddress,
  attachInternetGateway,
  createInternetGateway,
  createNatGateway,
  deleteInternetGateway,
  deleteNatGateway,
  describeAddresses,
  describeAddressesAttribute,
  describeInternetGateways,
  describeNatGateways,
  detachInternetGateway,
  releaseAddress,
}
