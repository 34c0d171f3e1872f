/** Auto Scaling brings a group to its desired capacity, in seconds. Twin layer. */

import type { AwsAccount } from '../account.ts'
import type { GroupState, InstanceState } from '../state.ts'
import { launchInstance, terminateInstance } from './instances.ts'

/** Change of desired to launch (twin 4.1: 2-15 s). */
const reconcileMs = 4000
/** Delay after a failed launch, doubled up to ten minutes. */
const retryFirstMs = 60_000
const retryMaxMs = 600_000

/** Marks the group; one reconcile is pending at most. */
export function reconcileSoon(account: AwsAccount, group: GroupState, delayMs = reconcileMs): void {
  if (group.isReconcileDue) return
  group.isReconcileDue = true
  account.kernel.after(delayMs, 'asg-reconcile', () => {
    group.isReconcileDue = false
    if (account.groups.get(group.name) === group) reconcile(account, group)
  })
}

function reconcile(account: AwsAccount, group: GroupState): void {
  const live = liveInstances(account, group)
  const cause = { user: 'autoscaling', operation: 'a difference between desired and actual capacity' }
  if (live.length < group.desiredCapacity && !group.suspended.has('Launch')) {
    for (let count = live.length; count < group.desiredCapacity; count += 1) {
      if (launchInstance(account, group, cause)) continue
      group.failedLaunchCount += 1
      const delayMs = Math.min(retryMaxMs, retryFirstMs * 2 ** (group.failedLaunchCount - 1))
      reconcileSoon(account, group, delayMs)
      return
    }
    group.failedLaunchCount = 0
  } else if (live.length > group.desiredCapacity && !group.suspended.has('Terminate')) {
    const victims = scaleInOrder(live).slice(0, live.length - group.desiredCapacity)
    const scaleIn = { user: 'autoscaling', operation: 'scale-in' }
    for (const victim of victims) terminateInstance(account, victim, scaleIn)
  }
}

/** Instances that count: not on their way out. */
export function liveInstances(account: AwsAccount, group: GroupState): InstanceState[] {
  const live: InstanceState[] = []
  for (const id of group.instanceIds) {
    const instance = account.instances.get(id)
    if (instance !== undefined && !instance.lifecycleState.startsWith('Terminating')) live.push(instance)
  }
  return live
}

/** Protected ones stay; the fullest zone first, then the oldest template, then the oldest instance. */
function scaleInOrder(live: readonly InstanceState[]): InstanceState[] {
  const byZone = new Map<string, number>()
  for (const one of live) byZone.set(one.zone, (byZone.get(one.zone) ?? 0) + 1)
  return live
    .filter((one) => !one.isProtected)
    .sort(
      (a, b) =>
        (byZone.get(b.zone) ?? 0) - (byZone.get(a.zone) ?? 0) ||
        Number(a.recipe.templateVersion) - Number(b.recipe.templateVersion) ||
        a.launchedMs - b.launchedMs ||
        (a.id < b.id ? -1 : 1),
    )
}
