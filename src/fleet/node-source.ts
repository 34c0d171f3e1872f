/** A node group of the fleet file as the room of nodes sees it. Fleet layer, pure. */

import type { ClusterFacts } from '../nodes/bootstrap.ts'
import { shownFacts } from '../nodes/effective/eks-part.ts'
import type { NodeSource, Origin } from '../nodes/effective/node-source.ts'
import type { DesiredCluster, DesiredNodeGroup } from './desired.ts'
import { substitute } from './expand.ts'
import { userDataOf } from './group-user-data.ts'

/** What AWS would have to be asked for. */
export interface WhereSource {
  /** Undefined while nobody has read the subnets; then variables of the zone stay in texts. */
  readonly zone?: string | undefined
  /** Unknown ones are shown as placeholders. */
  readonly facts?: Partial<ClusterFacts>
}

/** Before anything exists, or beside what exists. */
export function nodeSourceOf(
  pattern: DesiredNodeGroup,
  cluster: DesiredCluster,
  { facts = {}, zone }: WhereSource = {},
): NodeSource {
  const { labels, name, tags } = pattern
  const variables = zone === undefined ? {} : { az: zone }
  const group = { ...pattern, ...substitute({ labels, name, tags }, variables) }
  const origins = Object.entries(group.origins).map(([key, { column, file, line }]) => {
    const origin: Origin = { by: 'fleet file', place: `${file}:${line}:${column}` }
    return [key, origin] as const
  })
  return {
    clusterName: cluster.name,
    nodeGroupName: group.name,
    region: cluster.region,
    zone,
    kubernetesVersion: cluster.kubernetesVersion,
    family: group.amiFamily,
    arch: group.arch,
    variant: 'standard',
    imageId: group.amiId,
    releaseVersion: group.amiId ?? group.releaseVersion,
    capacityType: group.capacityType,
    instanceTypes: group.instanceTypes,
    labels: group.labels,
    taints: group.taints,
    userData: userDataOf(group, shownFacts({ cluster: facts, clusterName: cluster.name })),
    template: undefined,
    cluster: facts,
    nodeGroupTags: group.tags,
    groupTags: {},
    placement: {
      nodeRole: group.nodeRole,
      subnets: { selector: group.subnetSelector, availabilityZone: group.availabilityZone },
    },
    origins: Object.fromEntries(origins),
    origin: { by: 'default' },
  }
}
