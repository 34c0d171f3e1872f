/** The Auto Scaling operations of the port. Twin layer. */

import type * as Sdk from '@aws-sdk/client-auto-scaling'
import { timeText } from '../../kernel/kernel.ts'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { pageOf } from '../page.ts'
import type { GroupState, InstanceState } from '../state.ts'
import { changed } from './changed.ts'
import { awaitEmpty, terminateInstance } from './instances.ts'
import { reconcileSoon } from './reconcile.ts'
import { groupView, instanceView } from './views.ts'

/** Groups by names or tag filters, 100 a page. */
export function describeGroups(
  account: AwsAccount,
  input: Sdk.AutoScalingGroupNamesType,
): Sdk.AutoScalingGroupsType {
  const names = input.AutoScalingGroupNames ?? []
  const filters = input.Filters ?? []
  const all = [...account.groups.values()]
    .filter((group) => names.length === 0 || names.includes(group.name))
    .filter((group) => filters.every((filter) => matchesFilter(group, filter)))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const size = Math.min(input.MaxRecords ?? 50, 100)
  const { page, next } = pageOf(all, { token: input.NextToken, size })
  return {
    AutoScalingGroups: page.map((group) => groupView(account, group)),
    ...(next === undefined ? {} : { NextToken: next }),
  }
}

function matchesFilter(group: GroupState, { Name, Values }: Sdk.Filter): boolean {
  const values = Values ?? []
  if (Name === 'tag-key') return values.some((key) => group.tags.has(key))
  if (Name?.startsWith('tag:')) {
    return values.includes(group.tags.get(Name.slice(4))?.value ?? '\0')
  }
  return true
}

/** Newest first, as the autoscaler relies on; at most 100 a page. */
export function describeActivities(
  account: AwsAccount,
  input: Sdk.DescribeScalingActivitiesType,
): Sdk.ActivitiesType {
  const { activities } = account.group(input.AutoScalingGroupName)
  const { page, next } = pageOf(activities, {
    token: input.NextToken,
    size: input.MaxRecords ?? 100,
  })
  return { Activities: page.map(activityView), ...(next === undefined ? {} : { NextToken: next }) }
}

function activityView(activity: GroupState['activities'][number]): Sdk.Activity {
  const { endMs, statusMessage } = activity
  return {
    ActivityId: activity.id,
    AutoScalingGroupName: activity.groupName,
    Cause: `At ${timeText(activity.startMs)} ${activity.cause}.`,
    Description: activity.description,
    StartTime: new Date(activity.startMs),
    StatusCode: activity.statusCode,
    Progress: endMs === undefined ? 50 : 100,
    ...(endMs === undefined ? {} : { EndTime: new Date(endMs) }),
    ...(statusMessage === undefined ? {} : { StatusMessage: statusMessage }),
  }
}

/** @throws RegroupError ValidationError outside of minimum and maximum. */
export function setDesiredCapacity(
  account: AwsAccount,
  input: Sdk.SetDesiredCapacityType,
  user: string,
): void {
  const group = account.group(input.AutoScalingGroupName)
  const wanted = input.DesiredCapacity ?? 0
  checkSizes(group, { minSize: group.minSize, maxSize: group.maxSize, desiredCapacity: wanted })
  group.desiredCapacity = wanted
  changed(account, group, user, 'SetDesiredCapacity')
  reconcileSoon(account, group)
}

