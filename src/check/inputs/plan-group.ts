/** aws_eks_node_group of a plan as a node group. Check layer, pure. */

import type { AmiFamily } from '../../nodes/ami-parameters.ts'
import { isRecord } from '../../nodes/field-schema.ts'
import type { StringMap, Taint } from '../../world/kube-objects.ts'
import type {
  GroupBefore,
  GroupFacts,
  PlaceOf,
  ScalingFacts,
  TemplateFacts,
  UpdateFacts,
} from '../facts.ts'
import { listOf } from '../template-reading.ts'
import {
  isConfigured,
  type PlanDocument,
  type PlannedResource,
  referencesOf,
  withoutIndices,
} from './plan-document.ts'
import { argumentOf, planTemplate } from './plan-template.ts'
import { templateUserData } from './template-user-data.ts'
import { familyOf } from './user-data.ts'

type Json = Readonly<Record<string, unknown>>

/** Facts of one group; what is known after the apply only is left out. */
export function planGroup(
  resource: PlannedResource,
  document: PlanDocument,
  given: AmiFamily | undefined,
): GroupFacts {
  const { action, address, after, isCreatedFirst } = resource
  const source = templateSource(resource, document)
  const template = templateOf(resource, source, document)
  const amiType = textOf(resource, 'ami_type')
  const imageMode = modeOf(resource, template, amiType)
  const raw =
    template?.unknownFields.has('UserData') === true
      ? 'unreadable'
      : templateUserData(template?.data?.UserData)
  const userData = raw === 'unreadable' ? undefined : raw
  const isUserDataKnown =
    raw !== 'unreadable' && (template === undefined || template.data !== undefined)
  const family = familyOfType(amiType) ?? given ?? (userData && familyOf(userData))
  const parameter = referencesOf(resource, ['release_version'])
    .flatMap((one) => document.parameters.get(one.replace(/\.(?:insecure_)?value$/, '')) ?? [])
    .at(0)
  return {
    shownAs: address,
    block: withoutIndices(address),
    action,
    isCreatedFirst,
    isNamedByIndex: referencesOf(resource, ['node_group_name']).some((one) =>
      one.endsWith('count.index'),
    ),
    isUserDataKnown,
    before: beforeOf(resource),
    at: placeOf(resource, source, document),
    ...definedMembers({
      name: typeof after.node_group_name === 'string' ? after.node_group_name : undefined,
      amiFamily: family,
      amiType,
      amiMode: imageMode,
      capacityType: capacityOf(after.capacity_type),
      instanceTypes: isConfigured(resource, 'instance_types')
        ? textsOf(after.instance_types)
        : undefined,
      version: changed(resource, 'version'),
      releaseVersion: changed(resource, 'release_version'),
      releaseParameter: parameter,
      labels: labelsOf(resource),
      taints: taintsOf(resource),
      scaling: scalingOf(after.scaling_config),
      updateConfig: updateConfigOf(resource),
      diskSize: diskOf(resource),
      nodeRole: textOf(resource, 'node_role_arn'),
      subnetIds: textsOf(after.subnet_ids),
      hasRemoteAccess: listOf(after.remote_access).length > 0,
      template,
      userData,
    }),
  }
}

/** Without members that are undefined. */
function definedMembers<T extends object>(
  members: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> }
}

