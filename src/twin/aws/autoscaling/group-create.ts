/** CreateAutoScalingGroup. Twin layer. */

import type * as Sdk from '@aws-sdk/client-auto-scaling'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { addGroup } from './build.ts'
import { changed } from './changed.ts'
import { launchedMembers, launchOf } from './group-launch.ts'
import { changedSettings } from './group-settings.ts'
import { addConfiguration } from './launch-configuration.ts'
import { hookOf } from './lifecycle-hooks.ts'
import { reconcileSoon } from './reconcile.ts'
import type { GroupLaunch } from './state.ts'
import { checkTagLimit, tagStates } from './tags.ts'

/** @throws RegroupError AlreadyExists, ValidationError. */
export function createAutoScalingGroup(
  account: AwsAccount,
  input: Sdk.CreateAutoScalingGroupType,
  user: string,
): void {
  const name = input.AutoScalingGroupName ?? ''
  if (account.groups.has(name)) {
    const text = `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`
    throw awsError('AlreadyExists', text)
  }
  refuseUnknown(input)
  const sizes = sizesOf(input)
  const subnetIds = subnetsOf(account, input)
  const settings = changedSettings(input)
  const tags = tagStates(input.Tags ?? [])
  checkTagLimit(tags.size)
  const hooks = (input.LifecycleHookSpecificationList ?? []).map((one) => hookOf(one))
  const launch = requireLaunch(account, input)
  const propagated = [...tags].filter(([, one]) => one.isPropagated)
  const tagValues = Object.fromEntries([...tags].map(([key, one]) => [key, one.value]))
  const members = launchedMembers(account, launch, tagValues)
  const group = addGroup(account, {
    ...sizes,
    name,
    subnetIds,
    clusterName: members.clusterName,
    launchKind: members.launchKind,
    recipe: members.recipe,
    ...(members.templateId === undefined ? {} : { templateId: members.templateId }),
    ...(members.templateName === undefined ? {} : { templateName: members.templateName }),
    ...(members.configurationName === undefined
      ? {}
      : { configurationName: members.configurationName }),
    tags: Object.fromEntries(propagated.map(([key, one]) => [key, one.value])),
    settings,
    launch,
  })
  for (const [key, one] of tags) group.tags.set(key, one)
  group.hooks.push(...hooks)
  changed(account, group, user, 'CreateAutoScalingGroup')
  reconcileSoon(account, group)
}

function requireLaunch(account: AwsAccount, input: Sdk.CreateAutoScalingGroupType): GroupLaunch {
  const launch = launchOf(account, input)
  if (launch !== undefined && input.InstanceId === undefined) return launch
  if (input.InstanceId !== undefined) return launchLike(account, input)
  throw awsError(
    'ValidationError',
    'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
  )
}

/** Auto Scaling makes a launch configuration from the instance, named as the group. */
function launchLike(account: AwsAccount, input: Sdk.CreateAutoScalingGroupType): GroupLaunch {
  const instance = account.instances.get(input.InstanceId ?? '')
  if (instance === undefined) {
    throw awsError('ValidationError', `Instance [${input.InstanceId}] is invalid.`)
  }
  const name = input.AutoScalingGroupName ?? ''
  addConfiguration(account, {
    LaunchConfigurationName: name,
    ImageId: instance.recipe.imageId,
    InstanceType: instance.instanceType,
    SecurityGroups: [...(instance.securityGroupIds ?? [])],
  })
  return { kind: 'configuration', name }
}

/** Members whose effect the twin does not have, with the values that stand for AWS's default. */
const unknown: Readonly<Record<string, readonly string[]>> = {
  AvailabilityZoneDistribution: ['{"CapacityDistributionStrategy":"balanced-best-effort"}'],
  AvailabilityZoneImpairmentPolicy: [
    '{"ZonalShiftEnabled":false}',
    '{"ZonalShiftEnabled":false,"ImpairedZoneHealthCheckBehavior":"IgnoreUnhealthy"}',
  ],
  CapacityReservationSpecification: ['{"CapacityReservationPreference":"default"}'],
  LoadBalancerNames: ['[]'],
  SkipZonalShiftValidation: ['false'],
  TargetGroupARNs: ['[]'],
  TrafficSources: ['[]'],
}

/**
 * They must not look as if they had worked. @throws RegroupError ValidationError for members that
 * the twin does not model, unless they say the default.
 */
export function refuseUnknown(input: object): void {
  const members = input as Readonly<Record<string, unknown>>
  for (const [name, defaults] of Object.entries(unknown)) {
    const value = members[name]
    if (value === undefined || defaults.includes(JSON.stringify(value))) continue
    throw awsError('ValidationError', `the twin does not have ${name} of a group`)
  }
}

function sizesOf(input: Sdk.CreateAutoScalingGroupType): {
  readonly minSize: number
  readonly maxSize: number
  readonly desiredCapacity: number
} {
  const minSize = input.MinSize ?? 0
  const maxSize = input.MaxSize ?? 0
  if (minSize > maxSize) {
    const text = `Min bound, ${minSize}, must be less than or equal to max bound, ${maxSize}`
    throw awsError('ValidationError', text)
  }
  const desiredCapacity = input.DesiredCapacity ?? minSize
  if (desiredCapacity < minSize || desiredCapacity > maxSize) {
    const text = `Desired capacity:${desiredCapacity} must be between the specified min size:${minSize} and max size:${maxSize}`
    throw awsError('ValidationError', text)
  }
  return { minSize, maxSize, desiredCapacity }
}

/** By VPCZoneIdentifier, else the default subnets of the zones. */
export function subnetsOf(
  account: AwsAccount,
  input: Pick<Sdk.CreateAutoScalingGroupType, 'AvailabilityZones' | 'VPCZoneIdentifier'>,
): readonly string[] {
  const zones = input.AvailabilityZones ?? []
  const ids = (input.VPCZoneIdentifier ?? '').split(',').filter((id) => id !== '')
  if (ids.length > 0) {
    const missing = ids.filter((id) => !account.subnets.has(id))
    if (missing.length > 0) {
      throw awsError('ValidationError', `The subnet ID '${missing.join("', '")}' does not exist`)
    }
    const outside = zones.some((zone) => !ids.some((id) => account.subnets.get(id)?.zone === zone))
    if (!outside) return ids
    const text =
      'The availability zones of the specified subnets and the Auto Scaling group do not match'
    throw awsError('ValidationError', text)
  }
  if (zones.length === 0) {
    throw awsError('ValidationError', 'At least one Availability Zone or VPC Subnet is required.')
  }
  return zones.map((zone) => {
    const found = [...account.subnets.values()].find(
      (one) => one.isDefault === true && one.zone === zone,
    )
    if (found !== undefined) return found.id
    const text = `No default subnet for availability zone: '${zone}'. Launching EC2 instance failed.`
    throw awsError('ValidationError', text)
  })
}
