/** The Auto Scaling operations of the port. Twin layer. */

import type * as Sdk from '@aws-sdk/client-auto-scaling'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { pageOf } from '../page.ts'
import type { GroupState, InstanceState } from '../state.ts'
import { activityView } from './activities.ts'
import { changed } from './changed.ts'
import { checkDesired } from './group-update.ts'
import { awaitEmpty, terminateInstance } from './instances.ts'
import { reconcileSoon } from './reconcile.ts'
import { groupView, instanceLaunchView, instanceView } from './views.ts'

/** Groups by names or tag filters, 100 a page. */
function describeAutoScalingGroups(
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
  if (Name === 'tag-value') {
    return [...group.tags.values()].some((one) => values.includes(one.value))
  }
  if (Name?.startsWith('tag:')) {
    return values.includes(group.tags.get(Name.slice(4))?.value ?? '\0')
  }
  return true
}

/** @throws RegroupError ValidationError outside of minimum and maximum. */
function setDesiredCapacity(
  account: AwsAccount,
  input: Sdk.SetDesiredCapacityType,
  user: string,
): void {
  const group = account.group(input.AutoScalingGroupName)
  const wanted = input.DesiredCapacity ?? 0
  checkDesired(group, { minSize: group.minSize, maxSize: group.maxSize, desiredCapacity: wanted })
  group.desiredCapacity = wanted
  changed(account, group, user, 'SetDesiredCapacity')
  reconcileSoon(account, group)
}

/**
 * One instance by id. @throws RegroupError ValidationError when decrement would pass the minimum.
 */
function terminateInstanceInAutoScalingGroup(
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
  return activity === undefined ? {} : { Activity: activityView(account, activity) }
}

/**
 * Force ends the instances first. Deleting a group that is being deleted changes nothing (assumed).
 * @throws RegroupError ResourceInUse or ScalingActivityInProgress unless forced.
 */
function deleteAutoScalingGroup(
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

/**
 * Scale-in protection; direct termination ignores it. @throws RegroupError for instances of other
 * groups.
 */
function setInstanceProtection(
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
function describeAutoScalingInstances(
  account: AwsAccount,
  input: Sdk.DescribeAutoScalingInstancesType,
): Sdk.AutoScalingInstancesType {
  const wanted = input.InstanceIds
  const found: InstanceState[] = []
  for (const instance of account.instances.values()) {
    if (instance.state === 'terminated' || instance.groupName === '') continue
    if (wanted === undefined || wanted.length === 0 || wanted.includes(instance.id)) {
      found.push(instance)
    }
  }
  const size = Math.min(input.MaxRecords ?? 50, 50)
  const { next, page } = pageOf(found, { token: input.NextToken, size })
  return {
    ...(next === undefined ? {} : { NextToken: next }),
    AutoScalingInstances: page.map((instance) => ({
      ...instanceView(instance),
      ...launchViewOf(account, instance),
      AutoScalingGroupName: instance.groupName,
    })),
  }
}

function launchViewOf(account: AwsAccount, instance: InstanceState) {
  const group = account.groups.get(instance.groupName)
  return group === undefined ? {} : instanceLaunchView(group, instance)
}

/** Operations on groups and their instances. */
export const groupOperations = {
  deleteAutoScalingGroup,
  describeAutoScalingGroups,
  describeAutoScalingInstances,
  setDesiredCapacity,
  setInstanceProtection,
  terminateInstanceInAutoScalingGroup,
}
