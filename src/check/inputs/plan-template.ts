/** aws_launch_template as EC2's RequestLaunchTemplateData. Check layer, pure. */

import { isRecord } from '../../nodes/field-schema.ts'
import { templateFields } from '../../nodes/template-fields.ts'
import type { TemplateFacts } from '../facts.ts'
import { listOf } from '../template-reading.ts'
import {
  isConfigured,
  type PlanDocument,
  type PlannedResource,
  referencesOf,
} from './plan-document.ts'

type Json = Readonly<Record<string, unknown>>

/** Arguments that are named otherwise than EC2's fields. */
const renamed: Readonly<Record<string, string>> = {
  LicenseSpecifications: 'license_specification',
  SecurityGroupIds: 'vpc_security_group_ids',
  SecurityGroups: 'security_group_names',
}

/** Blocks that EC2 has as lists; all other blocks stand for one object. */
const lists: ReadonlySet<string> = new Set([
  'block_device_mappings',
  'license_specification',
  'network_interfaces',
  'tag_specifications',
])

/** The argument of a field of the template, e.g. `image_id` of `ImageId`. */
export function argumentOf(field: string): string {
  return renamed[field] ?? field.replaceAll(/(?<!^)(?=[A-Z])/g, '_').toLowerCase()
}

/** Facts of the template that a group uses; `version` as the group names it. */
export function planTemplate(
  resource: PlannedResource,
  document: PlanDocument,
  version: string | undefined,
): TemplateFacts {
  const { action, after, before } = resource
  const fields = Object.keys(templateFields)
  const data = Object.fromEntries(
    fields.flatMap((field) => {
      const value = ec2Value(argumentOf(field), after[argumentOf(field)])
      return value === undefined ? [] : [[field, value] as const]
    }),
  )
  const imageParameter = referencesOf(resource, ['image_id'])
    .flatMap(
      (address) => document.parameters.get(address.replace(/\.(?:insecure_)?value$/, '')) ?? [],
    )
    .at(0)
  const { id, name } = after
  return {
    name: typeof name === 'string' ? name : resource.address,
    data,
    unknownFields: new Set(fields.filter((field) => isUnknown(resource, argumentOf(field)))),
    ...(typeof id === 'string' ? { id } : {}),
    ...(version === undefined ? {} : { version }),
    ...(imageParameter === undefined ? {} : { imageParameter }),
    ...(action === 'update'
      ? {
          before: {
            version: String(before.latest_version ?? 'now'),
            hasImage: typeof before.image_id === 'string' && before.image_id !== '',
          },
        }
      : {}),
  }
}

/** Decided after the apply: an argument of the configuration, or a name of a disk, without a value yet. */
function isUnknown(resource: PlannedResource, argument: string): boolean {
  const unknown = resource.afterUnknown[argument]
  // What nobody configures is computed: it stays as EC2 has it by itself.
  if (unknown === true) return isConfigured(resource, argument)
  const isLeaf = argument === 'vpc_security_group_ids' || argument === 'security_group_names'
  if (isLeaf) return listOf(unknown).includes(true)
  const keys =
    argument === 'block_device_mappings' ? ['device_name'] : ['subnet_id', 'security_groups']
  if (!lists.has(argument)) return false
  return listOf(unknown).some(
    (one) => one === true || (isRecord(one) && keys.some((key) => holdsTrue(one[key]))),
  )
}

function holdsTrue(value: unknown): boolean {
  return value === true || (Array.isArray(value) && value.includes(true))
}

/** Undefined for what is not set: null, empty text, empty block, zero. */
function ec2Value(argument: string, value: unknown): unknown {
  if (value === null || value === undefined || value === '' || value === 0) return undefined
  if (value === 'true' || value === 'false') return value === 'true'
  if (Array.isArray(value)) {
    const entries = value.flatMap((one) => ec2Value('', one) ?? [])
    if (entries.length === 0) return value.some(isRecord) && !lists.has(argument) ? {} : undefined
    const isBlock = entries.every(isRecord) && !lists.has(argument)
    return isBlock ? entries[0] : entries
  }
  return isRecord(value) ? ec2Record(value) : value
}

function ec2Record(value: Json): Json {
  const { tags, ...others } = value
  const entries = Object.entries(others).flatMap(([key, one]) => {
    const inner = ec2Value(key, one)
    return inner === undefined ? [] : [[fieldOf(key), inner] as const]
  })
  const list = isRecord(tags) ? Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) : []
  return { ...Object.fromEntries(entries), ...(list.length === 0 ? {} : { Tags: list }) }
}

function fieldOf(argument: string): string {
  if (argument === 'security_groups') return 'Groups'
  return argument.replaceAll(/(?:^|_)([a-z\d])/g, (_, letter: string) => letter.toUpperCase())
}
