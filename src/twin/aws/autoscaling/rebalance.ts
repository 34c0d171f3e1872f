/** AZRebalance: a group out of balance launches in the emptiest zone first. Twin layer. */

import type { AwsAccount } from '../account.ts'
import type { GroupState } from '../state.ts'
import { launchInstance } from './instances.ts'
import { liveInstances, reconcileSoon } from './reconcile.ts'

/** Auto Scaling notices an imbalance within minutes (assumed; not published). */
const noticeMs = 180_000
/** Zones may differ by one instance; from two on the group is rebalanced. */
const imbalanceMin = 2

/** Looks again later, if the group is out of balance now. One look is pending at most. */
export function rebalanceLater(account: AwsAccount, group: GroupState): void {
  if (group.isRebalanceDue || group.isRebalancing || zoneToFill(account, group) === undefined)
    return
  group.isRebalanceDue = true
  account.kernel.after(noticeMs, 'asg-rebalance', () => {
    group.isRebalanceDue = false
    if (account.groups.get(group.name) === group && !group.isDeleting) rebalance(account, group)
  })
}

/**
 * One more instance than desired until the new one is InService; then scale-in takes the fullest
 * zone.
 */
function rebalance(account: AwsAccount, group: GroupState): void {
  const onlyZone = zoneToFill(account, group)
  if (onlyZone === undefined || liveInstances(account, group).length !== group.desiredCapacity)
    return
  const cause = { user: 'autoscaling', operation: 'AZRebalance' }
  const whenInService = (): void => {
    group.isRebalancing = false
    reconcileSoon(account, group)
  }
  group.isRebalancing = launchInstance(account, group, cause, { onlyZone, whenInService })
}

const needed: readonly string[] = ['AZRebalance', 'Launch', 'Terminate']

/** The emptiest zone; undefined when the group is balanced or may not be rebalanced. */
function zoneToFill(account: AwsAccount, group: GroupState): string | undefined {
  if (needed.some((name) => group.suspended.has(name))) return undefined
  const counts = new Map<string, number>()
  const live = liveInstances(account, group)
  for (const id of group.subnetIds) counts.set(account.subnets.get(id)?.zone ?? '', 0)
  for (const { zone } of live) counts.set(zone, (counts.get(zone) ?? 0) + 1)
  const sorted = [...counts].sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1))
  const least = sorted[0]
  const most = sorted.at(-1)
  if (least === undefined || most === undefined) return undefined
  const canLeave = live.some((one) => one.zone === most[0] && !one.isProtected)
  return canLeave && most[1] - least[1] >= imbalanceMin ? least[0] : undefined
}
