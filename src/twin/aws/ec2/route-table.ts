/** Route tables, their routes and subnets. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { endDryRun } from './dry-run.ts'
import { byIds, matchesFilters } from './filters.ts'
import type { RouteState, RouteTableState } from './network-state.ts'
import { requireSubnet } from './subnet.ts'
import { tagList, tagsFor } from './tags.ts'
import { requireVpc } from './vpc.ts'

const missing = { code: 'InvalidRouteTableID.NotFound', what: 'routeTable ID' }

function requireTable(account: AwsAccount, id: string | undefined): RouteTableState {
  const [table] = byIds(account.network.routeTables, [id ?? ''], missing)
  if (table === undefined) throw awsError(missing.code, `The routeTable ID '${id}' does not exist`)
  return table
}

function createRouteTable(
  account: AwsAccount,
  input: Sdk.CreateRouteTableRequest,
): Sdk.CreateRouteTableResult {
  const vpc = requireVpc(account, input.VpcId)
  endDryRun(input)
  const table: RouteTableState = {
    id: `rtb-${account.kernel.hexId('route-table', 17)}`,
    vpcId: vpc.id,
    routes: [
      {
        destination: vpc.cidr,
        gatewayId: 'local',
        natGatewayId: undefined,
        origin: 'CreateRouteTable',
      },
    ],
    associations: [],
    tags: tagsFor(input.TagSpecifications, 'route-table'),
  }
  account.network.routeTables.set(table.id, table)
  return { RouteTable: tableView(account, table) }
}

function tableView(account: AwsAccount, table: RouteTableState): Sdk.RouteTable {
  return {
    RouteTableId: table.id,
    VpcId: table.vpcId,
    OwnerId: account.accountId,
    Associations: table.associations.map(({ id, subnetId }) => ({
      RouteTableAssociationId: id,
      RouteTableId: table.id,
      Main: subnetId === undefined,
      ...(subnetId === undefined ? {} : { SubnetId: subnetId }),
      AssociationState: { State: 'associated' },
    })),
    PropagatingVgws: [],
    Routes: table.routes.map((route) => ({
      DestinationCidrBlock: route.destination,
      ...(route.gatewayId === undefined ? {} : { GatewayId: route.gatewayId }),
      ...(route.natGatewayId === undefined ? {} : { NatGatewayId: route.natGatewayId }),
      Origin: route.origin,
      State: 'active',
    })),
    Tags: tagList(table.tags),
  }
}

function describeRouteTables(
  account: AwsAccount,
  input: Sdk.DescribeRouteTablesRequest,
): Sdk.DescribeRouteTablesResult {
  const found = byIds(account.network.routeTables, input.RouteTableIds, missing).filter((table) =>
    matchesFilters(input.Filters, table.tags, {
      'association.main': table.associations.map((one) => String(one.subnetId === undefined)),
      'association.route-table-association-id': table.associations.map((one) => one.id),
      'association.route-table-id': table.associations.length === 0 ? undefined : table.id,
      'association.subnet-id': table.associations.flatMap((one) => one.subnetId ?? []),
      'owner-id': account.accountId,
      'route-table-id': table.id,
      'route.destination-cidr-block': table.routes.map((one) => one.destination),
      'vpc-id': table.vpcId,
    }),
  )
  return { RouteTables: found.map((table) => tableView(account, table)) }
}

function deleteRouteTable(account: AwsAccount, input: Sdk.DeleteRouteTableRequest): void {
  const table = requireTable(account, input.RouteTableId)
  if (table.associations.length > 0) {
    const text = `The routeTable '${table.id}' has dependencies and cannot be deleted.`
    throw awsError('DependencyViolation', text)
  }
  endDryRun(input)
  account.network.routeTables.delete(table.id)
}

/** @throws RegroupError Resource.AlreadyAssociated when the subnet has a table of its own. */
function associateRouteTable(
  account: AwsAccount,
  input: Sdk.AssociateRouteTableRequest,
): Sdk.AssociateRouteTableResult {
  const table = requireTable(account, input.RouteTableId)
  const subnet = requireSubnet(account, input.SubnetId)
  for (const other of account.network.routeTables.values()) {
    const present = other.associations.find((one) => one.subnetId === subnet.id)
    if (present === undefined) continue
    if (other === table) return associated(present.id)
    const text = `the specified association for route table ${table.id} conflicts with an existing association`
    throw awsError('Resource.AlreadyAssociated', text)
  }
  const id = `rtbassoc-${account.kernel.hexId('route-association', 17)}`
  table.associations.push({ id, subnetId: subnet.id })
  return associated(id)
}

