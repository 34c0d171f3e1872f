/** Health of node groups: launches that keep failing make a group DEGRADED. Twin layer. */

import type { AwsAccount } from '../account.ts'
import type { GroupState } from '../state.ts'

/** So many failed launches in a row are noticed by EKS (assumed; not published). */
const failuresMin = 3
const code = 'AsgInstanceLaunchFailures'

/**
 * Called after every launch. An ACTIVE group turns DEGRADED when launches keep failing; only one
 * that works turns it back, scaling to zero does not (containers-roadmap #2326).
 */
export function noteLaunch(account: AwsAccount, group: GroupState): void {
  const nodeGroup = account.nodeGroups.get(`${group.clusterName}/${group.nodeGroupName}`)
  if (nodeGroup === undefined) return
  const launches = group.activities.filter((one) => one.description.startsWith('Launching'))
  const newest = launches.slice(0, failuresMin)
  if (newest[0]?.statusCode !== 'Failed') {
    nodeGroup.issues = nodeGroup.issues.filter((issue) => issue.code !== code)
    if (nodeGroup.status === 'DEGRADED' && nodeGroup.issues.length === 0) setStatus('ACTIVE')
    return
  }
  const isLasting =
    newest.length === failuresMin && newest.every((one) => one.statusCode === 'Failed')
  if (!isLasting || nodeGroup.status !== 'ACTIVE') return
  const message = newest[0].statusMessage ?? ''
  nodeGroup.issues = [{ code, message, resourceIds: [group.name] }]
  setStatus('DEGRADED')

  function setStatus(status: 'ACTIVE' | 'DEGRADED'): void {
    if (nodeGroup === undefined) return
    nodeGroup.status = status
    account.emit({ kind: 'node-group', nodeGroup, status })
  }
}
