/** Groups of a fleet file in the subnets that they will get. Check layer, pure. */

import type { DesiredCluster, DesiredNodeGroup } from '../../fleet/desired.ts'
import { resolveZones, type ZonedNodeGroup } from '../../fleet/resolve-zones.ts'
import type { InputFacts } from '../facts.ts'
import type { LiveFacts, LiveSubnet } from './live-facts.ts'

/** With one group per zone where the subnets are known; others stay as the file has them. */
export function zonedCluster(cluster: DesiredCluster, live: LiveFacts | undefined): DesiredCluster {
  const subnets = live?.subnets
  if (subnets === undefined) return cluster
  const zonesOf = (group: DesiredNodeGroup): readonly string[] =>
    [...new Set(selected(group, [...subnets.values()]).map(({ zone }) => zone))].sort()
  return { ...cluster, nodeGroups: resolveZones(cluster.nodeGroups, zonesOf) }
}

/** Facts of `clusters` with what only the network tells: roles and subnets, one a zone as Regroup takes it. */
export function withNetwork(
  facts: InputFacts,
  clusters: readonly DesiredCluster[],
  liveOf: (cluster: DesiredCluster) => LiveFacts | undefined,
): InputFacts {
  return {
    ...facts,
    clusters: facts.clusters.map((cluster, index) => {
      const desired = clusters[index]
      const subnets = desired === undefined ? undefined : liveOf(desired)?.subnets
      return {
        ...cluster,
        groups: cluster.groups.map((group, place) => {
          const wanted = desired?.nodeGroups[place]
          if (wanted === undefined) return group
          const withRole = { ...group, nodeRole: wanted.nodeRole }
          if (subnets === undefined) return withRole
          const [subnet] = selected(wanted, [...subnets.values()]).filter(
            ({ zone }) => zone === (wanted as Partial<ZonedNodeGroup>).zone,
          )
          return { ...withRole, subnetIds: subnet === undefined ? [] : [subnet.id] }
        }),
      }
    }),
  }
}

/** The subnets that carry every tag of the group's selector. */
function selected(
  { subnetSelector }: DesiredNodeGroup,
  subnets: readonly LiveSubnet[],
): readonly LiveSubnet[] {
  const wanted = Object.entries(subnetSelector)
  return subnets.filter(({ tags }) => wanted.every(([key, value]) => tags[key] === value))
}
