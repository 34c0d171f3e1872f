/** NET-3: fewer free addresses than the nodes to come will take. Check layer, pure. */

import { instanceType } from '../../nodes/instance-types.ts'
import type { ClusterFacts, GroupFacts } from '../facts.ts'
import { typesOf } from '../instance-choice.ts'
import type { LiveSubnet } from '../live/live-facts.ts'
import { subnetsOf } from '../live/subnets-of.ts'
import type { ClusterRule, Fault } from '../rule.ts'

/** The VPC CNI keeps one whole interface warm besides the first (WARM_ENI_TARGET 1, its default). */
const warmInterfaceCount = 2
/** EKS adds up to so many nodes per zone before it drains the first one. */
const surgePerZone = 2

interface Need {
  readonly name: string
  readonly isNew: boolean
  readonly nodeCount: number
  readonly addressCount: number
}

/** All new groups come at once; of those that exist one is updated at a time. */
export const net3: ClusterRule = {
  id: 'NET-3',
  scope: 'cluster',
  find: (cluster) =>
    [...(cluster.live?.subnets?.values() ?? [])].flatMap((subnet) => faultOf(subnet, cluster)),
}

function faultOf(subnet: LiveSubnet, cluster: ClusterFacts): readonly Fault[] {
  const needs = cluster.groups
    .filter((group) => subnetsOf(group, cluster).includes(subnet))
    .map((group) => needOf(group, cluster))
  const updated = needs.filter(({ isNew }) => !isNew)
  const [largest] = updated.sort((a, b) => b.addressCount - a.addressCount)
  const counted = [...needs.filter(({ isNew }) => isNew), ...(largest ? [largest] : [])].filter(
    ({ nodeCount }) => nodeCount > 0,
  )
  const need = counted.reduce((sum, one) => sum + one.addressCount, 0)
  const { freeAddressCount: free, id, zone } = subnet
  if (need <= free) return []
  const who = counted.map(({ isNew, name, nodeCount }) => {
    const what = isNew ? 'new' : 'surge'
    return `${nodeCount} ${what} ${nodeCount === 1 ? 'node' : 'nodes'} of ${name}`
  })
  const message = `Subnet ${id} (${zone}) has ${free} free addresses; ${need} are needed for ${who.join(', ')}.`
  return [{ member: 'subnets', about: id, message }]
}

/** Of one group in one of its subnets; one that begins empty gets its first node some day. */
function needOf(group: GroupFacts, cluster: ClusterFacts): Need {
  const { action, name = '', scaling, subnetIds, updateConfig } = group
  const share = Math.max(1, subnetIds?.length ?? 1)
  const isNew = action === 'create' || action === 'replace'
  const { maxUnavailable = 1 } =
    updateConfig === undefined || updateConfig === 'none' ? {} : updateConfig
  const surge = Math.max(surgePerZone * share, maxUnavailable)
  const total = isNew ? Math.max(1, scaling?.desired ?? scaling?.min ?? 0) : surge
  const nodeCount = Math.ceil(total / share)
  return { name, isNew, nodeCount, addressCount: nodeCount * addressesPerNode(group, cluster) }
}

/** A node of an IPv6 cluster has one IPv4 address. */
function addressesPerNode(group: GroupFacts, { live }: ClusterFacts): number {
  if (live?.cluster?.ipFamily === 'ipv6') return 1
  const counts = typesOf(group).map((name) => {
    const type = instanceType(name)
    if (type === undefined) return 1
    return Math.min(type.eniCount, warmInterfaceCount) * type.ipv4PerEniCount
  })
  return Math.max(1, ...counts)
}
