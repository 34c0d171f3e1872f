/** When the instances of an Auto Scaling group were launched. Observe layer. */

import type { AwsApi } from '../world/aws-api.ts'

/** Activities of one page; newer ones are not needed, older launches are late whenever they were. */
const activitiesMax = 100

/**
 * Epoch milliseconds by instance id, of the launches among the newest 100 activities: the only place that tells
 * without a further permission. @throws RegroupError of the call.
 */
export async function readLaunchTimes(
  aws: AwsApi,
  groupName: string,
): Promise<ReadonlyMap<string, number>> {
  const { Activities } = await aws.autoScaling.describeScalingActivities({
    AutoScalingGroupName: groupName,
    MaxRecords: activitiesMax,
  })
  const times = new Map<string, number>()
  for (const { Description, StartTime } of Activities ?? []) {
    const id = /^Launching a new EC2 instance: (i-[0-9a-f]+)/.exec(Description ?? '')?.[1]
    if (id !== undefined && StartTime !== undefined) times.set(id, StartTime.getTime())
  }
  return times
}