/** The value, when the configuration says one and the plan knows it. */
function textOf(resource: PlannedResource, key: string): string | undefined {
  const value = resource.after[key]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Terraform sends a version at creation when it is configured, later only when it differs. */
function changed(resource: PlannedResource, key: string): string | undefined {
  const value = textOf(resource, key)
  if (value === undefined || !isConfigured(resource, key)) return undefined
  const isNew = resource.action === 'create' || resource.action === 'replace'
  return isNew || value !== resource.before[key] ? value : undefined
}

function capacityOf(value: unknown): GroupFacts['capacityType'] {
  return (['ON_DEMAND', 'SPOT', 'CAPACITY_BLOCK'] as const).find((one) => one === value)
}

function textsOf(value: unknown): readonly string[] | undefined {
  const list = listOf(value)
  const isKnown = list.length > 0 && list.every((one) => typeof one === 'string')
  return isKnown ? (list as readonly string[]) : undefined
}

function labelsOf({ after, afterUnknown }: PlannedResource): StringMap | undefined {
  if (afterUnknown.labels === true) return undefined
  const unknown = isRecord(afterUnknown.labels) ? Object.values(afterUnknown.labels) : []
  if (unknown.includes(true)) return undefined
  const entries = Object.entries(isRecord(after.labels) ? after.labels : {})
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]))
}

const effects: Readonly<Record<string, Taint['effect']>> = {
  NO_EXECUTE: 'NoExecute',
  NO_SCHEDULE: 'NoSchedule',
  PREFER_NO_SCHEDULE: 'PreferNoSchedule',
}

function taintsOf({ after, afterUnknown }: PlannedResource): readonly Taint[] | undefined {
  if (JSON.stringify(afterUnknown.taint ?? []).includes('true')) return undefined
  return listOf(after.taint).flatMap((one) => {
    const { effect, key, value } = isRecord(one) ? one : ({} as Json)
    const known = effects[String(effect)]
    return known === undefined
      ? []
      : [{ key: String(key), value: String(value ?? ''), effect: known }]
  })
}

function scalingOf(value: unknown): ScalingFacts | undefined {
  const [block] = listOf(value)
  if (!isRecord(block)) return undefined
  const { desired_size: desired, max_size: max, min_size: min } = block
  if (typeof min !== 'number' || typeof max !== 'number') return undefined
  return { min, max, ...(typeof desired === 'number' ? { desired } : {}) }
}

/** What nobody configures is EKS's own. */
function updateConfigOf(resource: PlannedResource): GroupFacts['updateConfig'] {
  const { after, afterUnknown } = resource
  if (afterUnknown.update_config === true) {
    return isConfigured(resource, 'update_config') ? undefined : 'none'
  }
  return updateOf(listOf(after.update_config)[0])
}

/** Zero is how Terraform says that a value is not set. */
function updateOf(block: unknown): UpdateFacts | 'none' {
  if (!isRecord(block)) return 'none'
  const { max_unavailable: count, max_unavailable_percentage: share } = block
  const known = {
    ...(typeof count === 'number' && count > 0 ? { maxUnavailable: count } : {}),
    ...(typeof share === 'number' && share > 0 ? { maxUnavailablePercentage: share } : {}),
  }
  return Object.keys(known).length === 0 ? 'none' : known
}

function diskOf(resource: PlannedResource): number | undefined {
  const value = resource.after.disk_size
  const isSaid = isConfigured(resource, 'disk_size') && typeof value === 'number' && value > 0
  return isSaid ? value : undefined
}

function beforeOf({ action, before }: PlannedResource): GroupBefore {
  if (action === 'create') return {}
  const [block] = listOf(before.launch_template)
  const id = isRecord(block) ? block.id : undefined
  return definedMembers({
    name: typeof before.node_group_name === 'string' ? before.node_group_name : undefined,
    version: typeof before.version === 'string' ? before.version : undefined,
    scaling: scalingOf(before.scaling_config),
    templateId: block === undefined ? 'none' : typeof id === 'string' ? id : undefined,
  })
}

