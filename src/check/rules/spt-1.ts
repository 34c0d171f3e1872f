/** SPT-1: a spot group with few or unequal instance types. Check layer, pure. */

import { instanceType } from '../../nodes/instance-types.ts'
import { typesOf } from '../instance-choice.ts'
import type { GroupRule } from '../rule.ts'

/** One type is one capacity pool a zone; unequal ones make cluster-autoscaler miscount. */
export const spt1: GroupRule = {
  id: 'SPT-1',
  scope: 'group',
  find: (group) => {
    const names = typesOf(group)
    const isInTemplate = group.instanceTypes === undefined || group.instanceTypes.length === 0
    if (group.capacityType !== 'SPOT' || names.length === 0 || isInTemplate) return []
    const types = names.flatMap((name) => instanceType(name) ?? [])
    const differing = [
      ...(new Set(types.map((one) => one.vcpuCount)).size > 1 ? ['vCPU'] : []),
      ...(new Set(types.map((one) => one.memoryMiB)).size > 1 ? ['memory'] : []),
    ]
    const member = 'instanceTypes'
    if (names.length === 1) {
      const message = `Spot group with the single type ${names[0]}: one capacity pool per zone. Use 3 or more of equal vCPU and memory.`
      return [{ member, message }]
    }
    if (differing.length === 0) return []
    const message = `The instance types of the spot group differ in ${differing.join(' and ')}: cluster-autoscaler counts with one of them only. Use 3 or more of equal vCPU and memory.`
    return [{ member, message }]
  },
}
