/** Auto Scaling groups of a cluster. Observe layer. */

import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling'
import { autoscalerEnabledTag } from '../decide/names.ts'
import type { LaunchFailure, ObservedGroup } from '../decide/observed.ts'
import type { AwsApi } from '../world/aws-api.ts'
import { RegroupError } from '../world/failure.ts'

/** Pages of 100 before we stop: 500 groups a Region is the quota. */
const pagesMax = 50
/** Launches of instances among the activities of a group. */
const launchText = /^Launching a new EC2 instance/

/** All groups of the Region that carry the cluster's tag or belong to its node groups. */
export async function observeGroups(
  aws: AwsApi,
  wanted: {
    readonly clusterName: string
    /** Groups of managed node groups: their failed launches are read. */
    readonly newNames: ReadonlySet<string>
    /** Read instance refreshes too: once, before the first change. */
    readonly isRefreshRead: boolean
    /** The groups as they were read last: a failure is remembered until a launch works. */
    readonly known?: readonly ObservedGroup[]
  },
): Promise<readonly ObservedGroup[]> {
  const found: ObservedGroup[] = []
  const known = new Map(wanted.known?.map((one) => [one.name, one]))
  let nextToken: string | undefined
  for (let page = 0; page < pagesMax; page += 1) {
    const answer = await aws.autoScaling.describeAutoScalingGroups({
      MaxRecords: 100,
      ...(nextToken === undefined ? {} : { NextToken: nextToken }),
    })
    for (const group of answer.AutoScalingGroups ?? []) {
      if (!belongs(group, wanted)) continue
      const isNew = wanted.newNames.has(group.AutoScalingGroupName ?? '')
      const previous = known.get(group.AutoScalingGroupName ?? '')
      const launchFailure = isNew ? await launchFailureOf(aws, group, previous) : undefined
      const isInstanceRefreshActive =
        !isNew && wanted.isRefreshRead ? await readInstanceRefresh(aws, group) : false
      found.push({ ...observedGroup(group), launchFailure, isInstanceRefreshActive })
    }
    nextToken = answer.NextToken
    if (nextToken === undefined) break
  }
  assertPlausible(found, wanted.newNames)
  return found
}

/**
 * EKS has just named these groups. A list without a single one of them is no list of this account: to
 * believe it would mean that every old group is gone as well.
 */
function assertPlausible(found: readonly ObservedGroup[], newNames: ReadonlySet<string>): void {
  if (newNames.size === 0 || found.some((group) => newNames.has(group.name))) return
  const text = `Auto Scaling lists none of the ${newNames.size} groups that EKS names for the node groups`
  throw new RegroupError('unavailable', `autoscaling:DescribeAutoScalingGroups: ${text}`, {
    context: { operation: 'autoscaling:DescribeAutoScalingGroups' },
  })
}

/** Self-managed groups are tagged `kubernetes.io/cluster/<name>`, or the cluster could not use them. */
function belongs(
  group: AutoScalingGroup,
  wanted: { readonly clusterName: string; readonly newNames: ReadonlySet<string> },
): boolean {
  const { clusterName, newNames } = wanted
  if (newNames.has(group.AutoScalingGroupName ?? '')) return true
  return (group.Tags ?? []).some(
    ({ Key, Value }) =>
      Key === `kubernetes.io/cluster/${clusterName}` ||
      Key === `k8s.io/cluster-autoscaler/${clusterName}` ||
      (Key === 'eks:cluster-name' && Value === clusterName),
  )
}

function observedGroup(group: AutoScalingGroup): ObservedGroup {
  const tags = (group.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''] as const)
  return {
    name: group.AutoScalingGroupName ?? '',
    minSize: group.MinSize ?? 0,
    maxSize: group.MaxSize ?? 0,
    desiredCapacity: group.DesiredCapacity ?? 0,
    zones: group.AvailabilityZones ?? [],
    instances: (group.Instances ?? []).map((one) => ({
      instanceId: one.InstanceId ?? '',
      zone: one.AvailabilityZone ?? '',
      lifecycleState: one.LifecycleState ?? '',
      isProtected: one.ProtectedFromScaleIn ?? false,
    })),
    suspendedProcesses: (group.SuspendedProcesses ?? []).flatMap((one) => one.ProcessName ?? []),
    tags: Object.fromEntries(tags),
    isDiscoveryPropagated: (group.Tags ?? []).some(
      (tag) => tag.Key === autoscalerEnabledTag && tag.PropagateAtLaunch === true,
    ),
    isDeleting: group.Status === 'Delete in progress',
    isInstanceRefreshActive: false,
    hasWarmPool: group.WarmPoolConfiguration !== undefined,
    launchFailure: undefined,
  }
}

/**
 * Asked of AWS while the group lacks instances. Once its launches are withdrawn it lacks none: what was known
 * then holds until an instance comes.
 */
async function launchFailureOf(
  aws: AwsApi,
  group: AutoScalingGroup,
  previous: ObservedGroup | undefined,
): Promise<LaunchFailure | undefined> {
  const previousIds = new Set(previous?.instances.map((one) => one.instanceId))
  const hasGained = (group.Instances ?? []).some((one) => !previousIds.has(one.InstanceId ?? ''))
  const known = hasGained ? undefined : previous?.launchFailure
  if ((group.DesiredCapacity ?? 0) <= (group.Instances ?? []).length) return known
  const newest = await readLaunchFailure(aws, group)
  return newest === undefined ? undefined : { ...newest, sinceMs: known?.sinceMs ?? newest.atMs }
}

/** The newest activity tells: newest come first. */
async function readLaunchFailure(
  aws: AwsApi,
  group: AutoScalingGroup,
): Promise<Pick<LaunchFailure, 'atMs' | 'message'> | undefined> {
  const { Activities } = await aws.autoScaling.describeScalingActivities({
    AutoScalingGroupName: group.AutoScalingGroupName,
    MaxRecords: 5,
  })
  const failed = Activities?.find(
    (one) => one.StatusCode === 'Failed' && launchText.test(one.Description ?? ''),
  )
  if (failed?.StartTime === undefined) return undefined
  return { atMs: failed.StartTime.getTime(), message: failed.StatusMessage ?? '' }
}

async function readInstanceRefresh(aws: AwsApi, group: AutoScalingGroup): Promise<boolean> {
  const { InstanceRefreshes } = await aws.autoScaling.describeInstanceRefreshes({
    AutoScalingGroupName: group.AutoScalingGroupName,
  })
  const active = new Set(['Pending', 'InProgress', 'Cancelling', 'RollbackInProgress', 'Baking'])
  return (InstanceRefreshes ?? []).some((one) => active.has(one.Status ?? ''))
}
