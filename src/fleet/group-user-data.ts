/** The user data of a group's launch template. Fleet layer, pure. */

import type { Bootstrap, ClusterFacts } from '../nodes/bootstrap.ts'
import { renderUserData } from '../nodes/user-data.ts'
import { finalUserData } from '../nodes/user-parts.ts'
import type { DesiredNodeGroup } from './desired.ts'

/** What decides over the text. */
export type UserDataGroup = Pick<
  DesiredNodeGroup,
  'amiFamily' | 'amiId' | 'kubelet' | 'labels' | 'preBootstrapCommands' | 'taints' | 'userData'
>

/**
 * What the group says to its nodes at boot. EKS passes labels and taints on, unless the image is the
 * team's own: then they are in it, so that nodes have them before any pod can be bound.
 */
export function bootstrapOf(group: UserDataGroup, cluster: ClusterFacts): Bootstrap {
  const { amiId, kubelet, labels, preBootstrapCommands, taints } = group
  const isOwn = amiId !== undefined
  return {
    cluster: isOwn ? cluster : undefined,
    labels: isOwn ? labels : {},
    taints: isOwn ? taints : [],
    kubelet,
    preBootstrapCommands,
  }
}

/**
 * Plain text, ours joined to the team's; empty when the image and EKS say all there is. `cluster` counts
 * only with an image of the team's own. A team's own text then stands alone: it starts the kubelet.
 */
export function userDataOf(group: UserDataGroup, cluster: ClusterFacts): string {
  const ours = renderUserData(group.amiFamily, bootstrapOf(group, cluster))
  return finalUserData(group.userData, ours, group.amiId !== undefined)
}

/** Stands for the facts of a cluster that nobody has asked yet: of the usual form and about their size. */
export function typicalFacts(clusterName: string): ClusterFacts {
  return {
    name: clusterName,
    endpoint: 'https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com',
    certificateAuthority: 'Q0E9'.repeat(370),
    serviceCidr: '10.100.0.0/16',
  }
}
