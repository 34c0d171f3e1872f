/** Instance refresh: a group replaces its instances batch by batch. Twin layer. */

import type * as Sdk from '@aws-sdk/client-auto-scaling'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { pageOf } from '../page.ts'
import type { GroupState, InstanceState } from '../state.ts'
import { settingsOf } from './group-settings.ts'
import { refreshRecipe, updateAutoScalingGroup } from './group-update.ts'
import { terminateInstance } from './instances.ts'
import { liveInstances, reconcileSoon } from './reconcile.ts'
import type { RefreshState } from './state.ts'

const lookMs = 15_000
const healthyDefault = 90
const activeStates: readonly RefreshState['status'][] = ['Pending', 'InProgress', 'Cancelling']

/** @throws RegroupError InstanceRefreshInProgress, ValidationError. */
function startInstanceRefresh(
  account: AwsAccount,
  input: Sdk.StartInstanceRefreshType,
  user: string,
): Sdk.StartInstanceRefreshAnswer {
  const group = account.group(input.AutoScalingGroupName)
  if (activeRefresh(group) !== undefined) {
    const text =
      'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.'
    throw awsError('InstanceRefreshInProgress', text)
  }
  const { DesiredConfiguration } = input
  if (DesiredConfiguration !== undefined) {
    const { AutoScalingGroupName } = input
    updateAutoScalingGroup(account, { AutoScalingGroupName, ...DesiredConfiguration }, user)
  }
  refreshRecipe(account, group)
  const preferences = input.Preferences ?? {}
  const leftIds = new Set(
    liveInstances(account, group)
      .filter((one) => preferences.SkipMatching !== true || isOld(group, one))
      .map((one) => one.id),
  )
  const refresh: RefreshState = {
    id: account.kernel.uuid('refresh'),
    startMs: account.kernel.nowMs(),
    preferences,
    desired: DesiredConfiguration,
    totalCount: leftIds.size,
    endMs: undefined,
    status: 'Pending',
    reason: undefined,
    leftIds,
  }
  group.refreshes = [refresh, ...(group.refreshes ?? [])]
  group.isInstanceRefreshActive = true
  account.kernel.after(lookMs, 'refresh', () => step(account, group, refresh))
  return { InstanceRefreshId: refresh.id }
}

function activeRefresh(group: GroupState): RefreshState | undefined {
  return group.refreshes?.find((one) => activeStates.includes(one.status))
}

function isOld(group: GroupState, instance: InstanceState): boolean {
  const { instanceTypes, templateVersion } = group.recipe
  return (
    instance.recipe.templateVersion !== templateVersion ||
    instance.recipe.imageId !== group.recipe.imageId ||
    !instanceTypes.includes(instance.instanceType)
  )
}

/** One look: the next batch goes when the group is whole again and warmed up. */
function step(account: AwsAccount, group: GroupState, refresh: RefreshState): void {
  if (account.groups.get(group.name) !== group) return
  const isReady = isWhole(account, group, refresh)
  if (refresh.status === 'Cancelling' || (isReady && refresh.leftIds.size === 0)) {
    end(account, group, refresh)
    return
  }
  refresh.status = 'InProgress'
  if (isReady) replaceBatch(account, group, refresh)
  account.kernel.after(lookMs, 'refresh', () => step(account, group, refresh))
}

/** All that are wanted are InService, for as long as an instance needs to warm up. */
function isWhole(account: AwsAccount, group: GroupState, refresh: RefreshState): boolean {
  const { graceSeconds, warmupSeconds } = settingsOf(group)
  const warmupMs = (refresh.preferences.InstanceWarmup ?? warmupSeconds ?? graceSeconds) * 1000
  const live = liveInstances(account, group)
  const warm = live.filter(
    (one) =>
      one.lifecycleState === 'InService' &&
      (one.launchedMs < refresh.startMs || account.kernel.nowMs() - one.launchedMs >= warmupMs),
  )
  return warm.length >= group.desiredCapacity
}

