/** Launch and end of instances. Twin layer. */

import { systemUsers } from '../../contracts.ts'
import { between } from '../../kernel/draws.ts'
import type { AwsAccount } from '../account.ts'
import { drainNode } from '../eks/drain-node.ts'
import { noteLaunch } from '../eks/health.ts'
import { machineOf } from '../machine.ts'
import type { ActivityState, Cause, GroupState, InstanceState } from '../state.ts'
import { endActivity, startActivity } from './activities.ts'
import { settingsOf } from './group-settings.ts'
import { refreshRecipe } from './group-update.ts'
import { type Place, takePlace } from './place.ts'
import { reconcileSoon } from './reconcile.ts'

/** Launch accepted to InService, without health check grace. */
const inServiceMs = 15_000
/** shutting-down to terminated. */
const shutdownMs = [20_000, 45_000] as const
/** EKS completes its terminate hook at the latest then (managed-node-groups 5). */
const hookTimeoutMs = 15 * 60_000

/** What a launch may be told. */
export interface LaunchOptions {
  /** Keeps to one zone, as rebalancing does. */
  readonly onlyZone?: string
  /** Called when the instance is InService. */
  readonly whenInService?: () => void
}

/** One launch attempt of a group; false when there was no capacity, quota or address. */
export function launchInstance(
  account: AwsAccount,
  group: GroupState,
  cause: Cause,
  { onlyZone, whenInService }: LaunchOptions = {},
): boolean {
  refreshRecipe(account, group)
  const place = takePlace(account, group, onlyZone)
  const count = group.instanceIds.size
  const why = `an instance was started in response to ${cause.operation}, increasing the capacity from ${count} to ${count + 1}`
  const activity = startActivity(account, group, 'Launching a new EC2 instance', why)
  if ('failure' in place) {
    endActivity(account, activity, 'Failed', place.failure)
    noteLaunch(account, group)
    return false
  }
  const id = `i-${account.kernel.hexId('instance', 17)}`
  const instance = createInstance(account, group, { id, ...place })
  activity.description = `Launching a new EC2 instance: ${id}`
  account.emit({ kind: 'instance-launched', instance, cause })
  const { machines } = account.clusters.get(group.clusterName)?.twin ?? {}
  machines?.boot(machineOf(instance, group, account.region))
  account.kernel.after(inServiceMs, 'in-service', () => {
    if (instance.lifecycleState !== 'Pending') {
      endActivity(account, activity, 'Successful')
      return
    }
    instance.state = 'running'
    const transition = 'autoscaling:EC2_INSTANCE_LAUNCHING'
    account.lifecycleWaits.await(account, { group, instance }, transition, (result) => {
      if (result === 'ABANDON') {
        endActivity(account, activity, 'Failed', 'The lifecycle action was abandoned')
        terminateInstance(account, instance, { user: 'autoscaling', operation: 'lifecycle hook' })
        return
      }
      endActivity(account, activity, 'Successful')
      instance.lifecycleState = 'InService'
      noteLaunch(account, group)
      whenInService?.()
    })
  })
  return true
}

/** Puts an instance into the state; also for worlds that start with it. */
export function createInstance(
  account: AwsAccount,
  group: GroupState,
  place: Place & { readonly id: string },
): InstanceState {
  const instance: InstanceState = {
    ...place,
    groupName: group.name,
    clusterName: group.clusterName,
    capacityType: place.capacityType ?? group.recipe.capacityType,
    recipe: group.recipe,
    launchedMs: account.kernel.nowMs(),
    state: 'pending',
    lifecycleState: 'Pending',
    isProtected: settingsOf(group).areNewInstancesProtected,
    securityGroupIds: securityGroupsOf(account, group),
    tags: instanceTags(group),
  }
  account.instances.set(instance.id, instance)
  group.instanceIds.add(instance.id)
  const subnet = account.subnets.get(instance.subnetId)
  if (subnet !== undefined) subnet.freeAddressCount -= 1
  return instance
}

