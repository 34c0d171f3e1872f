/** The EC2 operations of the port. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import { instanceType, instanceTypeNames } from '../../../nodes/instance-types.ts'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import type { TemplateState, TemplateVersionState } from '../state.ts'

/** @throws RegroupError when the name is taken. */
export function createTemplate(
  account: AwsAccount,
  input: Sdk.CreateLaunchTemplateRequest,
): Sdk.CreateLaunchTemplateResult {
  return account.once('template', input.ClientToken, () => {
    const name = input.LaunchTemplateName ?? ''
    if ([...account.templates.values()].some((one) => one.name === name)) {
      throw awsError(
        'InvalidLaunchTemplateName.AlreadyExistsException',
        'Launch template name already in use.',
      )
    }
    const tags = input.TagSpecifications?.flatMap((one) => one.Tags ?? []) ?? []
    const template: TemplateState = {
      id: `lt-${account.kernel.hexId('template', 17)}`,
      name,
      createdMs: account.kernel.nowMs(),
      defaultVersion: 1,
      versions: [versionOf(account, 1, input.LaunchTemplateData)],
      tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
    }
    account.templates.set(template.id, template)
    return { LaunchTemplate: templateView(template) }
  })
}

function versionOf(account: AwsAccount, version: number, data: unknown): TemplateVersionState {
  const plain = { ...(data as Readonly<Record<string, unknown>> | undefined) }
  return { version, data: plain, createdMs: account.kernel.nowMs() }
}

/** Adds a version. */
export function createTemplateVersion(
  account: AwsAccount,
  input: Sdk.CreateLaunchTemplateVersionRequest,
): Sdk.CreateLaunchTemplateVersionResult {
  return account.once('template-version', input.ClientToken, () => {
    const template = findTemplate(account, input.LaunchTemplateId, input.LaunchTemplateName)
    const next = versionOf(account, template.versions.length + 1, input.LaunchTemplateData)
    template.versions.push(next)
    return { LaunchTemplateVersion: versionView(template, next) }
  })
}

/** A template by id or name. @throws RegroupError InvalidLaunchTemplateId.NotFound. */
export function findTemplate(
  account: AwsAccount,
  id: string | undefined,
  name?: string | undefined,
): TemplateState {
  const found =
    account.templates.get(id ?? '') ?? [...account.templates.values()].find((one) => one.name === name)
  if (found !== undefined) return found
  const text = `The specified launch template, with template ID ${id ?? name}, does not exist.`
  throw awsError('InvalidLaunchTemplateId.NotFound', text)
}

/** Templates by ids, names or name filter. */
export function describeTemplates(
  account: AwsAccount,
  input: Sdk.DescribeLaunchTemplatesRequest,
): Sdk.DescribeLaunchTemplatesResult {
  const byName = input.Filters?.find((one) => one.Name === 'launch-template-name')?.Values
  const names = input.LaunchTemplateNames ?? byName
  const all = [...account.templates.values()].filter(
    (one) =>
      (input.LaunchTemplateIds === undefined || input.LaunchTemplateIds.includes(one.id)) &&
      (names === undefined || names.includes(one.name)),
  )
  return { LaunchTemplates: all.map(templateView) }
}

/** Versions of one template; `$Latest` and `$Default` are resolved. */
export function describeTemplateVersions(
  account: AwsAccount,
  input: Sdk.DescribeLaunchTemplateVersionsRequest,
): Sdk.DescribeLaunchTemplateVersionsResult {
  const template = findTemplate(account, input.LaunchTemplateId, input.LaunchTemplateName)
  const wanted = input.Versions?.map((text) => resolveVersion(template, text))
  const versions = template.versions.filter((one) => wanted === undefined || wanted.includes(one.version))
  return { LaunchTemplateVersions: versions.map((one) => versionView(template, one)) }
}

/** The number behind `$Latest`, `$Default` or digits. */
export function resolveVersion(template: TemplateState, text: string | undefined): number {
  if (text === undefined || text === '$Default') return template.defaultVersion
  return text === '$Latest' ? template.versions.length : Number(text)
}

/** Removes a template. */
export function deleteTemplate(
  account: AwsAccount,
  input: Sdk.DeleteLaunchTemplateRequest,
): Sdk.DeleteLaunchTemplateResult {
  const template = findTemplate(account, input.LaunchTemplateId, input.LaunchTemplateName)
  account.templates.delete(template.id)
  return { LaunchTemplate: templateView(template) }
}

function templateView(template: TemplateState): Sdk.LaunchTemplate {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    CreateTime: new Date(template.createdMs),
    DefaultVersionNumber: template.defaultVersion,
    LatestVersionNumber: template.versions.length,
    Tags: Object.entries(template.tags).map(([Key, Value]) => ({ Key, Value })),
  }
}

