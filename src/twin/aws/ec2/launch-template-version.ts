/** Versions of launch templates. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { pageOf } from '../page.ts'
import { endDryRun } from './dry-run.ts'
import { type Attributes, matchesFilters } from './filters.ts'
import { requireInstances } from './instance.ts'
import { findTemplate, requireVersion, resolveVersion } from './launch-template-find.ts'
import { checkData } from './launch-template-rules.ts'
import type { TemplateState, TemplateVersionState } from './state.ts'

/** Versions a page. */
const pageMax = 200

/** Adds a version: the data given, on top of the source version's if one is named. */
function createLaunchTemplateVersion(
  account: AwsAccount,
  input: Sdk.CreateLaunchTemplateVersionRequest,
): Sdk.CreateLaunchTemplateVersionResult {
  const template = findTemplate(account, input.LaunchTemplateId, input.LaunchTemplateName)
  return account.once(`template/${template.name}`, input.ClientToken, () => {
    checkData(input.LaunchTemplateData)
    const source =
      input.SourceVersion === undefined ? {} : requireVersion(template, input.SourceVersion).data
    endDryRun(input)
    template.lastVersion += 1
    const next: TemplateVersionState = {
      version: template.lastVersion,
      data: { ...source, ...given(input.LaunchTemplateData) },
      createdMs: account.kernel.nowMs(),
      ...(input.VersionDescription === undefined ? {} : { description: input.VersionDescription }),
    }
    template.versions.push(next)
    return { LaunchTemplateVersion: versionView(account, template, next) }
  })
}

function given(data: Sdk.RequestLaunchTemplateData | undefined): object {
  return Object.fromEntries(Object.entries(data ?? {}).filter(([, value]) => value !== undefined))
}

const howToAsk =
  'To describe the launch template data for all your launch templates, for ‘--versions’ specify ‘$Latest’, ‘$Default’, or both, and omit ‘--launch-template-id’, ‘--launch-template-name’, and version numbers. To describe the launch template data for a specific launch template, specify ‘--launch-template-id’ or ‘--launch-template-name’, and for ‘--versions’ specify one or more of the following values: ‘$Latest’, ‘$Default’, or one or more version numbers.'

/** Versions of one template, or the `$Latest` and `$Default` ones of all. */
function describeLaunchTemplateVersions(
  account: AwsAccount,
  input: Sdk.DescribeLaunchTemplateVersionsRequest,
): Sdk.DescribeLaunchTemplateVersionsResult {
  const { LaunchTemplateId, LaunchTemplateName, MaxVersion, MinVersion, Versions } = input
  const isOne = LaunchTemplateId !== undefined || LaunchTemplateName !== undefined
  if (!isOne) checkAsk(Versions)
  const templates = isOne
    ? [findTemplate(account, LaunchTemplateId, LaunchTemplateName)]
    : [...account.templates.values()]
  const found = templates.flatMap((template) => {
    const wanted = Versions?.map((text) => requireVersion(template, text).version)
    const least = MinVersion === undefined ? 0 : resolveVersion(template, MinVersion)
    const most =
      MaxVersion === undefined ? Number.POSITIVE_INFINITY : resolveVersion(template, MaxVersion)
    return template.versions
      .filter(({ version }) => wanted?.includes(version) ?? (version >= least && version <= most))
      .filter((one) => matchesFilters(input.Filters, {}, attributesOf(template, one)))
      .map((one) => versionView(account, template, one))
  })
  const size = input.MaxResults ?? pageMax
  const { next, page } = pageOf(found, { token: input.NextToken, size })
  return {
    LaunchTemplateVersions: [...page],
    ...(next === undefined ? {} : { NextToken: next }),
  }
}

function checkAsk(versions: readonly string[] | undefined): void {
  if (versions === undefined || versions.length === 0) throw awsError('MissingParameter', howToAsk)
  if (versions.every((one) => one === '$Latest' || one === '$Default')) return
  throw awsError('InvalidParameterValue', howToAsk)
}

