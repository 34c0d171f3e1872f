/** Launch templates and versions by what a call names. Twin layer. */

import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import type { TemplateState, TemplateVersionState } from './state.ts'

/**
 * A template by id or name. @throws RegroupError InvalidLaunchTemplateId.NotFound,
 * InvalidLaunchTemplateName.NotFoundException, MissingParameter without either,
 * InvalidParameterCombination with both.
 */
export function findTemplate(
  account: AwsAccount,
  id: string | undefined,
  name?: string | undefined,
): TemplateState {
  if (id === undefined && name === undefined) {
    const text = 'The request must contain the parameter launch template ID or launch template name'
    throw awsError('MissingParameter', text)
  }
  if (id !== undefined && name !== undefined) {
    const text = 'Either provide launch template ID or launch template name to modify the template.'
    throw awsError('InvalidParameterCombination', text)
  }
  const found =
    id === undefined
      ? [...account.templates.values()].find((one) => one.name === name)
      : account.templates.get(id)
  if (found !== undefined) return found
  if (id === undefined) {
    const text = `The specified launch template, with template name ${name}, does not exist.`
    throw awsError('InvalidLaunchTemplateName.NotFoundException', text)
  }
  const text = `The specified launch template, with template ID ${id}, does not exist.`
  throw awsError('InvalidLaunchTemplateId.NotFound', text)
}

/** The number behind `$Latest`, `$Default` (also for undefined) or digits; NaN for other texts. */
export function resolveVersion(template: TemplateState, text: string | undefined): number {
  if (text === undefined || text === '$Default') return template.defaultVersion
  return text === '$Latest' ? latestVersion(template) : Number(text)
}

/** Number of the newest version that is there. */
export function latestVersion(template: TemplateState): number {
  return template.versions.at(-1)?.version ?? template.lastVersion
}

/** @throws RegroupError InvalidLaunchTemplateId.VersionNotFound. */
export function requireVersion(
  template: TemplateState,
  text: string | undefined,
): TemplateVersionState {
  const number = resolveVersion(template, text)
  const found = template.versions.find((one) => one.version === number)
  if (found !== undefined) return found
  throw awsError(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find the specified version ${text} for the launch template with ID ${template.id}.`,
  )
}
