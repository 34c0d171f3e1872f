/** Where the default route of a subnet leads. Observe layer, pure. */

import type { RouteTable } from '@aws-sdk/client-ec2'
import type { LiveSubnet } from '../../check/live/live-facts.ts'

type Kind = NonNullable<LiveSubnet['route']>

/** By the table of the subnet, or the main one of its VPC when it has none. */
export function routesOf(tables: readonly RouteTable[]): (subnetId: string) => Kind {
  const own = new Map<string, Kind>()
  let main: Kind = 'none'
  for (const table of tables) {
    const kind = kindOf(table)
    for (const { Main, SubnetId } of table.Associations ?? []) {
      if (SubnetId !== undefined) own.set(SubnetId, kind)
      if (Main === true) main = kind
    }
  }
  return (subnetId) => own.get(subnetId) ?? main
}

/** A transit gateway, an appliance and the like are `other`: they may lead anywhere. */
function kindOf({ Routes = [] }: RouteTable): Kind {
  const route = Routes.find(
    ({ DestinationCidrBlock, State }) =>
      DestinationCidrBlock === '0.0.0.0/0' && State !== 'blackhole',
  )
  if (route === undefined) return 'none'
  if (route.GatewayId?.startsWith('igw-') === true) return 'internet'
  return route.NatGatewayId === undefined ? 'other' : 'nat'
}