function attributesOf(
  template: TemplateState,
  { data, version }: TemplateVersionState,
): Attributes {
  const text = (name: string): string | undefined => {
    const value = data[name]
    return typeof value === 'string' ? value : undefined
  }
  const profile = data.IamInstanceProfile as Sdk.LaunchTemplateIamInstanceProfileSpecification
  return {
    'ebs-optimized': String(data.EbsOptimized ?? false),
    'iam-instance-profile': profile?.Arn ?? profile?.Name,
    'image-id': text('ImageId'),
    'instance-type': text('InstanceType'),
    'is-default-version': version === template.defaultVersion,
    'kernel-id': text('KernelId'),
    'ram-disk-id': text('RamDiskId'),
  }
}

/** Deletes what it can and says per version what it could not; the default version stays. */
function deleteLaunchTemplateVersions(
  account: AwsAccount,
  input: Sdk.DeleteLaunchTemplateVersionsRequest,
): Sdk.DeleteLaunchTemplateVersionsResult {
  const template = findTemplate(account, input.LaunchTemplateId, input.LaunchTemplateName)
  endDryRun(input)
  const done: Sdk.DeleteLaunchTemplateVersionsResponseSuccessItem[] = []
  const failed: Sdk.DeleteLaunchTemplateVersionsResponseErrorItem[] = []
  for (const text of input.Versions ?? []) {
    const names = { LaunchTemplateId: template.id, LaunchTemplateName: template.name }
    const VersionNumber = resolveVersion(template, text)
    const error = faultOf(template, VersionNumber)
    if (error === undefined) {
      const at = template.versions.findIndex((one) => one.version === VersionNumber)
      template.versions.splice(at, 1)
      done.push({ ...names, VersionNumber })
    } else failed.push({ ...names, VersionNumber, ResponseError: error })
  }
  return {
    SuccessfullyDeletedLaunchTemplateVersions: done,
    UnsuccessfullyDeletedLaunchTemplateVersions: failed,
  }
}

/** Code and text for the default version are assumed; AWS does not publish them. */
function faultOf(template: TemplateState, version: number): Sdk.ResponseError | undefined {
  if (version === template.defaultVersion) {
    const Message = `The specified version ${version} of launch template ${template.id} is the default version and cannot be deleted.`
    return { Code: 'unexpectedError', Message }
  }
  if (template.versions.some((one) => one.version === version)) return undefined
  const Message = `Could not find the specified version ${version} for the launch template with ID ${template.id}.`
  return { Code: 'launchTemplateVersionDoesNotExist', Message }
}

function versionView(
  account: AwsAccount,
  template: TemplateState,
  one: TemplateVersionState,
): Sdk.LaunchTemplateVersion {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    VersionNumber: one.version,
    ...(one.description === undefined ? {} : { VersionDescription: one.description }),
    CreateTime: new Date(one.createdMs),
    CreatedBy: account.rootArn,
    DefaultVersion: one.version === template.defaultVersion,
    LaunchTemplateData: one.data as Sdk.ResponseLaunchTemplateData,
    Operator: { Managed: false },
  }
}

/** What a template like this instance would say. */
function getLaunchTemplateData(
  account: AwsAccount,
  input: Sdk.GetLaunchTemplateDataRequest,
): Sdk.GetLaunchTemplateDataResult {
  const [one] = requireInstances(account, [input.InstanceId ?? ''])
  const { launch } = one?.recipe ?? {}
  const own = Object.entries(one?.tags ?? {}).filter(([key]) => !key.startsWith('aws:'))
  const Tags = own.map(([Key, Value]) => ({ Key, Value }))
  const groups = one?.securityGroupIds ?? []
  return {
    LaunchTemplateData: {
      ImageId: one?.recipe.imageId,
      InstanceType: one?.instanceType as Sdk._InstanceType,
      Placement: { AvailabilityZone: one?.zone, Tenancy: 'default' },
      ...(launch?.keyName === undefined ? {} : { KeyName: launch.keyName }),
      ...(launch?.userData === undefined ? {} : { UserData: launch.userData }),
      ...(groups.length === 0 ? {} : { SecurityGroupIds: [...groups] }),
      TagSpecifications: Tags.length === 0 ? [] : [{ ResourceType: 'instance', Tags }],
    },
  }
}

/** Operations on versions. */
export const templateVersionOperations = {
  createLaunchTemplateVersion,
  deleteLaunchTemplateVersions,
  describeLaunchTemplateVersions,
  getLaunchTemplateData,
}