function checkSizes(
  group: GroupState,
  sizes: { minSize: number; maxSize: number; desiredCapacity: number },
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

/** Sizes; desired is pulled inside new bounds when it is not given. */
export function updateGroup(
  account: AwsAccount,
  input: Sdk.UpdateAutoScalingGroupType,
  user: string,
): void {
  const group = account.group(input.AutoScalingGroupName)
  refuseOthers(input)
  const minSize = input.MinSize ?? group.minSize
  const maxSize = input.MaxSize ?? group.maxSize
  if (minSize > maxSize) {
    throw awsError('ValidationError', 'Min size must be less than or equal to max size.')
  }
  const inside = Math.min(maxSize, Math.max(minSize, group.desiredCapacity))
  const desiredCapacity = input.DesiredCapacity ?? inside
  checkSizes(group, { minSize, maxSize, desiredCapacity })
  Object.assign(group, { minSize, maxSize, desiredCapacity })
  changed(account, group, user, 'UpdateAutoScalingGroup')
  reconcileSoon(account, group)
}

const sizeFields: readonly string[] = [
  'AutoScalingGroupName',
  'DesiredCapacity',
  'MaxSize',
  'MinSize',
]

/** The twin changes sizes only; anything else must not look as if it had worked. */
function refuseOthers(input: Sdk.UpdateAutoScalingGroupType): void {
  for (const [field, value] of Object.entries(input)) {
    if (value === undefined || sizeFields.includes(field)) continue
    throw awsError('ValidationError', `the twin does not change ${field} of a group`)
  }
}

/**
 * One instance by id. @throws RegroupError ValidationError when decrement would pass the minimum.
 */
export function terminateById(
  account: AwsAccount,
  input: Sdk.TerminateInstanceInAutoScalingGroupType,
  user: string,
): Sdk.ActivityType {
  const instance = account.instances.get(input.InstanceId ?? '')
  const group = account.groups.get(instance?.groupName ?? '')
  if (instance === undefined || group === undefined || instance.state === 'terminated') {
    throw awsError(
      'ValidationError',
      `Instance Id not found - No managed instance found for instance ID ${input.InstanceId}`,
    )
  }
  if (input.ShouldDecrementDesiredCapacity === true) {
    if (group.desiredCapacity - 1 < group.minSize) {
      throw awsError(
        'ValidationError',
        `Currently, desiredSize equals minSize (${group.minSize}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
      )
    }
    if (!instance.lifecycleState.startsWith('Terminating')) group.desiredCapacity -= 1
  }
  const operation = 'TerminateInstanceInAutoScalingGroup'
  const activity = terminateInstance(account, instance, { user, operation })
  reconcileSoon(account, group)
  return activity === undefined ? {} : { Activity: activityView(activity) }
}

/**
 * Force ends the instances first. Deleting a group that is being deleted changes nothing (assumed).
 * @throws RegroupError ResourceInUse or ScalingActivityInProgress unless forced.
 */
export function deleteGroup(
  account: AwsAccount,
  input: Sdk.DeleteAutoScalingGroupType,
  user: string,
): void {
  const group = account.group(input.AutoScalingGroupName)
  if (group.isDeleting) return
  const isForced = input.ForceDelete === true
  if (!isForced) requireEmpty(group)
  const operation = isForced ? 'DeleteAutoScalingGroup force' : 'DeleteAutoScalingGroup'
  const cause = { user, operation }
  group.isDeleting = true
  for (const id of group.instanceIds) {
    const instance = account.instances.get(id)
    if (instance !== undefined) terminateInstance(account, instance, cause)
  }
  awaitEmpty(account, group, () => {
    account.groups.delete(group.name)
    account.emit({ kind: 'group-deleted', group, cause })
  })
}

function requireEmpty(group: GroupState): void {
  if (group.instanceIds.size > 0) {
    throw awsError(
      'ResourceInUse',
      'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
    )
  }
  if (group.activities.some((activity) => activity.statusCode === 'InProgress')) {
    throw awsError(
      'ScalingActivityInProgress',
      'You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.',
    )
  }
}

/** Suspends or resumes; no list means all processes. */
export function setProcesses(
  account: AwsAccount,
  input: Sdk.ScalingProcessQuery,
  change: { readonly isSuspended: boolean; readonly user: string },
): void {
  const group = account.group(input.AutoScalingGroupName)
  const names = input.ScalingProcesses ?? allProcesses
  const unknown = names.find((name) => !allProcesses.includes(name))
  if (unknown !== undefined) {
    throw awsError('ValidationError', `Invalid process type: ${unknown}`)
  }
  for (const name of names) {
    if (change.isSuspended) group.suspended.add(name)
    else group.suspended.delete(name)
  }
  if (!group.suspended.has('ReplaceUnhealthy') && !group.suspended.has('HealthCheck')) {
    group.unreplacedCount = 0
  }
  changed(account, group, change.user, change.isSuspended ? 'SuspendProcesses' : 'ResumeProcesses')
  reconcileSoon(account, group)
}

const allProcesses: readonly string[] = [
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'Launch',
  'ReplaceUnhealthy',
  'ScheduledActions',
  'Terminate',
]

/**
 * Scale-in protection; direct termination ignores it. @throws RegroupError for instances of other
 * groups.
 */
export function setProtection(
  account: AwsAccount,
  input: Sdk.SetInstanceProtectionQuery,
  user: string,
): void {
  const group = account.group(input.AutoScalingGroupName)
  const ids = input.InstanceIds ?? []
  const stranger = ids.find((id) => !group.instanceIds.has(id))
  if (stranger !== undefined) {
    const text = `The instance ${stranger} is not part of Auto Scaling group ${group.name}.`
    throw awsError('ValidationError', text)
  }
  for (const id of ids) {
    const instance = account.instances.get(id)
    if (instance !== undefined) instance.isProtected = input.ProtectedFromScaleIn ?? false
  }
  changed(account, group, user, 'SetInstanceProtection')
}

/** Instances by id, or all. */
export function describeInstances(
  account: AwsAccount,
  input: Sdk.DescribeAutoScalingInstancesType,
): Sdk.AutoScalingInstancesType {
  const wanted = input.InstanceIds
  const found: InstanceState[] = []
  for (const instance of account.instances.values()) {
    if (instance.state === 'terminated') continue
    if (wanted === undefined || wanted.includes(instance.id)) found.push(instance)
  }
  return {
    AutoScalingInstances: found.map((instance) => ({
      ...instanceView(instance),
      AutoScalingGroupName: instance.groupName,
      LaunchTemplate: undefined,
    })),
  }
}

/** @throws RegroupError ResourceInUse while a group uses it. */
export function deleteConfiguration(
  account: AwsAccount,
  input: Sdk.LaunchConfigurationNameType,
): void {
  const name = input.LaunchConfigurationName ?? ''
  if (!account.configurations.has(name)) {
    throw awsError('ValidationError', `Launch configuration name not found - ${name}`)
  }
  if ([...account.groups.values()].some((group) => group.configurationName === name)) {
    const text = `Cannot delete launch configuration ${name} because it is attached to an AutoScalingGroup`
    throw awsError('ResourceInUse', text)
  }
  account.configurations.delete(name)
}
