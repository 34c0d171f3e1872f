/** Instances that come to a group, leave it, or stand by. Twin layer. */

import type * as Sdk from '@aws-sdk/client-auto-scaling'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import type { GroupState, InstanceState } from '../state.ts'
import { activityView, endActivity, startActivity } from './activities.ts'
import { changed } from './changed.ts'
import { terminateInstance } from './instances.ts'
import { reconcileSoon } from './reconcile.ts'

/** Attaching and moving to standby are over within seconds. */
const moveMs = 5000

function requireMembers(
  account: AwsAccount,
  group: GroupState,
  ids: readonly string[] | undefined,
): readonly InstanceState[] {
  return (ids ?? []).map((id) => {
    const found = group.instanceIds.has(id) ? account.instances.get(id) : undefined
    if (found !== undefined) return found
    const text = `The instance ${id} is not part of Auto Scaling group ${group.name}.`
    throw awsError('ValidationError', text)
  })
}

/** @throws RegroupError ValidationError when desired would leave the bounds. */
function shiftDesired(group: GroupState, change: number): void {
  const wanted = group.desiredCapacity + change
  if (wanted < group.minSize) {
    const text = `AutoScalingGroup ${group.name} has min-size=${group.minSize}, max-size=${group.maxSize}, and desired-size=${group.desiredCapacity}. To place into standby or detach ${-change} more instance(s), please update the AutoScalingGroup sizes appropriately.`
    throw awsError('ValidationError', text)
  }
  if (wanted > group.maxSize) {
    const text = `AutoScalingGroup ${group.name} has min-size=${group.minSize}, max-size=${group.maxSize}, and desired-size=${group.desiredCapacity}. To attach ${change} more instance(s), please update the AutoScalingGroup sizes appropriately.`
    throw awsError('ValidationError', text)
  }
  group.desiredCapacity = wanted
}

/** Desired grows by the number of instances. */
function attachInstances(account: AwsAccount, input: Sdk.AttachInstancesQuery, user: string): void {
  const group = account.group(input.AutoScalingGroupName)
  const instances = (input.InstanceIds ?? []).map((id) => {
    const found = account.instances.get(id)
    if (found === undefined || found.state !== 'running') {
      throw awsError('ValidationError', `Instance ${id} is not in correct state: running`)
    }
    if (found.groupName !== '') {
      const text = `Instance ${id} is already part of AutoScalingGroup:${found.groupName}, LifecycleState:${found.lifecycleState}`
      throw awsError('ValidationError', text)
    }
    return found
  })
  shiftDesired(group, instances.length)
  for (const instance of instances) {
    instance.groupName = group.name
    instance.lifecycleState = 'InService'
    instance.tags = { ...instance.tags, 'aws:autoscaling:groupName': group.name }
    group.instanceIds.add(instance.id)
    const cause = `an instance was attached in response to a user request: ${instance.id}`
    move(account, group, `Attaching an existing EC2 instance: ${instance.id}`, cause)
  }
  changed(account, group, user, 'AttachInstances')
}

function move(
  account: AwsAccount,
  group: GroupState,
  description: string,
  cause: string,
): Sdk.Activity {
  const activity = startActivity(account, group, description, cause)
  account.kernel.after(moveMs, 'asg-move', () => endActivity(account, activity, 'Successful'))
  return activityView(account, activity)
}

/** Detached instances run on, on their own. */
function detachInstances(
  account: AwsAccount,
  input: Sdk.DetachInstancesQuery,
  user: string,
): Sdk.DetachInstancesAnswer {
  const group = account.group(input.AutoScalingGroupName)
  const instances = requireMembers(account, group, input.InstanceIds)
  if (input.ShouldDecrementDesiredCapacity === true) shiftDesired(group, -instances.length)
  const Activities = instances.map((instance) => {
    group.instanceIds.delete(instance.id)
    instance.groupName = ''
    instance.lifecycleState = 'Detached'
    const { 'aws:autoscaling:groupName': _, ...tags } = instance.tags
    instance.tags = tags
    const cause = `instance ${instance.id} was detached in response to a user request`
    return move(account, group, `Detaching EC2 instance: ${instance.id}`, cause)
  })
  changed(account, group, user, 'DetachInstances')
  reconcileSoon(account, group)
  return { Activities }
}

