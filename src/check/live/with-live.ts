/** A cluster of a file with what is known of the one that runs. Check layer, pure. */

import { minorOf } from '../../nodes/kubernetes-version.ts'
import type { ClusterFacts, GroupFacts, InputFacts } from '../facts.ts'
import type { LiveFacts } from './live-facts.ts'

/**
 * Fills what the file leaves open: versions, sizes and the cluster's security group. Regroup itself takes a
 * fleet's control plane up minor by minor, so only one that is newer already counts as its version.
 */
export function withLive(
  cluster: ClusterFacts,
  live: LiveFacts,
  kind: InputFacts['kind'],
): ClusterFacts {
  const present = live.cluster
  return {
    ...cluster,
    ...versionsOf(cluster, present?.version, kind),
    ...(present?.securityGroupId === undefined || present.securityGroupId === ''
      ? {}
      : { securityGroupId: cluster.securityGroupId ?? present.securityGroupId }),
    live,
    groups: cluster.groups.map((group) => groupWithLive(group, live, kind)),
  }
}

function versionsOf(
  { version, versionBefore }: ClusterFacts,
  present: string | undefined,
  kind: InputFacts['kind'],
): Pick<ClusterFacts, 'version' | 'versionBefore'> {
  if (present === undefined) return {}
  if (kind !== 'fleet')
    return { version: version ?? present, versionBefore: versionBefore ?? present }
  const isAhead = version === undefined || minorOf(present) > minorOf(version)
  return isAhead ? { version: present } : {}
}

function groupWithLive(
  group: GroupFacts,
  { nodeGroups }: LiveFacts,
  kind: InputFacts['kind'],
): GroupFacts {
  const present = nodeGroups?.get(group.name ?? '')
  if (present === undefined || (kind !== 'fleet' && group.action === 'create')) return group
  const { scaling, subnetIds, version } = present
  return {
    ...group,
    ...(kind === 'fleet' ? { action: 'update' } : {}),
    subnetIds: group.subnetIds ?? subnetIds,
    before: { version, scaling, ...group.before },
  }
}
