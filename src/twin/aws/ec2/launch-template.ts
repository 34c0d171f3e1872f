/** Launch templates and their versions. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import type { TemplateState, TemplateVersionState } from './state.ts'

/** @throws RegroupError when the name is taken. */
export function createTemplate(
  account: AwsAccount,
  input: Sdk.CreateLaunchTemplateRequest,
): Sdk.CreateLaunchTemplateResult {
  const name = input.LaunchTemplateName ?? ''
  return account.once(`template/${name}`, input.ClientToken, () => {
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
  const template = findTemplate(account, input.LaunchTemplateId, input.LaunchTemplateName)
  return account.once(`template/${template.name}`, input.ClientToken, () => {
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
    account.templates.get(id ?? '') ??
    [...account.templates.values()].find((one) => one.name === name)
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
  for (const version of wanted ?? []) requireVersion(template, version)
  const versions = template.versions.filter(
    (one) => wanted === undefined || wanted.includes(one.version),
  )
  return { LaunchTemplateVersions: versions.map((one) => versionView(template, one)) }
}

/** The number behind `$Latest`, `$Default` or digits. */
export function resolveVersion(template: TemplateState, text: string | undefined): number {
  if (text === undefined || text === '$Default') return template.defaultVersion
  return text === '$Latest' ? template.versions.length : Number(text)
}

/** Sets the default version. */
export function modifyTemplate(
  account: AwsAccount,
  input: Sdk.ModifyLaunchTemplateRequest,
): Sdk.ModifyLaunchTemplateResult {
  const template = findTemplate(account, input.LaunchTemplateId, input.LaunchTemplateName)
  if (input.DefaultVersion !== undefined) {
    const version = Number(input.DefaultVersion)
    requireVersion(template, version)
    template.defaultVersion = version
  }
  return { LaunchTemplate: templateView(template) }
}

function requireVersion(template: TemplateState, version: number): void {
  if (template.versions.some((one) => one.version === version)) return
  const text = `Could not find the specified version ${version} for the launch template with ID ${template.id}.`
  throw awsError('InvalidLaunchTemplateId.VersionNotFound', text)
}

/** Removes a template; node groups made from it keep their copy. */
export function deleteTemplate(
  account: AwsAccount,
  input: Sdk.DeleteLaunchTemplateRequest,
): Sdk.DeleteLaunchTemplateResult {
  const template = findTemplate(account, input.LaunchTemplateId, input.LaunchTemplateName)
  account.templates.delete(template.id)
  account.forgetTokens(`template/${template.name}`)
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

function versionView(
  template: TemplateState,
  one: TemplateVersionState,
): Sdk.LaunchTemplateVersion {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    VersionNumber: one.version,
    CreateTime: new Date(one.createdMs),
    DefaultVersion: one.version === template.defaultVersion,
    LaunchTemplateData: one.data as Sdk.ResponseLaunchTemplateData,
  }
}
