/** DeleteNodegroup: drained for five minutes, then gone by force. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import type { AwsAccount } from '../account.ts'
import { awaitEmpty, terminateInstance } from '../autoscaling/instances.ts'
import { liveInstances } from '../autoscaling/reconcile.ts'
import { awsError } from '../errors.ts'
import type { GroupState, NodeGroupState } from '../state.ts'
import { nodeGroupView } from './node-group.ts'
import { updateInFlight } from './updates.ts'

/** Each node gets this long to drain ("a few minutes", managed-node-groups 6). */
const drainMs = 5 * 60_000
/** From the last instance gone to the name free. */
const cleanUpMs = 60_000

/**
 * Budgets hold for five minutes only. A group that is being deleted stays as it is (assumed).
 * @throws RegroupError ResourceInUseException while an update is in progress (assumed, 14.4).
 */
export function deleteNodegroup(
  account: AwsAccount,
  input: Sdk.DeleteNodegroupRequest,
): Sdk.DeleteNodegroupResponse {
  const nodeGroup = account.nodeGroup(input.clusterName, input.nodegroupName)
  if (nodeGroup.status === 'DELETING') return { nodegroup: nodeGroupView(nodeGroup) }
  if (updateInFlight(nodeGroup.updates) !== undefined) {
    const text = 'Nodegroup cannot be deleted while an update is in progress'
    throw awsError('ResourceInUseException', text)
  }
  nodeGroup.status = 'DELETING'
  account.emit({ kind: 'node-group', nodeGroup, status: 'DELETING' })
  const group = account.groups.get(nodeGroup.groupName ?? '')
  const forgetLater = (): void => {
    account.kernel.after(cleanUpMs, 'node-group-deleted', () => forget(account, nodeGroup))
  }
  if (group === undefined) forgetLater()
  else emptyGroup(account, group, forgetLater)
  return { nodegroup: nodeGroupView(nodeGroup) }
}

function emptyGroup(account: AwsAccount, group: GroupState, then: () => void): void {
  Object.assign(group, { minSize: 0, maxSize: 0, desiredCapacity: 0, isDeleting: true })
  const cause = { user: 'eks', operation: 'DeleteNodegroup' }
  account.emit({ kind: 'group-changed', group, what: 'DeleteNodegroup', cause })
  for (const instance of liveInstances(account, group)) {
    terminateInstance(account, instance, cause, drainMs)
  }
  awaitEmpty(account, group, then)
}

/** The role's mapping goes with its last managed group, self-managed nodes or not (IAM-4). */
function forget(account: AwsAccount, nodeGroup: NodeGroupState): void {
  const { clusterName, name, nodeRole } = nodeGroup
  account.nodeGroups.delete(`${clusterName}/${name}`)
  account.forgetTokens(`node-group/${clusterName}/${name}`)
  const group = account.groups.get(nodeGroup.groupName ?? '')
  if (group !== undefined) {
    account.groups.delete(group.name)
    account.templates.delete(group.templateId ?? '')
    const cause = { user: 'eks', operation: 'DeleteNodegroup' }
    account.emit({ kind: 'group-deleted', group, cause })
  }
  const isRoleUsed = [...account.nodeGroups.values()].some(
    (one) => one.clusterName === clusterName && one.nodeRole === nodeRole,
  )
  if (!isRoleUsed) account.cluster(clusterName).accessEntries.delete(nodeRole)
  account.emit({ kind: 'node-group', nodeGroup, status: 'DELETED' })
}
