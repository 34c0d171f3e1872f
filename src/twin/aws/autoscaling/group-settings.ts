/** Settings of groups: as given, as changed, as shown. Twin layer. */

import type * as Sdk from '@aws-sdk/client-auto-scaling'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import type { GroupState } from '../state.ts'
import type { GroupSettings } from './state.ts'

const policies: readonly string[] = [
  'AllocationStrategy',
  'ClosestToNextInstanceHour',
  'Default',
  'NewestInstance',
  'OldestInstance',
  'OldestLaunchConfiguration',
  'OldestLaunchTemplate',
]

/** What the API makes of a group that says nothing. */
const defaults: GroupSettings = {
  cooldownSeconds: 300,
  healthCheckType: 'EC2',
  graceSeconds: 300,
  terminationPolicies: ['Default'],
  areNewInstancesProtected: false,
  isCapacityRebalanced: false,
  maxInstanceLifetimeSeconds: 0,
  warmupSeconds: undefined,
  context: undefined,
  placementGroup: undefined,
  maintenance: undefined,
  metrics: [],
}

/** The groups of EKS, as dumps of them show (managed-node-groups 6). */
const managedDefaults: GroupSettings = {
  ...defaults,
  graceSeconds: 15,
  terminationPolicies: ['AllocationStrategy', 'OldestLaunchTemplate', 'OldestInstance'],
  isCapacityRebalanced: true,
}

/** A group's settings. */
export function settingsOf(group: GroupState): GroupSettings {
  return group.settings ?? (group.nodeGroupName === undefined ? defaults : managedDefaults)
}

/** Settings after a call. @throws RegroupError ValidationError. */
export function changedSettings(
  input: Partial<Sdk.CreateAutoScalingGroupType & Sdk.UpdateAutoScalingGroupType>,
  present: GroupSettings = defaults,
): GroupSettings {
  const wrong = input.TerminationPolicies?.find(
    (one) => !policies.includes(one) && !one.startsWith('arn:'),
  )
  if (wrong !== undefined) {
    throw awsError('ValidationError', `Invalid termination policy: ${wrong}`)
  }
  const lifetime = input.MaxInstanceLifetime ?? present.maxInstanceLifetimeSeconds
  if (lifetime !== 0 && lifetime < 86_400) {
    const text = 'Valid values for MaxInstanceLifetime are 0 and 86400 to 31536000.'
    throw awsError('ValidationError', text)
  }
  return {
    cooldownSeconds: input.DefaultCooldown ?? present.cooldownSeconds,
    healthCheckType: input.HealthCheckType ?? present.healthCheckType,
    graceSeconds: input.HealthCheckGracePeriod ?? present.graceSeconds,
    terminationPolicies: input.TerminationPolicies ?? present.terminationPolicies,
    areNewInstancesProtected:
      input.NewInstancesProtectedFromScaleIn ?? present.areNewInstancesProtected,
    isCapacityRebalanced: input.CapacityRebalance ?? present.isCapacityRebalanced,
    maxInstanceLifetimeSeconds: lifetime,
    warmupSeconds: input.DefaultInstanceWarmup ?? present.warmupSeconds,
    context: input.Context ?? present.context,
    placementGroup: input.PlacementGroup ?? present.placementGroup,
    maintenance: input.InstanceMaintenancePolicy ?? present.maintenance,
    metrics: present.metrics,
  }
}

/** As DescribeAutoScalingGroups shows them. */
export function settingsView(account: AwsAccount, group: GroupState) {
  const settings = settingsOf(group)
  const { context, maintenance, maxInstanceLifetimeSeconds, placementGroup, warmupSeconds } =
    settings
  return {
    DefaultCooldown: settings.cooldownSeconds,
    HealthCheckType: settings.healthCheckType,
    HealthCheckGracePeriod: settings.graceSeconds,
    TerminationPolicies: [...settings.terminationPolicies],
    NewInstancesProtectedFromScaleIn: settings.areNewInstancesProtected,
    ...(settings.isCapacityRebalanced ? { CapacityRebalance: true } : {}),
    ServiceLinkedRoleARN: `arn:aws:iam::${account.accountId}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    EnabledMetrics: settings.metrics.map((Metric) => ({ Metric, Granularity: '1Minute' })),
    ...(maxInstanceLifetimeSeconds === 0
      ? {}
      : { MaxInstanceLifetime: maxInstanceLifetimeSeconds }),
    ...(warmupSeconds === undefined ? {} : { DefaultInstanceWarmup: warmupSeconds }),
    ...(context === undefined ? {} : { Context: context }),
    ...(maintenance === undefined ? {} : { InstanceMaintenancePolicy: maintenance }),
    ...(placementGroup === undefined ? {} : { PlacementGroup: placementGroup }),
  }
}
