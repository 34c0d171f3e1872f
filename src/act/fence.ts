/** Fences of old groups: previous values are written down before anything is changed. Act layer. */

import { autoscalerEnabledTag, emptySinceTagKey, fenceTagKey } from '../decide/names.ts'
import type { AutoScalingApi } from '../world/aws-api.ts'
import type { ActContext, ActionOf, ActionResult } from './context.ts'
import { done, skipped } from './context.ts'

/** One group as the API describes it. */
type Group = NonNullable<
  Awaited<ReturnType<AutoScalingApi['describeAutoScalingGroups']>>['AutoScalingGroups']
>[number]

/** The group right now; undefined when it is gone. */
export async function describeGroup(name: string, { aws }: ActContext): Promise<Group | undefined> {
  const answer = await aws.autoScaling.describeAutoScalingGroups({ AutoScalingGroupNames: [name] })
  return answer.AutoScalingGroups?.[0]
}

/** Tag first: whoever finds the group in the middle of this still knows how it was. */
export async function fenceGroup(
  action: ActionOf<'fence-group'>,
  context: ActContext,
): Promise<ActionResult> {
  const { assertLeaseHeld, aws } = context
  const { groupName } = action
  const group = await describeGroup(groupName, context)
  if (group === undefined) return skipped('the group is gone')
  const isRecorded = group.Tags?.some((tag) => tag.Key === fenceTagKey) ?? false
  if (!isRecorded && action.maxSize !== group.DesiredCapacity) {
    return skipped('its desired capacity has changed')
  }
  if (!isRecorded) {
    assertLeaseHeld()
    const Tags = [groupTag(groupName, fenceTagKey, action.fenceTag)]
    await aws.autoScaling.createOrUpdateTags({ Tags })
  }
  if (action.suspend.length > 0) {
    assertLeaseHeld()
    const ScalingProcesses = [...action.suspend]
    await aws.autoScaling.suspendProcesses({ AutoScalingGroupName: groupName, ScalingProcesses })
  }
  assertLeaseHeld()
  await aws.autoScaling.updateAutoScalingGroup({
    AutoScalingGroupName: groupName,
    MaxSize: action.maxSize,
  })
  for (const Key of action.removeTags) {
    assertLeaseHeld()
    await aws.autoScaling.deleteTags({
      Tags: [{ ...groupTag(groupName, Key, ''), Value: undefined }],
    })
  }
  return done
}

/** MinSize 0, so that instances can be terminated with decrement. Idempotent. */
export async function lowerMinimum(
  action: ActionOf<'lower-minimum'>,
  { assertLeaseHeld, aws }: ActContext,
): Promise<ActionResult> {
  assertLeaseHeld()
  await aws.autoScaling.updateAutoScalingGroup({
    AutoScalingGroupName: action.groupName,
    MinSize: 0,
  })
  return done
}

/** Sizes to zero against resurrection, and the time since when the group is empty. */
export async function markEmpty(
  action: ActionOf<'mark-empty'>,
  context: ActContext,
): Promise<ActionResult> {
  const { assertLeaseHeld, aws } = context
  const group = await describeGroup(action.groupName, context)
  if (group === undefined) return skipped('the group is gone')
  if ((group.Instances ?? []).length > 0) return skipped('the group has an instance again')
  assertLeaseHeld()
  await aws.autoScaling.updateAutoScalingGroup({
    AutoScalingGroupName: action.groupName,
    MinSize: 0,
    MaxSize: 0,
    DesiredCapacity: 0,
  })
  const at = new Date(action.atMs).toISOString()
  assertLeaseHeld()
  await aws.autoScaling.createOrUpdateTags({
    Tags: [groupTag(action.groupName, emptySinceTagKey, at)],
  })
  return done
}

/** One tag with the group that it belongs to. */
interface GroupTag {
  ResourceId: string
  ResourceType: string
  Key: string
  Value: string | undefined
  PropagateAtLaunch: boolean
}

/** A tag of a group as the API takes it. */
export function groupTag(ResourceId: string, Key: string, Value: string): GroupTag {
  return {
    ResourceId,
    ResourceType: 'auto-scaling-group',
    Key,
    Value,
    PropagateAtLaunch: Key === autoscalerEnabledTag,
  }
}
