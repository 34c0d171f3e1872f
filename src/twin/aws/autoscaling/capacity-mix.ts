/** On-demand or spot: what the next instance of a mixed group is. Twin layer, pure. */

import type { GroupState, InstanceState } from '../state.ts'

/** By the base and the share above it, from the instances that are there. */
export function nextCapacityType(
  group: GroupState,
  live: readonly InstanceState[],
): InstanceState['capacityType'] {
  if (group.launch?.kind !== 'mixed') return group.recipe.capacityType
  const { InstancesDistribution } = group.launch.policy
  const base = InstancesDistribution?.OnDemandBaseCapacity ?? 0
  const share = InstancesDistribution?.OnDemandPercentageAboveBaseCapacity ?? 100
  const above = Math.max(0, live.length + 1 - base)
  const wanted = Math.min(base, live.length + 1) + Math.ceil((above * share) / 100)
  const present = live.filter((one) => one.capacityType === 'ON_DEMAND').length
  return present < wanted ? 'ON_DEMAND' : 'SPOT'
}
