/** Launch templates: made, changed, listed, deleted. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import type { StringMap } from '../../../world/kube-objects.ts'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import { pageOf } from '../page.ts'
import { endDryRun } from './dry-run.ts'
import { matchesFilters } from './filters.ts'
import { findTemplate, latestVersion, resolveVersion } from './launch-template-find.ts'
import { checkData, checkName } from './launch-template-rules.ts'
import type { TemplateState, TemplateVersionState } from './state.ts'
import { tagList, tagsFor } from './tags.ts'

/** Templates a page. */
const pageMax = 200

/** A template that is there from now on; for worlds as well as for calls. Its name is not checked. */
export function addTemplate(
  account: AwsAccount,
  given: {
    readonly name: string
    readonly data: TemplateVersionState['data']
    readonly tags: StringMap
    readonly description?: string | undefined
  },
): TemplateState {
  const { data, description, name, tags } = given
  const createdMs = account.kernel.nowMs()
  const told = description === undefined ? {} : { description }
  const template: TemplateState = {
    id: `lt-${account.kernel.hexId('template', 17)}`,
    name,
    createdMs,
    defaultVersion: 1,
    lastVersion: 1,
    versions: [{ version: 1, data, createdMs, ...told }],
    tags,
  }
  account.templates.set(template.id, template)
  return template
}

/** @throws RegroupError when the name is taken or malformed, or the data is refused. */
function createLaunchTemplate(
  account: AwsAccount,
  input: Sdk.CreateLaunchTemplateRequest,
): Sdk.CreateLaunchTemplateResult {
  const name = input.LaunchTemplateName ?? ''
  return account.once(`template/${name}`, input.ClientToken, () => {
    checkName(name)
    if ([...account.templates.values()].some((one) => one.name === name)) {
      throw awsError(
        'InvalidLaunchTemplateName.AlreadyExistsException',
        'Launch template name already in use.',
      )
    }
    checkData(input.LaunchTemplateData)
    endDryRun(input)
    const template = addTemplate(account, {
      name,
      data: { ...input.LaunchTemplateData },
      tags: tagsFor(input.TagSpecifications, 'launch-template'),
      description: input.VersionDescription,
    })
    return { LaunchTemplate: templateView(account, template) }
  })
}

/** Templates by ids, names or filters. */
function describeLaunchTemplates(
  account: AwsAccount,
  input: Sdk.DescribeLaunchTemplatesRequest,
): Sdk.DescribeLaunchTemplatesResult {
  const named = [
    ...(input.LaunchTemplateIds ?? []).map((id) => findTemplate(account, id)),
    ...(input.LaunchTemplateNames ?? []).map((name) => findNamed(account, name)),
  ]
  const isNamed = input.LaunchTemplateIds !== undefined || input.LaunchTemplateNames !== undefined
  const all = isNamed ? named : [...account.templates.values()]
  const found = all.filter((one) =>
    matchesFilters(input.Filters, one.tags, {
      'create-time': new Date(one.createdMs).toISOString(),
      'launch-template-id': one.id,
      'launch-template-name': one.name,
    }),
  )
  const size = input.MaxResults ?? pageMax
  const { next, page } = pageOf(found, { token: input.NextToken, size })
  return {
    LaunchTemplates: page.map((one) => templateView(account, one)),
    ...(next === undefined ? {} : { NextToken: next }),
  }
}

/** A list of names is answered as a whole. */
function findNamed(account: AwsAccount, name: string): TemplateState {
  const found = [...account.templates.values()].find((one) => one.name === name)
  if (found !== undefined) return found
  const text = 'At least one of the launch templates specified in the request does not exist.'
  throw awsError('InvalidLaunchTemplateName.NotFoundException', text)
}

/** Sets the default version. */
function modifyLaunchTemplate(
  account: AwsAccount,
  input: Sdk.ModifyLaunchTemplateRequest,
): Sdk.ModifyLaunchTemplateResult {
  const template = findTemplate(account, input.LaunchTemplateId, input.LaunchTemplateName)
  if (input.DefaultVersion !== undefined) {
    const version = resolveVersion(template, input.DefaultVersion)
    if (!template.versions.some((one) => one.version === version)) {
      const text = `The launch template version ${input.DefaultVersion} is not found for the specified launch template.`
      throw awsError('InvalidLaunchTemplateId.VersionNotFound', text)
    }
    endDryRun(input)
    template.defaultVersion = version
  }
  return { LaunchTemplate: templateView(account, template) }
}

/** Removes a template; node groups made from it keep their copy. */
function deleteLaunchTemplate(
  account: AwsAccount,
  input: Sdk.DeleteLaunchTemplateRequest,
): Sdk.DeleteLaunchTemplateResult {
  const template = findTemplate(account, input.LaunchTemplateId, input.LaunchTemplateName)
  endDryRun(input)
  account.templates.delete(template.id)
  account.forgetTokens(`template/${template.name}`)
  return { LaunchTemplate: templateView(account, template) }
}

function templateView(account: AwsAccount, template: TemplateState): Sdk.LaunchTemplate {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    CreateTime: new Date(template.createdMs),
    CreatedBy: account.rootArn,
    DefaultVersionNumber: template.defaultVersion,
    LatestVersionNumber: latestVersion(template),
    Operator: { Managed: false },
    Tags: tagList(template.tags),
  }
}

/** Operations on templates. */
export const templateOperations = {
  createLaunchTemplate,
  deleteLaunchTemplate,
  describeLaunchTemplates,
  modifyLaunchTemplate,
}
