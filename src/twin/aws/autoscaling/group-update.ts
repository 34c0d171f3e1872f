/** UpdateAutoScalingGroup: sizes, settings, what is launched, where. Twin layer. */

import type * as Sdk from '@aws-sdk/client-auto-scaling'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import type { GroupState } from '../state.ts'
import { changed } from './changed.ts'
import { refuseUnknown, subnetsOf } from './group-create.ts'
import { launchedMembers, launchOf } from './group-launch.ts'
import { changedSettings, settingsOf } from './group-settings.ts'
import { reconcileSoon } from './reconcile.ts'

/** Instances that run already stay as they are. Desired is pulled inside of new bounds. */
export function updateAutoScalingGroup(
  account: AwsAccount,
  input: Sdk.UpdateAutoScalingGroupType,
  user: string,
): void {
  const group = account.groups.get(input.AutoScalingGroupName ?? '')
  // AWS's own text of this one call.
  if (group === undefined) {
    throw awsError('ValidationError', 'AutoScalingGroup name not found - null')
  }
  refuseUnknown(input)
  const sizes = sizesOf(group, input)
  const settings = changedSettings(input, settingsOf(group))
  const isMoved = input.VPCZoneIdentifier !== undefined || input.AvailabilityZones !== undefined
  const subnetIds = isMoved ? subnetsOf(account, input) : group.subnetIds
  changeLaunch(account, group, input)
  Object.assign(group, { ...sizes, settings, subnetIds })
  changed(account, group, user, 'UpdateAutoScalingGroup')
  reconcileSoon(account, group)
}

function changeLaunch(
  account: AwsAccount,
  group: GroupState,
  input: Sdk.UpdateAutoScalingGroupType,
): void {
  const launch = launchOf(account, input)
  if (launch === undefined) return
  const tags = Object.fromEntries([...group.tags].map(([key, one]) => [key, one.value]))
  const { clusterName: _, ...members } = launchedMembers(account, launch, tags)
  Object.assign(group, { ...members, launch })
}

/** The recipe once more before a launch: `$Latest` may have moved. */
export function refreshRecipe(account: AwsAccount, group: GroupState): void {
  if (group.launch === undefined || group.launch.kind === 'configuration') return
  const tags = Object.fromEntries([...group.tags].map(([key, one]) => [key, one.value]))
  group.recipe = launchedMembers(account, group.launch, tags).recipe
}

function sizesOf(
  group: GroupState,
  input: Sdk.UpdateAutoScalingGroupType,
): Pick<GroupState, 'minSize' | 'maxSize' | 'desiredCapacity'> {
  const minSize = input.MinSize ?? group.minSize
  const maxSize = input.MaxSize ?? group.maxSize
  if (minSize > maxSize) {
    throw awsError('ValidationError', 'Min size must be less than or equal to max size.')
  }
  const inside = Math.min(maxSize, Math.max(minSize, group.desiredCapacity))
  const desiredCapacity = input.DesiredCapacity ?? inside
  checkDesired(group, { minSize, maxSize, desiredCapacity })
  return { minSize, maxSize, desiredCapacity }
}

/** @throws RegroupError ValidationError outside of minimum and maximum. */
export function checkDesired(
  group: GroupState,
  sizes: Pick<GroupState, 'minSize' | 'maxSize' | 'desiredCapacity'>,
): void {
  const { desiredCapacity, maxSize, minSize } = sizes
  if (desiredCapacity < minSize) {
    const text = `New SetDesiredCapacity value ${desiredCapacity} is below min value ${minSize} for the AutoScalingGroup ${group.name}.`
    throw awsError('ValidationError', text)
  }
  if (desiredCapacity > maxSize) {
    const text = `New SetDesiredCapacity value ${desiredCapacity} is above max value ${maxSize} for the AutoScalingGroup ${group.name}.`
    throw awsError('ValidationError', text)
  }
}
