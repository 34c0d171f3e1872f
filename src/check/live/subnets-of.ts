/** The subnets of a group, and rules about them. Check layer, pure. */

import type { ClusterFacts, GroupFacts } from '../facts.ts'
import type { Fault, GroupRule } from '../rule.ts'
import type { LiveCluster, LiveSubnet } from './live-facts.ts'

/** Those of the group's subnets that exist. */
export function subnetsOf(
  { subnetIds }: GroupFacts,
  { live }: ClusterFacts,
): readonly LiveSubnet[] {
  return (subnetIds ?? []).flatMap((id) => live?.subnets?.get(id) ?? [])
}

/** A rule about the subnets of groups that are to be made; `broken` gives further values of the message. */
export function aboutSubnets(
  id: string,
  broken: (subnet: LiveSubnet, cluster: LiveCluster) => Fault['values'],
): GroupRule {
  return {
    id,
    scope: 'group',
    find: (group, { cluster }) => {
      const present = cluster.live?.cluster
      if (present === undefined) return []
      if (group.action !== 'create' && group.action !== 'replace') return []
      return subnetsOf(group, cluster).flatMap((subnet) => {
        const values = broken(subnet, present)
        if (values === undefined) return []
        return [{ member: 'subnets', about: subnet.id, values: { subnet: subnet.id, ...values } }]
      })
    },
  }
}
