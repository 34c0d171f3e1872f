/** Where a launch goes: zone balance, addresses, capacity. Twin layer. */

import { assert } from '../../../world/assert.ts'
import type { AwsAccount } from '../account.ts'
import type { GroupState } from '../state.ts'
import { nextCapacityType } from './capacity-mix.ts'
import { liveInstances } from './reconcile.ts'

/** One place for one instance. */
export interface Place {
  readonly zone: string
  readonly subnetId: string
  readonly instanceType: string
  /** Undefined = the recipe's. */
  readonly capacityType?: GroupState['recipe']['capacityType']
}

/**
 * The subnet with the fewest instances first, then the types in order. The pool's capacity is
 * taken. `onlyZone` keeps to one zone. `failure` is the text of the failed activity.
 */
export function takePlace(
  account: AwsAccount,
  group: GroupState,
  onlyZone?: string,
): Place | { readonly failure: string } {
  const { instanceTypes } = group.recipe
  const capacityType = nextCapacityType(group, liveInstances(account, group))
  let failure =
    'There are not enough free addresses in the subnets. InsufficientFreeAddressesInSubnet'
  for (const subnetId of emptiestFirst(account, group)) {
    const subnet = account.subnets.get(subnetId)
    assert(subnet !== undefined, `subnet ${subnetId} of ${group.name} exists`)
    if (subnet.freeAddressCount < 1 || subnet.zone !== (onlyZone ?? subnet.zone)) continue
    for (const instanceType of instanceTypes) {
      const pool = { instanceType, zone: subnet.zone, capacityType }
      const refusal = account.capacity.take(pool, account.kernel.nowMs())
      if (refusal === undefined) return { zone: subnet.zone, subnetId, instanceType, capacityType }
      failure = failureText(refusal, pool)
    }
  }
  return { failure }
}

function emptiestFirst(account: AwsAccount, group: GroupState): readonly string[] {
  const counts = new Map<string, number>()
  for (const id of group.instanceIds) {
    const instance = account.instances.get(id)
    if (instance === undefined || instance.lifecycleState.startsWith('Terminating')) continue
    counts.set(instance.subnetId, (counts.get(instance.subnetId) ?? 0) + 1)
  }
  return [...group.subnetIds].sort((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0))
}

function failureText(
  refusal: 'no-capacity' | 'quota',
  pool: { readonly instanceType: string; readonly zone: string; readonly capacityType: string },
): string {
  const { capacityType, instanceType, zone } = pool
  if (refusal === 'quota') {
    return 'You have requested more vCPU capacity than your current vCPU limit allows. Launching EC2 instance failed. VcpuLimitExceeded'
  }
  const what = `no capacity for ${instanceType} in ${zone}`
  return capacityType === 'SPOT'
    ? `Could not launch Spot Instances. InsufficientInstanceCapacity - ${what}. Launching EC2 instance failed.`
    : `Could not launch On-Demand Instances. InsufficientInstanceCapacity - ${what}. Launching EC2 instance failed.`
}
