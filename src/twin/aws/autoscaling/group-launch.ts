/** What a group starts its instances from: found, checked, made into a recipe. Twin layer. */

import type * as Sdk from '@aws-sdk/client-auto-scaling'
import { instanceType } from '../../../nodes/instance-types.ts'
import { isFailure } from '../../../world/failure.ts'
import type { StringMap } from '../../../world/kube-objects.ts'
import type { AwsAccount } from '../account.ts'
import type { LaunchData } from '../ec2/launch-data.ts'
import { findTemplate, requireVersion } from '../ec2/launch-template-find.ts'
import { awsError } from '../errors.ts'
import { launchRecipeOf } from '../launch-recipe.ts'
import type { GroupState, MachineRecipe } from '../state.ts'
import { requireConfiguration } from './launch-configuration.ts'
import type { GroupLaunch } from './state.ts'

/** The members of a group that follow from what it launches. */
export type LaunchedMembers = Pick<
  GroupState,
  'configurationName' | 'launchKind' | 'recipe' | 'templateId' | 'templateName'
> & { readonly clusterName: string }

type Ask = Pick<
  Sdk.CreateAutoScalingGroupType,
  'InstanceId' | 'LaunchConfigurationName' | 'LaunchTemplate' | 'MixedInstancesPolicy'
>

/** The one way that a call names; undefined when it names none. @throws RegroupError ValidationError. */
export function launchOf(account: AwsAccount, input: Ask): GroupLaunch | undefined {
  const ways = [
    input.LaunchConfigurationName,
    input.LaunchTemplate,
    input.MixedInstancesPolicy,
  ].filter((one) => one !== undefined)
  if (ways.length > 1) {
    const text =
      'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.'
    throw awsError('ValidationError', text)
  }
  if (input.LaunchTemplate !== undefined) return { kind: 'template', spec: input.LaunchTemplate }
  if (input.MixedInstancesPolicy !== undefined) {
    return { kind: 'mixed', policy: input.MixedInstancesPolicy }
  }
  if (input.LaunchConfigurationName === undefined) return undefined
  requireConfiguration(account, input.LaunchConfigurationName)
  return { kind: 'configuration', name: input.LaunchConfigurationName }
}

/** The recipe of a launch as it is now: `$Latest` and `$Default` are looked up every time. */
export function launchedMembers(
  account: AwsAccount,
  launch: GroupLaunch,
  tags: StringMap,
): LaunchedMembers {
  if (launch.kind === 'configuration') {
    const { given } = requireConfiguration(account, launch.name)
    const { clusterName, recipe } = launchRecipeOf(account, {
      imageId: given.ImageId ?? '',
      instanceTypes: [given.InstanceType ?? ''],
      capacityType: given.SpotPrice === undefined ? 'ON_DEMAND' : 'SPOT',
      data: configurationData(given),
      tags,
      templateVersion: '1',
    })
    const none = { templateId: undefined, templateName: undefined }
    return {
      ...none,
      clusterName,
      recipe,
      launchKind: 'configuration',
      configurationName: launch.name,
    }
  }
  return templateMembers(account, launch, tags)
}

function templateMembers(
  account: AwsAccount,
  launch: Exclude<GroupLaunch, { kind: 'configuration' }>,
  tags: StringMap,
): LaunchedMembers {
  const policy = launch.kind === 'mixed' ? launch.policy : undefined
  const spec =
    launch.kind === 'mixed'
      ? launch.policy.LaunchTemplate?.LaunchTemplateSpecification
      : launch.spec
  const { data, id, name, version } = templateOf(account, spec)
  const overrides = policy?.LaunchTemplate?.Overrides ?? []
  if (overrides.some((one) => one.WeightedCapacity || one.InstanceRequirements)) {
    const text = 'the twin knows neither weights nor instance requirements of overrides'
    throw awsError('ValidationError', text)
  }
  const own = data.InstanceType === undefined ? [] : [String(data.InstanceType)]
  const named = overrides.flatMap((one) => one.InstanceType ?? [])
  const instanceTypes = named.length > 0 ? named : own
  checkTypes(account, String(data.ImageId ?? ''), instanceTypes)
  const isSpot = (data.InstanceMarketOptions as { MarketType?: string })?.MarketType === 'spot'
  const { clusterName, recipe } = launchRecipeOf(account, {
    imageId: String(data.ImageId ?? ''),
    instanceTypes,
    capacityType: policy === undefined ? (isSpot ? 'SPOT' : 'ON_DEMAND') : mainType(policy),
    data: data as LaunchData,
    tags,
    templateVersion: String(version),
  })
  return {
    clusterName,
    recipe,
    launchKind: launch.kind,
    configurationName: undefined,
    templateId: id,
    templateName: name,
  }
}

function templateOf(
  account: AwsAccount,
  spec: Sdk.LaunchTemplateSpecification | undefined,
): {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly data: Readonly<Record<string, unknown>>
} {
  const { LaunchTemplateId, LaunchTemplateName, Version } = spec ?? {}
  if ((LaunchTemplateId === undefined) === (LaunchTemplateName === undefined)) {
    const text = 'Valid requests must contain either launchTemplateId or LaunchTemplateName'
    throw awsError('ValidationError', text)
  }
  try {
    const template = findTemplate(account, LaunchTemplateId, LaunchTemplateName)
    const { data, version } = requireVersion(template, Version)
    return { id: template.id, name: template.name, version, data }
  } catch (error) {
    throw isFailure(error) ? unusable(error.message) : error
  }
}

/** Auto Scaling tries the template with EC2 and hands its text on. */
function unusable(text: string): Error {
  return awsError('ValidationError', `You must use a valid fully-formed launch template. ${text}`)
}

function checkTypes(account: AwsAccount, imageId: string, types: readonly string[]): void {
  if (imageId === '') throw unusable('The request must contain the parameter ImageId')
  if (types.length === 0) throw unusable('The request must contain the parameter InstanceType')
  const image = account.images.get(imageId)
  if (image === undefined) throw unusable(`The image id '[${imageId}]' does not exist`)
  for (const name of types) {
    const type = instanceType(name)
    if (type === undefined) throw unusable(`Invalid value '${name}' for InstanceType.`)
    if (type.arch === image.arch) continue
    const x86 = (arch: string): string => (arch === 'amd64' ? 'x86_64' : arch)
    throw unusable(
      `The architecture '${x86(type.arch)}' of the specified instance type does not match the architecture '${x86(image.arch)}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.`,
    )
  }
}

/** What most instances of a mixed group are; the share decides per launch. */
function mainType(policy: Sdk.MixedInstancesPolicy): MachineRecipe['capacityType'] {
  const share = policy.InstancesDistribution?.OnDemandPercentageAboveBaseCapacity ?? 100
  return share === 0 ? 'SPOT' : 'ON_DEMAND'
}

/** A launch configuration in the words of a template. */
function configurationData(given: Sdk.CreateLaunchConfigurationType): LaunchData {
  return {
    ...(given.SecurityGroups === undefined ? {} : { SecurityGroupIds: given.SecurityGroups }),
    ...(given.KeyName === undefined ? {} : { KeyName: given.KeyName }),
    ...(given.UserData === undefined ? {} : { UserData: given.UserData }),
    ...(given.IamInstanceProfile === undefined
      ? {}
      : { IamInstanceProfile: { Name: given.IamInstanceProfile.split('/').at(-1) } }),
    BlockDeviceMappings: (given.BlockDeviceMappings ?? []) as NonNullable<
      LaunchData['BlockDeviceMappings']
    >,
  }
}
