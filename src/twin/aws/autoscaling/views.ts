/** Groups and instances as the API shows them. Twin layer. */

import type * as Sdk from '@aws-sdk/client-auto-scaling'
import type { AwsAccount } from '../account.ts'
import type { GroupState, InstanceState } from '../state.ts'
import { groupArn } from './group-arn.ts'
import { settingsView } from './group-settings.ts'
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
    HealthStatus: instance.isUnhealthy === true ? 'Unhealthy' : 'Healthy',
    ProtectedFromScaleIn: instance.isProtected,
  }
}

/** One group. */
export function groupView(account: AwsAccount, group: GroupState): Sdk.AutoScalingGroup {
  const instances = [...group.instanceIds].flatMap((id) => account.instances.get(id) ?? [])
  const zones = group.subnetIds.flatMap((id) => account.subnets.get(id)?.zone ?? [])
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: groupArn(account, group),
    MinSize: group.minSize,
    MaxSize: group.maxSize,
    DesiredCapacity: group.desiredCapacity,
    AvailabilityZones: [...new Set(zones)].sort(),
    CreatedTime: new Date(group.createdMs),
    VPCZoneIdentifier: group.subnetIds.join(','),
    Instances: instances.map((instance) => memberView(group, instance)),
    SuspendedProcesses: [...group.suspended]
      .sort()
      .map((ProcessName) => ({ ProcessName, SuspensionReason: 'User suspended' })),
    Tags: tagViews(group),
    AvailabilityZoneDistribution: { CapacityDistributionStrategy: 'balanced-best-effort' },
    LoadBalancerNames: [],
    TargetGroupARNs: [],
    TrafficSources: [],
    ...settingsView(account, group),
    ...launchView(group),
    ...(group.isDeleting ? { Status: 'Delete in progress' } : {}),
    ...(group.hasWarmPool ? { WarmPoolConfiguration: { MinSize: 0 } } : {}),
  }
}

interface KnownView {
  readonly lifecycleState: InstanceState['lifecycleState']
  readonly isProtected: boolean
  readonly isUnhealthy: boolean | undefined
  readonly launchedBy: string | undefined
  readonly view: Sdk.Instance
}

/** Groups are described again and again while few of their instances change. */
const memberViews = new WeakMap<InstanceState, KnownView>()

function memberView(group: GroupState, instance: InstanceState): Sdk.Instance {
  const { isProtected, isUnhealthy, lifecycleState } = instance
  const launchedBy = group.configurationName ?? group.templateId
  const known = memberViews.get(instance)
  const isSame =
    known?.lifecycleState === lifecycleState &&
    known.isProtected === isProtected &&
    known.isUnhealthy === isUnhealthy &&
    known.launchedBy === launchedBy
  if (isSame) return known.view
  const view = { ...instanceView(instance), ...instanceLaunchView(group, instance) }
  memberViews.set(instance, { lifecycleState, isProtected, isUnhealthy, launchedBy, view })
  return view
}

/** What the instance was started from. */
export function instanceLaunchView(
  group: GroupState,
  instance: InstanceState,
): Pick<Sdk.Instance, 'LaunchConfigurationName' | 'LaunchTemplate'> {
  const { configurationName, templateId, templateName } = group
  if (configurationName !== undefined) return { LaunchConfigurationName: configurationName }
  if (templateId === undefined) return {}
  const Version = instance.recipe.templateVersion
  return {
    LaunchTemplate: { LaunchTemplateId: templateId, LaunchTemplateName: templateName, Version },
  }
}

function launchView(group: GroupState): Partial<Sdk.AutoScalingGroup> {
  if (group.launch?.kind === 'template') {
    return { LaunchTemplate: specView(group, group.launch.spec) }
  }
  if (group.launch?.kind === 'mixed') return mixedView(group, group.launch.policy)
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

/** Id and name both; the version as it was said, without one `$Default`. */
function specView(
  group: GroupState,
  spec: Sdk.LaunchTemplateSpecification | undefined,
): Sdk.LaunchTemplateSpecification {
  return {
    LaunchTemplateId: group.templateId,
    LaunchTemplateName: group.templateName,
    ...(spec?.Version === undefined ? {} : { Version: spec.Version }),
  }
}

function mixedView(
  group: GroupState,
  policy: Sdk.MixedInstancesPolicy,
): Partial<Sdk.AutoScalingGroup> {
  const given = policy.InstancesDistribution ?? {}
  const SpotAllocationStrategy = given.SpotAllocationStrategy ?? 'lowest-price'
  const pools = SpotAllocationStrategy === 'lowest-price' ? { SpotInstancePools: 2 } : {}
  return {
    MixedInstancesPolicy: {
      LaunchTemplate: {
        LaunchTemplateSpecification: specView(
          group,
          policy.LaunchTemplate?.LaunchTemplateSpecification,
        ),
        Overrides: policy.LaunchTemplate?.Overrides ?? [],
      },
      InstancesDistribution: {
        OnDemandAllocationStrategy: 'prioritized',
        OnDemandBaseCapacity: 0,
        OnDemandPercentageAboveBaseCapacity: 100,
        SpotAllocationStrategy,
        ...pools,
        ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      },
    },
  }
}
