/** Launch and end of instances. Twin layer. */

import { systemUsers } from '../../contracts.ts'
import { between } from '../../kernel/draws.ts'
import type { AwsAccount } from '../account.ts'
import { drainNode } from '../eks/drain-node.ts'
import { machineOf } from '../machine.ts'
import type { ActivityState, Cause, GroupState, InstanceState } from '../state.ts'
import { reconcileSoon } from './reconcile.ts'

/** Launch accepted to InService, without health check grace. */
const inServiceMs = 15_000
/** shutting-down to terminated. */
const shutdownMs = [20_000, 45_000] as const
/** EKS completes its terminate hook at the latest then. */
const hookTimeoutMs = 15 * 60_000
/** EC2's notice before a spot instance goes. */
const spotNoticeMs = 120_000

/** Starts an activity, newest first. */
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
  if (group.activities.length > 200) group.activities.pop()
  return activity
}

/** Ends an activity. */
export function endActivity(
  account: AwsAccount,
  activity: ActivityState,
  statusCode: ActivityState['statusCode'],
  message?: string,
): void {
  activity.endMs = account.kernel.nowMs()
  activity.statusCode = statusCode
  activity.statusMessage = message
}

/** One launch attempt of a group; false when there was no capacity or no address. */
export function launchInstance(account: AwsAccount, group: GroupState, cause: Cause): boolean {
  const place = pickPlace(account, group)
  const activity = startActivity(account, group, 'Launching a new EC2 instance', cause.operation)
  if ('failure' in place) {
    endActivity(account, activity, 'Failed', place.failure)
    return false
  }
  const id = `i-${account.kernel.hexId('instance', 17)}`
  const instance = createInstance(account, group, { id, ...place })
  endActivity(account, activity, 'Successful')
  account.emit({ kind: 'instance-launched', instance, cause })
  account.cluster(group.clusterName).twin.machines.boot(machineOf(instance, group, account.region))
  account.kernel.after(inServiceMs, 'in-service', () => {
    if (instance.lifecycleState !== 'Pending') return
    instance.lifecycleState = 'InService'
    instance.state = 'running'
  })
  return true
}

interface Place {
  readonly zone: string
  readonly subnetId: string
  readonly instanceType: string
}

/** The zone with the fewest instances first, then the types in order. */
function pickPlace(account: AwsAccount, group: GroupState): Place | { failure: string } {
  const counts = new Map<string, number>()
  for (const id of group.instanceIds) {
    const subnetId = account.instances.get(id)?.subnetId ?? ''
    counts.set(subnetId, (counts.get(subnetId) ?? 0) + 1)
  }
  const subnets = [...group.subnetIds].sort((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0))
  let failure = 'No subnet of the group has a free address. InsufficientFreeAddressesInSubnet'
  for (const subnetId of subnets) {
    const subnet = account.subnets.get(subnetId)
    if (subnet === undefined || subnet.freeAddressCount < 1) continue
    for (const instanceType of group.recipe.instanceTypes) {
      const { capacityType } = group.recipe
      const pool = { instanceType, zone: subnet.zone, capacityType }
      if (account.capacity.take(pool, account.kernel.nowMs())) {
        return { zone: subnet.zone, subnetId, instanceType }
      }
      failure = iceText(instanceType, subnet.zone, capacityType)
    }
  }
  return { failure }
}

function iceText(type: string, zone: string, capacityType: string): string {
  return capacityType === 'SPOT'
    ? `Could not launch Spot Instances. UnfulfillableCapacity - There is no Spot capacity available that matches your request. Launching EC2 instance failed. (${type}, ${zone})`
    : `We currently do not have sufficient ${type} capacity in the Availability Zone you requested (${zone}). Launching EC2 instance failed. InsufficientInstanceCapacity`
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
    capacityType: group.recipe.capacityType,
    recipe: group.recipe,
    launchedMs: account.kernel.nowMs(),
    state: 'pending',
    lifecycleState: 'Pending',
    isProtected: false,
  }
  account.instances.set(instance.id, instance)
  group.instanceIds.add(instance.id)
  const subnet = account.subnets.get(instance.subnetId)
  if (subnet !== undefined) subnet.freeAddressCount -= 1
  return instance
}

/** Ends an instance; nodes of managed groups are drained by EKS first, within its hook. */
export function terminateInstance(account: AwsAccount, instance: InstanceState, cause: Cause): ActivityState | undefined {
  const group = account.groups.get(instance.groupName)
  if (group === undefined || instance.lifecycleState.startsWith('Terminating')) return undefined
  const description = `Terminating EC2 instance: ${instance.id}`
  const activity = startActivity(account, group, description, cause.operation)
  account.emit({ kind: 'instance-terminating', instance, cause })
  const node = account.cluster(group.clusterName).twin.machines.nodeOf(instance.id)
  if (group.nodeGroupName === undefined || node === undefined) {
    shutDown(account, instance, activity)
    return activity
  }
  instance.lifecycleState = 'Terminating:Wait'
  drainNode(account, {
    cluster: account.cluster(group.clusterName),
    nodeName: node.metadata.name,
    user: systemUsers.eksNodeManager,
    timeoutMs: hookTimeoutMs,
    then: () => shutDown(account, instance, activity),
  })
  return activity
}

/** EC2 takes the instance away: from here on nothing on it runs. */
export function shutDown(account: AwsAccount, instance: InstanceState, activity?: ActivityState): void {
  if (instance.state === 'shutting-down' || instance.state === 'terminated') return
  instance.state = 'shutting-down'
  instance.lifecycleState = 'Terminating'
  const { machines } = account.cluster(instance.clusterName).twin
  machines.stop(instance.id)
  const random = account.kernel.random(`shutdown/${instance.id}`)
  account.kernel.after(between(random, ...shutdownMs), 'instance-terminated', () => {
    instance.state = 'terminated'
    machines.remove(instance.id)
    const subnet = account.subnets.get(instance.subnetId)
    if (subnet !== undefined) subnet.freeAddressCount += 1
    account.capacity.giveBack(instance)
    const group = account.groups.get(instance.groupName)
    group?.instanceIds.delete(instance.id)
    if (activity !== undefined) endActivity(account, activity, 'Successful')
    account.emit({ kind: 'instance-terminated', instance })
    if (group !== undefined) reconcileSoon(account, group)
  })
}

/** A spot interruption: two minutes' notice, then the instance goes; EKS drains what it manages. */
export function interruptSpot(account: AwsAccount, instanceId: string): void {
  const instance = account.instances.get(instanceId)
  if (instance === undefined || instance.state !== 'running') return
  const cause = { user: 'ec2-spot', operation: 'spot interruption' }
  account.kernel.after(spotNoticeMs, 'spot-interruption', () => {
    if (instance.state !== 'running') return
    account.emit({ kind: 'instance-terminating', instance, cause })
    shutDown(account, instance)
  })
}
