/** A group's history: what it launched and ended, and what failed. Twin layer. */

import type { AwsAccount } from '../account.ts'
import type { ActivityState, GroupState } from '../state.ts'

/** Lines kept per group; AWS keeps six weeks. */
const keptMax = 200

/** Starts an activity; the newest stands first, as the autoscaler relies on. */
export function startActivity(
  account: AwsAccount,
  group: GroupState,
  description: string,
  cause: string,
): ActivityState {
  const activity: ActivityState = {
    id: account.kernel.uuid('activity'),
    groupName: group.name,
    description,
    cause,
    startMs: account.kernel.nowMs(),
    endMs: undefined,
    statusCode: 'InProgress',
    statusMessage: undefined,
  }
  group.activities.unshift(activity)
  if (group.activities.length > keptMax) group.activities.pop()
  return activity
}

/** Ends an activity; one that has ended stays as it is. */
export function endActivity(
  account: AwsAccount,
  activity: ActivityState,
  statusCode: ActivityState['statusCode'],
  message?: string,
): void {
  if (activity.endMs !== undefined) return
  activity.endMs = account.kernel.nowMs()
  activity.statusCode = statusCode
  activity.statusMessage = message
}
