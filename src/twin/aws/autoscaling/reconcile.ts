/** Auto Scaling brings a group to its desired capacity, in seconds. Twin layer. */

import type { AwsAccount } from '../account.ts'
import type { GroupState, InstanceState } from '../state.ts'
import { launchInstance, terminateInstance } from './instances.ts'
import { mirrorSoon } from './mirror.ts'
import { rebalanceLater } from './rebalance.ts'

/** Change of desired to launch (twin 4.1: 2-15 s). */
const reconcileMs = 4000
/** Delay after a failed launch, doubled up to ten minutes. */
const retryFirstMs = 60_000
const retryMaxMs = 600_000

/** Marks the group; of several pending looks only the earliest is taken. */
export function reconcileSoon(account: AwsAccount, group: GroupState, delayMs = reconcileMs): void {
  const atMs = account.kernel.nowMs() + delayMs
  if (group.reconcileAtMs !== undefined && group.reconcileAtMs <= atMs) return
  group.reconcileAtMs = atMs
  account.kernel.after(delayMs, 'asg-reconcile', () => {
    if (group.reconcileAtMs !== atMs) return
    group.reconcileAtMs = undefined
    if (account.groups.get(group.name) === group && !group.isDeleting) reconcile(account, group)
  })
}

function reconcile(account: AwsAccount, group: GroupState): void {
  mirrorSoon(account, group)
  const live = liveInstances(account, group)
  const missing = group.desiredCapacity - live.length
  if (missing > group.unreplacedCount) {
    const count = missing - group.unreplacedCount
    if (!group.suspended.has('Launch')) launchMissing(account, group, count)
    return
  }
  group.failedLaunchCount = 0
  group.unreplacedCount = Math.max(0, missing)
  const excess = -missing - (group.isRebalancing ? 1 : 0)
  if (excess > 0 && !group.suspended.has('Terminate')) {
    const cause = { user: 'autoscaling', operation: 'scale-in' }
    for (const victim of victims(live, excess)) terminateInstance(account, victim, cause)
  }
  rebalanceLater(account, group)
}

function launchMissing(account: AwsAccount, group: GroupState, count: number): void {
  const operation = 'a difference between desired and actual capacity'
  for (let index = 0; index < count; index += 1) {
    if (launchInstance(account, group, { user: 'autoscaling', operation })) continue
    const delayMs = Math.min(retryMaxMs, retryFirstMs * 2 ** group.failedLaunchCount)
    group.failedLaunchCount += 1
    reconcileSoon(account, group, delayMs)
    return
  }
  group.failedLaunchCount = 0
}

/** Instances that count: not on their way out. */
export function liveInstances(account: AwsAccount, group: GroupState): InstanceState[] {
  const live: InstanceState[] = []
  for (const id of group.instanceIds) {
    const instance = account.instances.get(id)
    if (instance === undefined || !isCounted(instance)) continue
    live.push(instance)
  }
  return live
}

function isCounted({ lifecycleState }: InstanceState): boolean {
  return lifecycleState !== 'Standby' && !lifecycleState.startsWith('Terminating')
}

/**
 * Protected ones stay; the fullest zone first, then the oldest template, then the oldest instance.
 */
function victims(live: readonly InstanceState[], count: number): readonly InstanceState[] {
  const zoneCounts = new Map<string, number>()
  for (const one of live) zoneCounts.set(one.zone, (zoneCounts.get(one.zone) ?? 0) + 1)
  const left = live.filter((one) => !one.isProtected).sort(byAge)
  const chosen: InstanceState[] = []
  while (chosen.length < count && left.length > 0) {
    let best = 0
    left.forEach((one, index) => {
      const bestZone = left[best]?.zone ?? ''
      if ((zoneCounts.get(one.zone) ?? 0) > (zoneCounts.get(bestZone) ?? 0)) best = index
    })
    const [victim] = left.splice(best, 1)
    if (victim === undefined) break
    zoneCounts.set(victim.zone, (zoneCounts.get(victim.zone) ?? 0) - 1)
    chosen.push(victim)
  }
  return chosen
}

function byAge(a: InstanceState, b: InstanceState): number {
  return (
    Number(a.recipe.templateVersion) - Number(b.recipe.templateVersion) ||
    a.launchedMs - b.launchedMs ||
    (a.id < b.id ? -1 : 1)
  )
}