function versionView(template: TemplateState, one: TemplateVersionState): Sdk.LaunchTemplateVersion {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    VersionNumber: one.version,
    CreateTime: new Date(one.createdMs),
    DefaultVersion: one.version === template.defaultVersion,
    LaunchTemplateData: one.data as Sdk.ResponseLaunchTemplateData,
  }
}

/** Subnets by ids or filters (tags, vpc, zone). */
export function describeSubnets(
  account: AwsAccount,
  input: Sdk.DescribeSubnetsRequest,
): Sdk.DescribeSubnetsResult {
  const found = [...account.subnets.values()].filter(
    (subnet) =>
      (input.SubnetIds === undefined || input.SubnetIds.includes(subnet.id)) &&
      (input.Filters ?? []).every(({ Name = '', Values = [] }) => {
        if (Name.startsWith('tag:')) return Values.includes(subnet.tags[Name.slice(4)] ?? '\0')
        if (Name === 'vpc-id') return Values.includes(subnet.vpcId)
        if (Name === 'availability-zone') return Values.includes(subnet.zone)
        return true
      }),
  )
  return {
    Subnets: found.map((subnet) => ({
      SubnetId: subnet.id,
      VpcId: subnet.vpcId,
      CidrBlock: subnet.cidr,
      AvailabilityZone: subnet.zone,
      AvailableIpAddressCount: subnet.freeAddressCount,
      State: 'available',
      Tags: Object.entries(subnet.tags).map(([Key, Value]) => ({ Key, Value })),
    })),
  }
}

/** Instances by id; terminated ones stay visible. */
export function describeInstances(
  account: AwsAccount,
  input: Sdk.DescribeInstancesRequest,
): Sdk.DescribeInstancesResult {
  const ids = input.InstanceIds
  const found = [...account.instances.values()].filter((one) => ids === undefined || ids.includes(one.id))
  return {
    Reservations: found.map((one) => ({
      Instances: [
        {
          InstanceId: one.id,
          InstanceType: one.instanceType as Sdk._InstanceType,
          ImageId: one.recipe.imageId,
          SubnetId: one.subnetId,
          LaunchTime: new Date(one.launchedMs),
          Placement: { AvailabilityZone: one.zone },
          State: { Name: one.state },
          Tags: [{ Key: 'aws:autoscaling:groupName', Value: one.groupName }],
        },
      ],
    })),
  }
}

/** Facts of instance types by name. */
export function describeInstanceTypes(
  input: Sdk.DescribeInstanceTypesRequest,
): Sdk.DescribeInstanceTypesResult {
  const names: readonly string[] = input.InstanceTypes ?? instanceTypeNames()
  return {
    InstanceTypes: names.map((name) => {
      const type = instanceType(name)
      if (type === undefined) {
        throw awsError('InvalidInstanceType', `The following supplied instance types do not exist: [${name}]`)
      }
      return {
        InstanceType: name as Sdk._InstanceType,
        VCpuInfo: { DefaultVCpus: type.vcpuCount },
        MemoryInfo: { SizeInMiB: type.memoryMiB },
        ProcessorInfo: { SupportedArchitectures: [type.arch === 'arm64' ? 'arm64' : 'x86_64'] },
        NetworkInfo: {
          MaximumNetworkInterfaces: type.eniCount,
          Ipv4AddressesPerInterface: type.ipv4PerEniCount,
        },
        SupportedUsageClasses: type.isSpotOffered ? ['on-demand', 'spot'] : ['on-demand'],
      }
    }),
  }
}

/** Every type is offered in every zone of the account. */
export function describeOfferings(
  account: AwsAccount,
  input: Sdk.DescribeInstanceTypeOfferingsRequest,
): Sdk.DescribeInstanceTypeOfferingsResult {
  const wanted = input.Filters?.find((one) => one.Name === 'instance-type')?.Values
  const zones = [...new Set([...account.subnets.values()].map((subnet) => subnet.zone))]
  const names = wanted ?? instanceTypeNames()
  return {
    InstanceTypeOfferings: names.flatMap((name) =>
      zones.map((Location) => ({
        InstanceType: name as Sdk._InstanceType,
        Location,
        LocationType: 'availability-zone' as const,
      })),
    ),
  }
}

/** Images by id. */
export function describeImages(
  account: AwsAccount,
  input: Sdk.DescribeImagesRequest,
): Sdk.DescribeImagesResult {
  const images = (input.ImageIds ?? []).flatMap((id) => account.images.get(id) ?? [])
  return {
    Images: images.map((image) => ({
      ImageId: image.id,
      Name: `${image.family}-${image.arch}-${image.releaseVersion}`,
      Architecture: image.arch === 'arm64' ? 'arm64' : 'x86_64',
      State: 'available',
    })),
  }
}
