/** Groups and instances as the API shows them. Twin layer. */

import type * as Sdk from '@aws-sdk/client-auto-scaling'
import type { AwsAccount } from '../account.ts'
import type { GroupState, InstanceState } from '../state.ts'
import { tagViews } from './tags.ts'

/** One instance of a group. */
export function instanceView(
  instance: InstanceState,
): Required<
  Pick<
    Sdk.Instance,
    | 'InstanceId'
    | 'AvailabilityZone'
    | 'LifecycleState'
    | 'HealthStatus'
    | 'ProtectedFromScaleIn'
    | 'InstanceType'
  >
> {
  return {
    InstanceId: instance.id,
    InstanceType: instance.instanceType,
    AvailabilityZone: instance.zone,
    LifecycleState: instance.lifecycleState,
    HealthStatus: 'Healthy',
    ProtectedFromScaleIn: instance.isProtected,
  }
}

/** One group. */
export function groupView(account: AwsAccount, group: GroupState): Sdk.AutoScalingGroup {
  const instances = [...group.instanceIds].flatMap((id) => account.instances.get(id) ?? [])
  const zones = group.subnetIds.flatMap((id) => account.subnets.get(id)?.zone ?? [])
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: `arn:aws:autoscaling:${account.region}:${account.accountId}:autoScalingGroup:${group.name}`,
    MinSize: group.minSize,
    MaxSize: group.maxSize,
    DesiredCapacity: group.desiredCapacity,
    DefaultCooldown: 300,
    AvailabilityZones: [...new Set(zones)].sort(),
    HealthCheckType: 'EC2',
    CreatedTime: new Date(group.createdMs),
    VPCZoneIdentifier: group.subnetIds.join(','),
    Instances: instances.map((instance) => ({ ...instanceView(instance) })),
    SuspendedProcesses: [...group.suspended]
      .sort()
      .map((ProcessName) => ({ ProcessName, SuspensionReason: 'User suspended' })),
    Tags: tagViews(group),
    ...launchView(group),
    ...(group.isDeleting ? { Status: 'Delete in progress' } : {}),
    ...(group.hasWarmPool ? { WarmPoolConfiguration: { MinSize: 0 } } : {}),
  }
}

function launchView(group: GroupState): Partial<Sdk.AutoScalingGroup> {
  if (group.launchKind === 'configuration') {
    return { LaunchConfigurationName: group.configurationName }
  }
  const LaunchTemplate = {
    LaunchTemplateId: group.templateId,
    LaunchTemplateName: group.templateName,
    Version: group.recipe.templateVersion,
  }
  if (group.launchKind === 'template') return { LaunchTemplate }
  const Overrides = group.recipe.instanceTypes.map((InstanceType) => ({ InstanceType }))
  const isSpot = group.recipe.capacityType === 'SPOT'
  return {
    CapacityRebalance: true,
    MixedInstancesPolicy: {
      LaunchTemplate: { LaunchTemplateSpecification: LaunchTemplate, Overrides },
      InstancesDistribution: {
        OnDemandBaseCapacity: 0,
        OnDemandPercentageAboveBaseCapacity: isSpot ? 0 : 100,
        OnDemandAllocationStrategy: 'prioritized',
        SpotAllocationStrategy: 'price-capacity-optimized',
      },
    },
  }
}

/** The refresh in progress, if any. */
export function refreshesView(group: GroupState): Sdk.DescribeInstanceRefreshesAnswer {
  const refresh = { InstanceRefreshId: `refresh-of-${group.name}`, Status: 'InProgress' as const }
  return { InstanceRefreshes: group.isInstanceRefreshActive ? [refresh] : [] }
}

/** A group's lifecycle hooks. */
export function hooksView(group: GroupState): Sdk.DescribeLifecycleHooksAnswer {
  return {
    LifecycleHooks: group.hooks.map((hook) => ({
      LifecycleHookName: hook.name,
      AutoScalingGroupName: group.name,
      LifecycleTransition: hook.transition,
      HeartbeatTimeout: hook.timeoutSeconds,
      DefaultResult: 'CONTINUE',
    })),
  }
}

/** Launch configurations by names, or all; unknown names are left out, as AWS does. */
export function configurationsView(
  account: AwsAccount,
  input: Sdk.LaunchConfigurationNamesType,
): Sdk.LaunchConfigurationsType {
  const wanted = input.LaunchConfigurationNames ?? []
  const found = [...account.configurations]
    .filter(([name]) => wanted.length === 0 || wanted.includes(name))
    .map(([LaunchConfigurationName, { ImageId, InstanceType }]) => ({
      LaunchConfigurationName,
      ImageId,
      InstanceType,
      CreatedTime: new Date(account.kernel.startMs),
    }))
  return { LaunchConfigurations: found }
}
