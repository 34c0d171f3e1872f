/** A group's history: what it launched and ended, and what failed. Twin layer. */

import type * as Sdk from '@aws-sdk/client-auto-scaling'
import { timeText } from '../../kernel/kernel.ts'
import type { AwsAccount } from '../account.ts'
import { pageOf } from '../page.ts'
import type { ActivityState, GroupState } from '../state.ts'
import { groupArn } from './group-arn.ts'

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

/** Newest first, as the autoscaler relies on; at most 100 a page. */
function describeScalingActivities(
  account: AwsAccount,
  input: Sdk.DescribeScalingActivitiesType,
): Sdk.ActivitiesType {
  const all =
    input.AutoScalingGroupName === undefined
      ? [...account.groups.values()]
          .flatMap((group) => group.activities)
          .sort((a, b) => b.startMs - a.startMs)
      : account.group(input.AutoScalingGroupName).activities
  const ids = input.ActivityIds ?? []
  const activities = all.filter((one) => ids.length === 0 || ids.includes(one.id))
  const { page, next } = pageOf(activities, {
    token: input.NextToken,
    size: input.MaxRecords ?? 100,
  })
  return {
    Activities: page.map((one) => activityView(account, one)),
    ...(next === undefined ? {} : { NextToken: next }),
  }
}

/** As DescribeScalingActivities shows it. */
export function activityView(account: AwsAccount, activity: ActivityState): Sdk.Activity {
  const { endMs, statusMessage } = activity
  const group = account.groups.get(activity.groupName)
  return {
    ActivityId: activity.id,
    AutoScalingGroupName: activity.groupName,
    ...(group === undefined ? {} : { AutoScalingGroupARN: groupArn(account, group) }),
    Details: '{}',
    Cause: `At ${timeText(activity.startMs)} ${activity.cause}.`,
    Description: activity.description,
    StartTime: new Date(activity.startMs),
    StatusCode: activity.statusCode,
    Progress: endMs === undefined ? 50 : 100,
    ...(endMs === undefined ? {} : { EndTime: new Date(endMs) }),
    ...(statusMessage === undefined ? {} : { StatusMessage: statusMessage }),
  }
}

/** Operations on activities. */
export const activityOperations = { describeScalingActivities }
