/** Desired capacity of new groups, as the autoscaler sets it. Act layer. */

import { type ActContext, type ActionOf, type ActionResult, done, skipped } from './context.ts'
import { describeGroup } from './fence.ts'

/** Raises desired; skipped when someone else has changed it meanwhile. */
export async function scaleUp(
  action: ActionOf<'scale-up'>,
  context: ActContext,
): Promise<ActionResult> {
  const group = await describeGroup(action.groupName, context)
  if (group === undefined) return skipped('the group is gone')
  if (group.DesiredCapacity !== action.fromCount) return skipped('its desired capacity has changed')
  return setDesired(action.groupName, action.toCount, context)
}

/** Takes back launches that find no capacity; instances that exist are not touched. */
export async function withdrawLaunches(
  action: ActionOf<'withdraw-launches'>,
  context: ActContext,
): Promise<ActionResult> {
  const group = await describeGroup(action.groupName, context)
  if (group === undefined) return skipped('the group is gone')
  if ((group.Instances ?? []).length > action.toCount) return skipped('an instance was launched')
  return setDesired(action.groupName, action.toCount, context)
}

async function setDesired(
  AutoScalingGroupName: string,
  DesiredCapacity: number,
  { assertLeaseHeld, aws }: ActContext,
): Promise<ActionResult> {
  assertLeaseHeld()
  await aws.autoScaling.setDesiredCapacity({
    AutoScalingGroupName,
    DesiredCapacity,
    HonorCooldown: false,
  })
  return done
}
