/** The networks of an account. Twin layer. */

import type {
  AddressState,
  InternetGatewayState,
  NatGatewayState,
  NetworkAclState,
  RouteTableState,
  SecurityGroupState,
  VpcState,
} from './network-state.ts'

/** All networks of an account in one Region. */
export class Network {
  readonly vpcs = new Map<string, VpcState>()
  readonly securityGroups = new Map<string, SecurityGroupState>()
  readonly routeTables = new Map<string, RouteTableState>()
  readonly networkAcls = new Map<string, NetworkAclState>()
  readonly internetGateways = new Map<string, InternetGatewayState>()
  readonly natGateways = new Map<string, NatGatewayState>()
  readonly addresses = new Map<string, AddressState>()
}
