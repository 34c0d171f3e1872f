/** Machines made of instances: what Kubernetes gets to see. Twin layer. */

import { instanceType } from '../../nodes/instance-types.ts'
import { allocatable } from '../../nodes/kubelet-numbers.ts'
import { assert } from '../../world/assert.ts'
import type { Machine, MachineCapacity } from '../contracts.ts'
import type { GroupState, InstanceState } from './state.ts'

/** The machine of an instance; an instance of no group has one without a name. */
export function machineOf(
  instance: InstanceState,
  group: Pick<GroupState, 'name' | 'nodeGroupName'>,
  region: string,
): Machine {
  const type = instanceType(instance.instanceType)
  assert(type !== undefined, `instance type ${instance.instanceType} is known`)
  const { amiFamily, imageId, joinFailure, kubeletVersion, labels, taints } = instance.recipe
  const room = allocatable(type)
  const gpus: { extended?: Record<string, number> } =
    room.gpuCount > 0 ? { extended: { 'nvidia.com/gpu': room.gpuCount } } : {}
  const capacity: MachineCapacity = {
    cpuMilli: type.vcpuCount * 1000,
    memoryBytes: type.memoryMiB * 1024 * 1024,
    pods: room.podCount,
    ...gpus,
  }
  return {
    instanceId: instance.id,
    clusterName: instance.clusterName,
    autoScalingGroupName: group.name,
    ...(group.nodeGroupName === undefined ? {} : { nodeGroupName: group.nodeGroupName }),
    instanceType: type.name,
    zone: instance.zone,
    region,
    arch: type.arch,
    capacityType: instance.capacityType,
    amiFamily,
    imageId,
    kubeletVersion,
    labels,
    taints,
    capacity,
    allocatable: {
      cpuMilli: room.cpuMilli,
      memoryBytes: room.memoryBytes,
      pods: room.podCount,
      ...gpus,
    },
    ...(joinFailure === undefined ? {} : { joinFailure }),
  }
}
