/** The user data of a group's launch template. Fleet layer, pure. */

import type { Bootstrap } from '../nodes/bootstrap.ts'
import { renderUserData } from '../nodes/user-data.ts'
import { finalUserData } from '../nodes/user-parts.ts'
import type { DesiredNodeGroup } from './desired.ts'

/** What decides over the text. */
export type UserDataGroup = Pick<
  DesiredNodeGroup,
  'amiFamily' | 'kubelet' | 'preBootstrapCommands' | 'userData'
>

/** What the group says to its nodes at boot. EKS passes labels and taints on: they are not in it. */
function bootstrapOf(group: UserDataGroup): Bootstrap {
  return {
    cluster: undefined,
    labels: {},
    taints: [],
    kubelet: group.kubelet,
    preBootstrapCommands: group.preBootstrapCommands,
  }
}

/** Plain text, ours joined to the team's; empty when the image and EKS say all there is. */
export function userDataOf(group: UserDataGroup): string {
  const ours = renderUserData(group.amiFamily, bootstrapOf(group))
  return finalUserData(group.userData, ours, false)
}