/** The aws_launch_template that a group names: by id, by reference, or the only one of its module. */
function templateSource(
  resource: PlannedResource,
  { resources }: PlanDocument,
): PlannedResource | undefined {
  const all = resources.filter(({ type }) => type === 'aws_launch_template')
  const [block] = listOf(resource.after.launch_template)
  if (!isRecord(block)) return undefined
  const byId = all.find(({ after }) => typeof after.id === 'string' && after.id === block.id)
  if (byId !== undefined) return byId
  const wanted = ['id', 'name'].flatMap((key) => referencesOf(resource, ['launch_template', key]))
  const referred = all.filter(({ address }) => wanted.includes(withoutIndices(address)))
  const near =
    referred.length > 0 ? referred : all.filter(({ module }) => module === resource.module)
  return (
    near.find(({ index, module }) => index === resource.index && module === resource.module) ??
    near.find(({ module }) => module === resource.module && near.length === 1) ??
    (near.length === 1 ? near[0] : undefined)
  )
}

/** Undefined without a template; without content when the plan does not hold it. */
function templateOf(
  { after, expressions }: PlannedResource,
  source: PlannedResource | undefined,
  document: PlanDocument,
): TemplateFacts | undefined {
  const [block] = listOf(after.launch_template)
  if (!isRecord(block)) return undefined
  const version = typeof block.version === 'string' ? block.version : undefined
  const [written] = listOf(expressions?.launch_template)
  const references = (['id', 'name'] as const).filter((key) => isRecord(written) && key in written)
  const known = isRecord(written) ? { references } : {}
  if (source !== undefined) return { ...planTemplate(source, document, version), ...known }
  const name = String(block.name ?? block.id ?? 'of another state')
  return {
    name,
    unknownFields: new Set(),
    ...(typeof block.id === 'string' ? { id: block.id } : {}),
    ...(version === undefined ? {} : { version }),
    ...known,
  }
}

function modeOf(
  { after }: PlannedResource,
  template: TemplateFacts | undefined,
  amiType: string | undefined,
): GroupFacts['amiMode'] {
  if (amiType === 'CUSTOM') return 'custom'
  if (template === undefined) return listOf(after.launch_template).length === 0 ? 'eks' : undefined
  if (template.data === undefined || template.unknownFields.has('ImageId')) return undefined
  return template.data.ImageId === undefined ? 'eks' : 'custom'
}

function familyOfType(amiType: string | undefined): AmiFamily | undefined {
  const [word = ''] = (amiType ?? '').split('_')
  const families: Readonly<Record<string, AmiFamily>> = {
    AL2: 'AmazonLinux2',
    AL2023: 'AmazonLinux2023',
    BOTTLEROCKET: 'Bottlerocket',
    WINDOWS: 'Windows',
  }
  return Object.hasOwn(families, word) ? families[word] : undefined
}

/** Arguments by the member that they are here. */
const places: Readonly<Record<string, readonly (string | number)[]>> = {
  amiType: ['ami_type'],
  desiredSize: ['scaling_config', 0, 'desired_size'],
  diskSize: ['disk_size'],
  instanceTypes: ['instance_types'],
  labels: ['labels'],
  launchTemplate: ['launch_template'],
  maxSize: ['scaling_config', 0, 'max_size'],
  minSize: ['scaling_config', 0, 'min_size'],
  nodeRole: ['node_role_arn'],
  subnets: ['subnet_ids'],
  name: ['node_group_name'],
  releaseVersion: ['release_version'],
  remoteAccess: ['remote_access'],
  taints: ['taint'],
  updateConfig: ['update_config'],
  version: ['version'],
}

function placeOf(
  group: PlannedResource,
  template: PlannedResource | undefined,
  { yaml }: PlanDocument,
): PlaceOf {
  return (member) => {
    const [head = '', ...rest] = member.split('.')
    const isTemplate = head === 'template' || head === 'userData'
    const { at } = isTemplate ? (template ?? group) : group
    const field = (rest[0] ?? '').replace(/\[.*$/, '')
    const inner = isTemplate
      ? [head === 'userData' ? 'user_data' : argumentOf(field)]
      : [...(places[head] ?? []), ...(head === 'labels' ? [rest.join('.')] : [])]
    return yaml.locate(['resource_changes', at, 'change', 'after', ...inner])
  }
}