function replaceBatch(account: AwsAccount, group: GroupState, refresh: RefreshState): void {
  const healthy = refresh.preferences.MinHealthyPercentage ?? healthyDefault
  const size = Math.max(1, Math.floor((group.desiredCapacity * (100 - healthy)) / 100))
  const cause = { user: 'autoscaling', operation: 'an instance refresh' }
  for (const id of [...refresh.leftIds].slice(0, size)) {
    refresh.leftIds.delete(id)
    const instance = account.instances.get(id)
    if (instance !== undefined) terminateInstance(account, instance, cause)
  }
  reconcileSoon(account, group)
}

function end(account: AwsAccount, group: GroupState, refresh: RefreshState): void {
  const isCancelled = refresh.status === 'Cancelling'
  refresh.status = isCancelled ? 'Cancelled' : 'Successful'
  refresh.endMs = account.kernel.nowMs()
  group.isInstanceRefreshActive = false
  if (isCancelled) refresh.reason = 'Cancelled due to user request.'
}

/** What is replaced already stays replaced. @throws RegroupError ActiveInstanceRefreshNotFound. */
function cancelInstanceRefresh(
  account: AwsAccount,
  input: Sdk.CancelInstanceRefreshType,
): Sdk.CancelInstanceRefreshAnswer {
  const group = account.group(input.AutoScalingGroupName)
  const refresh = activeRefresh(group)
  if (refresh === undefined || refresh.status === 'Cancelling') {
    const text = `No in progress or pending Instance Refresh found for Auto Scaling group ${group.name}`
    throw awsError('ActiveInstanceRefreshNotFound', text)
  }
  refresh.status = 'Cancelling'
  return { InstanceRefreshId: refresh.id }
}

function describeInstanceRefreshes(
  account: AwsAccount,
  input: Sdk.DescribeInstanceRefreshesType,
): Sdk.DescribeInstanceRefreshesAnswer {
  const group = account.group(input.AutoScalingGroupName)
  const ids = input.InstanceRefreshIds ?? []
  const found = (group.refreshes ?? [])
    .filter((one) => ids.length === 0 || ids.includes(one.id))
    .map((one) => refreshView(group, one))
  // A world may start with a refresh of somebody else's under way.
  const hasForeign = group.isInstanceRefreshActive && activeRefresh(group) === undefined
  const foreign: Sdk.InstanceRefresh[] = hasForeign
    ? [
        {
          InstanceRefreshId: `refresh-of-${group.name}`,
          AutoScalingGroupName: group.name,
          Status: 'InProgress',
        },
      ]
    : []
  const size = input.MaxRecords ?? 50
  const { next, page } = pageOf([...foreign, ...found], { token: input.NextToken, size })
  return { InstanceRefreshes: [...page], ...(next === undefined ? {} : { NextToken: next }) }
}

function refreshView(group: GroupState, refresh: RefreshState): Sdk.InstanceRefresh {
  const { desired, endMs, leftIds, preferences, reason, totalCount } = refresh
  const share = totalCount === 0 ? 1 : (totalCount - leftIds.size) / totalCount
  return {
    InstanceRefreshId: refresh.id,
    AutoScalingGroupName: group.name,
    Status: refresh.status,
    StartTime: new Date(refresh.startMs),
    ...(endMs === undefined ? {} : { EndTime: new Date(endMs) }),
    ...(reason === undefined ? {} : { StatusReason: reason }),
    PercentageComplete: Math.floor(share * 100),
    InstancesToUpdate: leftIds.size,
    Preferences: {
      MinHealthyPercentage: preferences.MinHealthyPercentage ?? healthyDefault,
      SkipMatching: preferences.SkipMatching ?? false,
      ...(preferences.InstanceWarmup === undefined
        ? {}
        : { InstanceWarmup: preferences.InstanceWarmup }),
    },
    ...(desired === undefined ? {} : { DesiredConfiguration: desired }),
  }
}

/** Operations on refreshes. */
export const refreshOperations = {
  cancelInstanceRefresh,
  describeInstanceRefreshes,
  startInstanceRefresh,
}
