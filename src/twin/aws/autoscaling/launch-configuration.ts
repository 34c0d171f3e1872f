/** Launch configurations. Twin layer. */

import type * as Sdk from '@aws-sdk/client-auto-scaling'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { pageOf } from '../page.ts'
import type { ConfigurationState } from './state.ts'

const pageMax = 50

/** A configuration that is there from now on; for worlds as well as for calls. */
export function addConfiguration(
  account: AwsAccount,
  given: Sdk.CreateLaunchConfigurationType,
): ConfigurationState {
  const uuid = account.kernel.uuid('launch-configuration')
  const state: ConfigurationState = { uuid, createdMs: account.kernel.nowMs(), given }
  account.configurations.set(given.LaunchConfigurationName ?? '', state)
  return state
}

/** @throws RegroupError ValidationError. */
export function requireConfiguration(
  account: AwsAccount,
  name: string | undefined,
): ConfigurationState {
  const found = account.configurations.get(name ?? '')
  if (found !== undefined) return found
  throw awsError('ValidationError', `Launch configuration name not found - ${name}`)
}

function createLaunchConfiguration(
  account: AwsAccount,
  input: Sdk.CreateLaunchConfigurationType,
): void {
  const name = input.LaunchConfigurationName ?? ''
  if (account.configurations.has(name)) {
    const text = `Launch Configuration by this name already exists - A launch configuration already exists with the name ${name}`
    throw awsError('AlreadyExists', text)
  }
  const source = account.instances.get(input.InstanceId ?? '')
  if (input.InstanceId !== undefined && source === undefined) {
    throw awsError('ValidationError', `Instance [${input.InstanceId}] is invalid.`)
  }
  if (input.InstanceType === undefined && source === undefined) {
    const text =
      'Valid requests must contain either the InstanceID parameter or both the ImageId and InstanceType parameters.'
    throw awsError('ValidationError', text)
  }
  addConfiguration(account, {
    ...input,
    ImageId: input.ImageId ?? source?.recipe.imageId,
    InstanceType: input.InstanceType ?? source?.instanceType,
  })
}

/** By names, or all; unknown names are left out, as AWS does. */
function describeLaunchConfigurations(
  account: AwsAccount,
  input: Sdk.LaunchConfigurationNamesType,
): Sdk.LaunchConfigurationsType {
  const wanted = input.LaunchConfigurationNames ?? []
  const found = [...account.configurations]
    .filter(([name]) => wanted.length === 0 || wanted.includes(name))
    .map(([name, state]) => configurationView(account, name, state))
  const size = input.MaxRecords ?? pageMax
  const { next, page } = pageOf(found, { token: input.NextToken, size })
  return {
    LaunchConfigurations: [...page],
    ...(next === undefined ? {} : { NextToken: next }),
  }
}

function configurationView(
  account: AwsAccount,
  name: string,
  { createdMs, given, uuid }: ConfigurationState,
): Sdk.LaunchConfiguration {
  const { InstanceId: _, ...members } = given
  return {
    ...members,
    LaunchConfigurationName: name,
    LaunchConfigurationARN: `arn:aws:autoscaling:${account.region}:${account.accountId}:launchConfiguration:${uuid}:launchConfigurationName/${name}`,
    CreatedTime: new Date(createdMs),
    ImageId: given.ImageId,
    InstanceType: given.InstanceType,
    KeyName: given.KeyName ?? '',
    UserData: given.UserData ?? '',
    KernelId: given.KernelId ?? '',
    RamdiskId: given.RamdiskId ?? '',
    SecurityGroups: given.SecurityGroups ?? [],
    ClassicLinkVPCSecurityGroups: given.ClassicLinkVPCSecurityGroups ?? [],
    BlockDeviceMappings: given.BlockDeviceMappings ?? [],
    InstanceMonitoring: given.InstanceMonitoring ?? { Enabled: true },
    EbsOptimized: given.EbsOptimized ?? false,
  }
}

/** @throws RegroupError ResourceInUse while a group uses it. */
function deleteLaunchConfiguration(
  account: AwsAccount,
  input: Sdk.LaunchConfigurationNameType,
): void {
  const name = input.LaunchConfigurationName ?? ''
  requireConfiguration(account, name)
  if ([...account.groups.values()].some((group) => group.configurationName === name)) {
    const text = `Cannot delete launch configuration ${name} because it is attached to an AutoScalingGroup`
    throw awsError('ResourceInUse', text)
  }
  account.configurations.delete(name)
}

/** Operations on launch configurations. */
export const configurationOperations = {
  createLaunchConfiguration,
  deleteLaunchConfiguration,
  describeLaunchConfigurations,
}
