/** A node group by the name that people type: `CLUSTER/GROUP`, or a group's alone. Fleet layer, pure. */

import { nearest } from '../world/documents/nearest.ts'
import type { DesiredCluster, DesiredFleet, DesiredNodeGroup } from './desired.ts'
import { substitute } from './expand.ts'

/** A group whose zone is as far known as its name tells. */
export interface FoundGroup {
  readonly cluster: DesiredCluster
  readonly group: DesiredNodeGroup
  /** Undefined while only the subnets tell. */
  readonly zone: string | undefined
}

/** Why there is none: nothing of that name, or several. */
export interface MissedGroup {
  readonly reason: string
  /** Names to choose from, `CLUSTER/GROUP`; the nearest first, at most twenty. */
  readonly names: readonly string[]
}

const shownMax = 20

/** Names of zones may stand for `$(az)` and `$(azIndex)`; the pattern itself is a name, too. */
export function findGroup(fleet: DesiredFleet, wanted: string): FoundGroup | MissedGroup {
  const slash = wanted.indexOf('/')
  const clusterName = slash < 0 ? undefined : wanted.slice(0, slash)
  const groupName = wanted.slice(slash + 1)
  const clusters = fleet.clusters.filter(({ name }) => (clusterName ?? name) === name)
  if (clusters.length === 0) return missed(`there is no cluster ${clusterName}`, fleet, wanted)
  const found = clusters.flatMap((cluster) =>
    cluster.nodeGroups.flatMap((group) => bound(group, cluster, groupName)),
  )
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  if (only === undefined) return missed(`there is no node group ${wanted}`, { clusters }, wanted)
  const names = found.map(({ cluster, group }) => `${cluster.name}/${group.name}`)
  return {
    reason: `${found.length} node groups are named ${wanted}`,
    names: names.slice(0, shownMax),
  }
}

function missed(
  reason: string,
  { clusters }: Pick<DesiredFleet, 'clusters'>,
  wanted: string,
): MissedGroup {
  const all = clusters.flatMap(({ name, nodeGroups }) =>
    nodeGroups.map((group) => `${name}/${group.name}`),
  )
  const near = nearest(wanted, all) ?? nearestGroup(wanted, all)
  const others = all.filter((one) => one !== near)
  return { reason, names: [...(near === undefined ? [] : [near]), ...others].slice(0, shownMax) }
}

/** By the group's part alone. */
function nearestGroup(wanted: string, all: readonly string[]): string | undefined {
  const groups = all.map((one) => one.slice(one.indexOf('/') + 1))
  const near = nearest(wanted.slice(wanted.indexOf('/') + 1), groups)
  return near === undefined ? undefined : all[groups.indexOf(near)]
}

/** The group with the zone that the name tells; nothing when the name is another one. */
function bound(
  group: DesiredNodeGroup,
  cluster: DesiredCluster,
  name: string,
): readonly FoundGroup[] {
  const isOneZone = /^[a-z]+(?:-[a-z]+)+-\d[a-z]$/.test(group.availabilityZone)
  const fixed = isOneZone ? group.availabilityZone : undefined
  if (name === group.name) return [{ cluster, group, zone: fixed }]
  const pattern = group.name
    .split(/(\$\(az(?:Index)?\))/)
    .map((piece) => {
      if (piece === '$(az)') return '(?<az>[a-z]+(?:-[a-z]+)+-\\d[a-z])'
      if (piece === '$(azIndex)') return '(?<azIndex>\\d+)'
      return piece.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    })
    .join('')
  const groups = group.name.includes('$(az') ? matchOf(pattern, name) : undefined
  const { availabilityZone } = group
  // A matrix of zones gives one pattern per zone, all of one name.
  const isElsewhere =
    availabilityZone !== '*' && groups?.az !== undefined && !groups.az.endsWith(availabilityZone)
  if (groups === undefined || isElsewhere) return []
  const variables = Object.fromEntries(
    Object.entries(groups).filter(([, value]) => value !== undefined),
  )
  const named = substitute({ name: group.name, labels: group.labels, tags: group.tags }, variables)
  return [{ cluster, group: { ...group, ...named }, zone: groups.az ?? fixed }]
}

/** A variable that stands twice makes no pattern: such a name is found by its pattern only. */
function matchOf(pattern: string, name: string): Readonly<Record<string, string>> | undefined {
  try {
    return new RegExp(`^${pattern}$`).exec(name)?.groups
  } catch {
    return undefined
  }
}
