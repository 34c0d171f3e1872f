/** The Auto Scaling groups that the autoscaler manages, as it sees them. Twin layer. */

import type { AwsAccount } from '../aws/account.ts'
import { terminateInstance } from '../aws/autoscaling/instances.ts'
import { liveInstances, reconcileSoon } from '../aws/autoscaling/reconcile.ts'
import { machineOf } from '../aws/machine.ts'
import type { GroupState } from '../aws/state.ts'
import type { Machine } from '../contracts.ts'
import { systemUsers } from '../contracts.ts'

/** One discovered group. */
export interface CloudGroup {
  readonly name: string
  readonly minSize: number
  readonly maxSize: number
  readonly desiredCapacity: number
  readonly instanceIds: readonly string[]
  /** Start of the newest failed launch; undefined when the last launch worked. */
  readonly failedLaunchMs: number | undefined
}

/** Groups with both discovery tags of the cluster. */
export function discoverGroups(account: AwsAccount, clusterName: string): readonly CloudGroup[] {
  const found: CloudGroup[] = []
  for (const group of account.groups.values()) {
    if (!group.tags.has('k8s.io/cluster-autoscaler/enabled')) continue
    if (!group.tags.has(`k8s.io/cluster-autoscaler/${clusterName}`) || group.isDeleting) continue
    const newest = group.activities[0]
    found.push({
      name: group.name,
      minSize: group.minSize,
      maxSize: group.maxSize,
      desiredCapacity: group.desiredCapacity,
      instanceIds: liveInstances(account, group).map((one) => one.id),
      failedLaunchMs: newest?.statusCode === 'Failed' ? newest.startMs : undefined,
    })
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The machine a launch would give: the first instance type, the first zone. */
export function templateMachine(account: AwsAccount, groupName: string): Machine | undefined {
  const group = account.groups.get(groupName)
  const subnetId = group?.subnetIds[0] ?? ''
  const instanceType = group?.recipe.instanceTypes[0]
  if (group === undefined || instanceType === undefined) return undefined
  const instance = {
    id: `template-${groupName}`,
    groupName,
    clusterName: group.clusterName,
    zone: account.subnets.get(subnetId)?.zone ?? '',
    subnetId,
    instanceType,
    capacityType: group.recipe.capacityType,
    recipe: group.recipe,
    launchedMs: 0,
    state: 'running' as const,
    lifecycleState: 'InService' as const,
    isProtected: false,
    tags: {},
  }
  return machineOf(instance, group, account.region)
}

/**
 * Sizes and instances as they are now, limits as they were found: the autoscaler counts nodes itself and asks
 * for limits once a minute.
 */
export function withPresentSize(account: AwsAccount, found: CloudGroup): CloudGroup {
  const group = account.groups.get(found.name)
  if (group === undefined) return found
  const instanceIds = liveInstances(account, group).map((one) => one.id)
  return { ...found, desiredCapacity: group.desiredCapacity, instanceIds }
}

/** SetDesiredCapacity as the autoscaler; false when AWS refuses: no such group, or outside of its sizes. */
export function setDesired(account: AwsAccount, groupName: string, count: number): boolean {
  const group = account.groups.get(groupName)
  if (group === undefined || group.isDeleting) return false
  if (count < group.minSize || count > group.maxSize) return false
  group.desiredCapacity = count
  emit(account, group, 'SetDesiredCapacity')
  reconcileSoon(account, group)
  return true
}

/** Terminates with decrement as the autoscaler. */
export function removeInstance(account: AwsAccount, instanceId: string): void {
  const instance = account.instances.get(instanceId)
  const group = account.groups.get(instance?.groupName ?? '')
  if (instance === undefined || group === undefined) return
  if (group.desiredCapacity - 1 < group.minSize) return
  group.desiredCapacity -= 1
  const cause = { user: systemUsers.autoscaler, operation: 'TerminateInstanceInAutoScalingGroup' }
  terminateInstance(account, instance, cause)
}

function emit(account: AwsAccount, group: GroupState, operation: string): void {
  const cause = { user: systemUsers.autoscaler, operation }
  account.emit({ kind: 'group-changed', group, what: operation, cause })
}
