/** Groups that a world starts with: their instances and nodes are there. Twin layer. */

import type { StringMap } from '../../../world/kube-objects.ts'
import type { AwsAccount } from '../account.ts'
import { machineOf } from '../machine.ts'
import type { GroupState, MachineRecipe } from '../state.ts'
import { createInstance } from './instances.ts'
import { addConfiguration } from './launch-configuration.ts'

/** A group to put into a world. */
export interface GroupSpec {
  readonly name: string
  readonly clusterName: string
  readonly nodeGroupName?: string
  readonly subnetIds: readonly string[]
  readonly launchKind: GroupState['launchKind']
  readonly templateId?: string
  readonly templateName?: string
  /** An existing one; made up and added when absent, for that launch kind. */
  readonly configurationName?: string
  readonly recipe: MachineRecipe
  readonly minSize: number
  readonly maxSize: number
  readonly desiredCapacity: number
  /** All propagate to instances. */
  readonly tags: StringMap
  readonly suspended?: readonly string[]
  readonly instanceIds?: readonly string[]
  readonly settings?: GroupState['settings']
  readonly launch?: GroupState['launch']
}

const launchHook = {
  name: 'Launch-LC-Hook',
  transition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
  timeoutSeconds: 1800,
}
const terminateHook = {
  name: 'Terminate-LC-Hook',
  transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
  timeoutSeconds: 1800,
}

/** An empty group; `placeInstances` fills it, or reconcile does in virtual time. */
export function addGroup(account: AwsAccount, spec: GroupSpec): GroupState {
  const ownName = spec.launchKind === 'configuration' ? `${spec.name}-config` : undefined
  const group: GroupState = {
    name: spec.name,
    clusterName: spec.clusterName,
    nodeGroupName: spec.nodeGroupName,
    createdMs: account.kernel.nowMs(),
    subnetIds: spec.subnetIds,
    launchKind: spec.launchKind,
    templateId: spec.templateId,
    templateName: spec.templateName,
    configurationName: spec.configurationName ?? ownName,
    recipe: spec.recipe,
    minSize: spec.minSize,
    maxSize: spec.maxSize,
    desiredCapacity: spec.desiredCapacity,
    isDeleting: false,
    ...(spec.settings === undefined ? {} : { settings: spec.settings }),
    ...(spec.launch === undefined ? {} : { launch: spec.launch }),
    isInstanceRefreshActive: false,
    hasWarmPool: false,
    tags: new Map(
      Object.entries(spec.tags).map(([key, value]) => [key, { value, isPropagated: true }]),
    ),
    suspended: new Set(spec.suspended ?? []),
    instanceIds: new Set(),
    activities: [],
    // The two hooks that EKS puts on its groups (managed-node-groups 6).
    hooks: spec.nodeGroupName === undefined ? [] : [launchHook, terminateHook],
    failedLaunchCount: 0,
    reconcileAtMs: undefined,
    isRebalanceDue: false,
    isRebalancing: false,
    unreplacedCount: 0,
  }
  account.groups.set(group.name, group)
  if (ownName !== undefined && spec.configurationName === undefined) {
    const { imageId: ImageId, instanceTypes } = spec.recipe
    const InstanceType = instanceTypes[0] ?? ''
    const LaunchConfigurationName = ownName
    addConfiguration(account, { LaunchConfigurationName, ImageId, InstanceType })
  }
  return group
}

/** What is known of an instance that exists; absent parts are made up. */
export interface InstanceSeat {
  readonly id: string
  readonly zone?: string
  readonly instanceType?: string
  readonly nodeName?: string
}

/**
 * Puts `desiredCapacity` running instances with Ready nodes into the group: those that are known where they
 * are, the others zone by zone.
 */
export function placeInstances(
  account: AwsAccount,
  group: GroupState,
  seats: readonly InstanceSeat[],
): void {
  const { machines } = account.cluster(group.clusterName).twin
  for (let index = 0; index < group.desiredCapacity; index += 1) {
    const seat = seats[index]
    const known = group.subnetIds.find((id) => account.subnets.get(id)?.zone === seat?.zone)
    const subnetId = known ?? group.subnetIds[index % group.subnetIds.length] ?? ''
    const zone = account.subnets.get(subnetId)?.zone ?? ''
    const instanceType = seat?.instanceType ?? group.recipe.instanceTypes[0] ?? ''
    account.capacity.occupy({ instanceType, zone, capacityType: group.recipe.capacityType })
    const id = seat?.id ?? `i-${account.kernel.hexId('instance', 17)}`
    const instance = createInstance(account, group, { id, zone, subnetId, instanceType })
    instance.state = 'running'
    instance.lifecycleState = 'InService'
    const machine = machineOf(instance, group, account.region)
    const nodeName = seat?.nodeName
    machines.place(nodeName === undefined ? machine : { ...machine, nodeName })
  }
}
