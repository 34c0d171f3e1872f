/** The default VPC: made on request, as accounts that deleted theirs can. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { addVpc, vpcOperations } from './vpc.ts'
import { zoneNames } from './zones.ts'

/** Addresses of a /20 that AWS does not keep. */
const freeAddressCount = 4091

/** One public subnet per zone. @throws RegroupError DefaultVpcAlreadyExists. */
function createDefaultVpc(
  account: AwsAccount,
  _input: Sdk.CreateDefaultVpcRequest,
): Sdk.CreateDefaultVpcResult {
  if ([...account.network.vpcs.values()].some((one) => one.isDefault)) {
    throw awsError('DefaultVpcAlreadyExists', 'A Default VPC already exists for this account.')
  }
  const { kernel, network } = account
  const vpc = addVpc(account, { cidr: '172.31.0.0/16', tags: {}, isDefault: true })
  vpc.hasDnsHostnames = true
  const gateway = `igw-${kernel.hexId('internet-gateway', 17)}`
  network.internetGateways.set(gateway, { id: gateway, vpcId: vpc.id, tags: {} })
  const table = [...network.routeTables.values()].find((one) => one.vpcId === vpc.id)
  const route = { destination: '0.0.0.0/0', gatewayId: gateway, natGatewayId: undefined }
  table?.routes.push({ ...route, origin: 'CreateRoute' })
  zoneNames(account.region).forEach((zone, index) => {
    const id = `subnet-${kernel.hexId('subnet', 17)}`
    account.subnets.set(id, {
      id,
      zone,
      vpcId: vpc.id,
      cidr: `172.31.${index * 16}.0/20`,
      freeAddressCount,
      isPublicIpMapped: true,
      isDefault: true,
      tags: {},
    })
  })
  const { Vpcs } = vpcOperations.describeVpcs(account, { VpcIds: [vpc.id] })
  return { Vpc: Vpcs?.[0] }
}

/** Operations on the default VPC. */
export const defaultVpcOperations = { createDefaultVpc }
