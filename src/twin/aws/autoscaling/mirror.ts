/** A node group's scalingConfig follows its Auto Scaling group with a lag. Twin layer. */

import type { AwsAccount } from '../account.ts'
import type { GroupState } from '../state.ts'

/** Lag seen between the group and DescribeNodegroup (managed-node-groups 1.4, 14.6). */
const mirrorMs = 60_000

/**
 * Copies the sizes of a managed group into its node group a minute later, if they differ by then.
 */
export function mirrorSoon(account: AwsAccount, group: GroupState): void {
  if (group.nodeGroupName === undefined) return
  const nodeGroup = account.nodeGroups.get(`${group.clusterName}/${group.nodeGroupName}`)
  if (nodeGroup === undefined) return
  account.kernel.afterInBackground(mirrorMs, 'scaling-mirror', () => {
    const { desiredCapacity: desiredSize, maxSize, minSize } = group
    nodeGroup.scaling = { minSize, maxSize, desiredSize }
  })
}