function associated(AssociationId: string): Sdk.AssociateRouteTableResult {
  return { AssociationId, AssociationState: { State: 'associated' } }
}

function disassociateRouteTable(
  account: AwsAccount,
  input: Sdk.DisassociateRouteTableRequest,
): void {
  const id = input.AssociationId
  for (const table of account.network.routeTables.values()) {
    const at = table.associations.findIndex((one) => one.id === id)
    if (at < 0) continue
    if (table.associations[at]?.subnetId === undefined) {
      const text = `cannot disassociate the main route table association ${id}`
      throw awsError('InvalidParameterValue', text)
    }
    table.associations.splice(at, 1)
    return
  }
  throw awsError('InvalidAssociationID.NotFound', `The association ID '${id}' does not exist`)
}

function createRoute(account: AwsAccount, input: Sdk.CreateRouteRequest): Sdk.CreateRouteResult {
  const table = requireTable(account, input.RouteTableId)
  const route = routeOf(account, input)
  if (table.routes.some((one) => one.destination === route.destination)) {
    const text = `The route identified by ${route.destination} already exists.`
    throw awsError('RouteAlreadyExists', text)
  }
  endDryRun(input)
  table.routes.push(route)
  return { Return: true }
}

function routeOf(account: AwsAccount, input: Sdk.CreateRouteRequest): RouteState {
  const { DestinationCidrBlock, GatewayId, NatGatewayId } = input
  const { internetGateways, natGateways } = account.network
  if (
    DestinationCidrBlock === undefined ||
    (GatewayId === undefined) === (NatGatewayId === undefined)
  ) {
    const text = 'the twin routes IPv4 blocks to internet or NAT gateways'
    throw awsError('InvalidParameterCombination', text)
  }
  if (GatewayId !== undefined && !internetGateways.has(GatewayId)) {
    throw awsError('InvalidGatewayID.NotFound', `The gateway ID '${GatewayId}' does not exist`)
  }
  if (NatGatewayId !== undefined && !natGateways.has(NatGatewayId)) {
    const text = `The natGateway ID '${NatGatewayId}' does not exist`
    throw awsError('InvalidNatGatewayID.NotFound', text)
  }
  return {
    destination: DestinationCidrBlock,
    gatewayId: GatewayId,
    natGatewayId: NatGatewayId,
    origin: 'CreateRoute',
  }
}

function deleteRoute(account: AwsAccount, input: Sdk.DeleteRouteRequest): void {
  const table = requireTable(account, input.RouteTableId)
  const { DestinationCidrBlock } = input
  const at = table.routes.findIndex(
    (one) => one.destination === DestinationCidrBlock && one.origin === 'CreateRoute',
  )
  if (at < 0) {
    const text = `no route with destination-cidr-block ${DestinationCidrBlock} in route table ${table.id}`
    throw awsError('InvalidRoute.NotFound', text)
  }
  endDryRun(input)
  table.routes.splice(at, 1)
}

/** Operations on route tables. */
export const routeTableOperations = {
  associateRouteTable,
  createRoute,
  createRouteTable,
  deleteRoute,
  deleteRouteTable,
  describeRouteTables,
  disassociateRouteTable,
}
