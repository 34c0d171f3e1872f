/** Instances that a caller starts and ends without a group. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import { instanceType } from '../../../nodes/instance-types.ts'
import type { AwsAccount } from '../account.ts'
import { loseInstance } from '../autoscaling/loss.ts'
import { awsError } from '../errors.ts'
import { launchRecipeOf } from '../launch-recipe.ts'
import { machineOf } from '../machine.ts'
import type { InstanceState, MachineRecipe } from '../state.ts'
import { endDryRun } from './dry-run.ts'
import { instanceView, requireInstances } from './instance.ts'
import { findTemplate, requireVersion } from './launch-template-find.ts'
import { checkUserData } from './launch-template-rules.ts'
import type { SubnetState } from './state.ts'
import { requireSubnet } from './subnet.ts'
import { tagsFor } from './tags.ts'

/** pending to running (twin 4.1). */
const runningMs = 15_000

type Merged = Sdk.RequestLaunchTemplateData & { readonly SubnetId?: string | undefined }

/** What EC2 starts: the call's own members on top of the template's. */
function mergedOf(
  account: AwsAccount,
  input: Sdk.RunInstancesRequest,
): { readonly data: Merged; readonly templateVersion: string } {
  const spec = input.LaunchTemplate
  const own = Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== undefined),
  ) as Merged
  if (spec === undefined) return { data: own, templateVersion: '1' }
  const template = findTemplate(account, spec.LaunchTemplateId, spec.LaunchTemplateName)
  const { data, version } = requireVersion(template, spec.Version)
  return { data: { ...(data as Merged), ...own }, templateVersion: String(version) }
}

/**
 * Starts instances, all or none. A dry run makes all checks: EC2's own way to try a template.
 * @throws RegroupError with EC2's codes for wrong images, types, subnets and missing capacity.
 */
function runInstances(account: AwsAccount, input: Sdk.RunInstancesRequest): Sdk.Reservation {
  const { data, templateVersion } = mergedOf(account, input)
  const count = input.MaxCount ?? 1
  if (count < 1 || (input.MinCount ?? 1) > count) {
    throw awsError('InvalidParameterValue', `Value (${count}) for parameter maxCount is invalid.`)
  }
  const typeName = data.InstanceType ?? 'm1.small'
  checkMachine(account, data.ImageId, typeName)
  checkUserData(data.UserData)
  const subnet = subnetOf(account, data, input.SubnetId)
  endDryRun(input)
  return account.once('run-instances', input.ClientToken, () => {
    const tags = {
      ...tagsFor(data.TagSpecifications as Sdk.TagSpecification[] | undefined, 'instance'),
      ...tagsFor(input.TagSpecifications, 'instance'),
    }
    const isSpot = data.InstanceMarketOptions?.MarketType === 'spot'
    const { clusterName, recipe } = launchRecipeOf(account, {
      imageId: data.ImageId ?? '',
      instanceTypes: [typeName],
      capacityType: isSpot ? 'SPOT' : 'ON_DEMAND',
      data,
      tags,
      templateVersion,
    })
    const place = { subnet, typeName, tags, clusterName }
    const started = Array.from({ length: count }, () => startOne(account, recipe, place))
    return {
      ReservationId: `r-${account.kernel.hexId('reservation', 17)}`,
      OwnerId: account.accountId,
      Groups: [],
      Instances: started.map((one) => instanceView(account, one)),
    }
  })
}

function checkMachine(account: AwsAccount, imageId: string | undefined, typeName: string): void {
  if (imageId === undefined) {
    throw awsError('MissingParameter', 'The request must contain the parameter ImageId')
  }
  const image = account.images.get(imageId)
  if (image === undefined) {
    throw awsError('InvalidAMIID.NotFound', `The image id '[${imageId}]' does not exist`)
  }
  const type = instanceType(typeName)
  if (type === undefined) {
    throw awsError('InvalidParameterValue', `Invalid value '${typeName}' for InstanceType.`)
  }
  if (type.arch === image.arch) return
  const name = (arch: string): string => (arch === 'amd64' ? 'x86_64' : arch)
  const text = `The architecture '${name(type.arch)}' of the specified instance type does not match the architecture '${name(image.arch)}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.`
  throw awsError('InvalidParameterValue', text)
}

function subnetOf(account: AwsAccount, data: Merged, id: string | undefined): SubnetState {
  const named = id ?? data.NetworkInterfaces?.find((one) => one.SubnetId)?.SubnetId
  if (named !== undefined) return requireSubnet(account, named)
  const zone = data.Placement?.AvailabilityZone
  const found = [...account.subnets.values()].find(
    (one) => one.isDefault === true && one.zone === (zone ?? one.zone),
  )
  if (found !== undefined) return found
  const text =
    'No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.'
  throw awsError('VPCIdNotSpecified', text)
}

function startOne(
  account: AwsAccount,
  recipe: MachineRecipe,
  place: {
    readonly subnet: SubnetState
    readonly typeName: string
    readonly tags: InstanceState['tags']
    readonly clusterName: string
  },
): InstanceState {
  const { clusterName, subnet, tags, typeName } = place
  const pool = { instanceType: typeName, zone: subnet.zone, capacityType: recipe.capacityType }
  const refusal = account.capacity.take(pool, account.kernel.nowMs())
  if (refusal === 'quota') {
    const text = 'You have requested more vCPU capacity than your current vCPU limit allows.'
    throw awsError('VcpuLimitExceeded', text)
  }
  if (refusal !== undefined) {
    const text = `We currently do not have sufficient ${typeName} capacity in the Availability Zone you requested (${subnet.zone}).`
    throw awsError('InsufficientInstanceCapacity', text)
  }
  const instance: InstanceState = {
    id: `i-${account.kernel.hexId('instance', 17)}`,
    groupName: '',
    clusterName,
    zone: subnet.zone,
    subnetId: subnet.id,
    instanceType: typeName,
    capacityType: recipe.capacityType,
    recipe,
    launchedMs: account.kernel.nowMs(),
    state: 'pending',
    lifecycleState: 'Pending',
    isProtected: false,
    securityGroupIds: recipe.launch?.securityGroupIds ?? [],
    tags,
  }
  account.instances.set(instance.id, instance)
  subnet.freeAddressCount -= 1
  const cause = { user: 'ec2', operation: 'RunInstances' }
  account.emit({ kind: 'instance-launched', instance, cause })
  const { machines } = account.clusters.get(clusterName)?.twin ?? {}
  machines?.boot(machineOf(instance, { name: '', nodeGroupName: undefined }, account.region))
  account.kernel.after(runningMs, 'instance-running', () => {
    if (instance.state === 'pending') instance.state = 'running'
  })
  return instance
}

/** Behind the back of the groups: they find the instances unhealthy and replace them. */
function terminateInstances(
  account: AwsAccount,
  input: Sdk.TerminateInstancesRequest,
  user: string,
): Sdk.TerminateInstancesResult {
  const instances = requireInstances(account, input.InstanceIds ?? [])
  endDryRun(input)
  const TerminatingInstances = instances.map((instance) => {
    const PreviousState = stateView(instance)
    loseInstance(account, instance, { user, operation: 'TerminateInstances' })
    return { InstanceId: instance.id, PreviousState, CurrentState: stateView(instance) }
  })
  return { TerminatingInstances }
}

function stateView({ state }: InstanceState): Sdk.InstanceState {
  const codes = { pending: 0, running: 16, 'shutting-down': 32, terminated: 48 }
  return { Code: codes[state], Name: state }
}

/** Launch and end of instances. */
export const launchOperations = { runInstances, terminateInstances }