function enterStandby(
  account: AwsAccount,
  input: Sdk.EnterStandbyQuery,
  user: string,
): Sdk.EnterStandbyAnswer {
  const group = account.group(input.AutoScalingGroupName)
  const instances = requireMembers(account, group, input.InstanceIds)
  const wrong = instances.find((one) => one.lifecycleState !== 'InService')
  if (wrong !== undefined) {
    const text = `The instance ${wrong.id} is not in InService.`
    throw awsError('ValidationError', text)
  }
  if (input.ShouldDecrementDesiredCapacity === true) shiftDesired(group, -instances.length)
  const Activities = instances.map((instance) => {
    instance.lifecycleState = 'Standby'
    const cause = `instance ${instance.id} was moved to standby in response to a user request`
    return move(account, group, `Moving EC2 instance to Standby: ${instance.id}`, cause)
  })
  changed(account, group, user, 'EnterStandby')
  reconcileSoon(account, group)
  return { Activities }
}

function exitStandby(
  account: AwsAccount,
  input: Sdk.ExitStandbyQuery,
  user: string,
): Sdk.ExitStandbyAnswer {
  const group = account.group(input.AutoScalingGroupName)
  const instances = requireMembers(account, group, input.InstanceIds)
  const wrong = instances.find((one) => one.lifecycleState !== 'Standby')
  if (wrong !== undefined) {
    throw awsError('ValidationError', `The instance ${wrong.id} is not in Standby.`)
  }
  shiftDesired(group, instances.length)
  const Activities = instances.map((instance) => {
    instance.lifecycleState = 'InService'
    const cause = `instance ${instance.id} was moved out of standby in response to a user request`
    return move(account, group, `Moving EC2 instance out of Standby: ${instance.id}`, cause)
  })
  changed(account, group, user, 'ExitStandby')
  return { Activities }
}

/** The next health check replaces an unhealthy instance. */
const healthCheckMs = 30_000

/** Unless told otherwise the grace period is honoured: a young instance is left alone. */
function setInstanceHealth(account: AwsAccount, input: Sdk.SetInstanceHealthQuery): void {
  const instance = account.instances.get(input.InstanceId ?? '')
  const group = account.groups.get(instance?.groupName ?? '')
  if (instance === undefined || group === undefined) {
    const text = `Instance Id not found - No managed instance found for instance ID: ${input.InstanceId}`
    throw awsError('ValidationError', text)
  }
  const { HealthStatus } = input
  if (HealthStatus !== 'Healthy' && HealthStatus !== 'Unhealthy') {
    const text = `Valid instance health states are: [Healthy, Unhealthy].`
    throw awsError('ValidationError', text)
  }
  instance.isUnhealthy = HealthStatus === 'Unhealthy'
  if (!instance.isUnhealthy) return
  account.kernel.after(healthCheckMs, 'asg-health', () =>
    replaceUnhealthy(account, group, instance),
  )
}

function replaceUnhealthy(account: AwsAccount, group: GroupState, instance: InstanceState): void {
  if (instance.isUnhealthy !== true || instance.lifecycleState !== 'InService') return
  if (group.suspended.has('ReplaceUnhealthy') || group.suspended.has('HealthCheck')) return
  const cause = { user: 'autoscaling', operation: 'an instance being marked unhealthy' }
  terminateInstance(account, instance, cause)
  reconcileSoon(account, group)
}

/** Operations on members. */
export const membershipOperations = {
  attachInstances,
  detachInstances,
  enterStandby,
  exitStandby,
  setInstanceHealth,
}
