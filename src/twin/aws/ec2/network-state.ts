/** State of networks: what subnets, nodes and control planes are put into. Twin layer, types only. */

import type { StringMap } from '../../../world/kube-objects.ts'

/** A VPC. */
export interface VpcState {
  readonly id: string
  readonly cidr: string
  readonly associationId: string
  readonly tenancy: string
  /** Where launches without a subnet go. */
  readonly isDefault: boolean
  isDnsSupported: boolean
  hasDnsHostnames: boolean
  hasAddressMetrics: boolean
  tags: StringMap
}

/** One rule of a security group: one peer. */
export interface SecurityRuleState {
  readonly id: string
  readonly isEgress: boolean
  /** `-1` for all, else `tcp`, `udp`, `icmp` or a number. */
  readonly protocol: string
  readonly fromPort: number | undefined
  readonly toPort: number | undefined
  readonly peer: SecurityPeer
  readonly description: string | undefined
  readonly tags: StringMap
}

/** Whom a rule lets through. */
export type SecurityPeer =
  | { readonly kind: 'ipv4' | 'ipv6'; readonly cidr: string }
  | { readonly kind: 'group'; readonly groupId: string }
  | { readonly kind: 'prefix-list'; readonly id: string }

/** A security group. */
export interface SecurityGroupState {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly vpcId: string
  readonly rules: SecurityRuleState[]
  tags: StringMap
}

/** One route; exactly one target. */
export interface RouteState {
  readonly destination: string
  readonly gatewayId: string | undefined
  readonly natGatewayId: string | undefined
  readonly origin: 'CreateRouteTable' | 'CreateRoute'
}

/** A route table. */
export interface RouteTableState {
  readonly id: string
  readonly vpcId: string
  readonly routes: RouteState[]
  /** Without a subnet: the main table of its VPC. */
  readonly associations: { readonly id: string; readonly subnetId: string | undefined }[]
  tags: StringMap
}

/** A network access list; the twin has the default one of every VPC. */
export interface NetworkAclState {
  readonly id: string
  readonly vpcId: string
  tags: StringMap
}

/** An internet gateway. */
export interface InternetGatewayState {
  readonly id: string
  vpcId: string | undefined
  tags: StringMap
}

/** A NAT gateway. */
export interface NatGatewayState {
  readonly id: string
  readonly subnetId: string
  readonly vpcId: string
  readonly allocationId: string | undefined
  readonly connectivity: 'public' | 'private'
  readonly createdMs: number
  state: 'pending' | 'available' | 'deleting' | 'deleted'
  tags: StringMap
}

/** An Elastic IP address. */
export interface AddressState {
  readonly id: string
  readonly publicIp: string
  natGatewayId: string | undefined
  tags: StringMap
}