/** Tags that an instance of the group starts with. */
function instanceTags(group: GroupState): InstanceState['tags'] {
  const propagated = [...group.tags]
    .filter(([, { isPropagated }]) => isPropagated)
    .map(([key, { value }]) => [key, value])
  const owned =
    group.clusterName === '' ? {} : { [`kubernetes.io/cluster/${group.clusterName}`]: 'owned' }
  return {
    ...group.recipe.launch?.tags,
    'aws:autoscaling:groupName': group.name,
    ...owned,
    ...Object.fromEntries(propagated),
  }
}

/** The template's own, else the cluster's for nodes that EKS manages. */
function securityGroupsOf(account: AwsAccount, group: GroupState): readonly string[] {
  const own = group.recipe.launch?.securityGroupIds ?? []
  if (own.length > 0 || group.nodeGroupName === undefined) return own
  return [account.cluster(group.clusterName).securityGroupId]
}

/**
 * Ends an instance; nodes of managed groups are drained by EKS first, within its hook (`drainMs`,
 * at most 15 minutes), and then go whether pods are left or not. Undefined when it is ending
 * already.
 */
export function terminateInstance(
  account: AwsAccount,
  instance: InstanceState,
  cause: Cause,
  drainMs = hookTimeoutMs,
): ActivityState | undefined {
  const group = account.groups.get(instance.groupName)
  if (group === undefined || instance.lifecycleState.startsWith('Terminating')) return undefined
  const why = `instance ${instance.id} was taken out of service in response to ${cause.operation}`
  const activity = startActivity(account, group, `Terminating EC2 instance: ${instance.id}`, why)
  account.emit({ kind: 'instance-terminating', instance, cause })
  const node = account.clusters.get(group.clusterName)?.twin.machines.nodeOf(instance.id)
  if (group.nodeGroupName === undefined || node === undefined) {
    instance.lifecycleState = 'Terminating'
    const transition = 'autoscaling:EC2_INSTANCE_TERMINATING'
    const then = (): void => shutDown(account, instance, activity)
    account.lifecycleWaits.await(account, { group, instance }, transition, then)
    return activity
  }
  instance.lifecycleState = 'Terminating:Wait'
  drainNode(account, {
    cluster: account.cluster(group.clusterName),
    nodeName: node.metadata.name,
    user: systemUsers.eksNodeManager,
    timeoutMs: drainMs,
    whenDone: () => shutDown(account, instance, activity),
  })
  return activity
}

/** EC2 takes the instance away: from here on nothing on it runs. Idempotent. */
export function shutDown(
  account: AwsAccount,
  instance: InstanceState,
  activity?: ActivityState,
): void {
  if (instance.state === 'shutting-down' || instance.state === 'terminated') {
    if (activity !== undefined) endActivity(account, activity, 'Successful')
    return
  }
  instance.state = 'shutting-down'
  instance.lifecycleState = 'Terminating'
  account.clusters.get(instance.clusterName)?.twin.machines.stop(instance.id)
  const random = account.kernel.random(`shutdown/${instance.id}`)
  account.kernel.after(between(random, ...shutdownMs), 'instance-terminated', () => {
    if (activity !== undefined) endActivity(account, activity, 'Successful')
    forgetInstance(account, instance)
  })
}

function forgetInstance(account: AwsAccount, instance: InstanceState): void {
  instance.state = 'terminated'
  account.clusters.get(instance.clusterName)?.twin.machines.remove(instance.id)
  const subnet = account.subnets.get(instance.subnetId)
  if (subnet !== undefined) subnet.freeAddressCount += 1
  account.capacity.giveBack(instance)
  const group = account.groups.get(instance.groupName)
  group?.instanceIds.delete(instance.id)
  account.emit({ kind: 'instance-terminated', instance })
  if (group !== undefined) reconcileSoon(account, group)
}

/** How often a deletion looks whether the group is empty. */
const lookMs = 5000

/** Calls `then` when the last instance of the group is gone, at the earliest in five seconds. */
export function awaitEmpty(account: AwsAccount, group: GroupState, then: () => void): void {
  account.kernel.after(lookMs, 'asg-empty', () => {
    if (group.instanceIds.size === 0) then()
    else awaitEmpty(account, group, then)
  })
}
