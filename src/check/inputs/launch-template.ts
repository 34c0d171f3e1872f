/** Facts of launch templates as `aws ec2 describe-launch-template-versions` prints them. Check layer, pure. */

import type { AmiFamily } from '../../nodes/ami-parameters.ts'
import { isRecord } from '../../nodes/field-schema.ts'
import type { PositionedYaml } from '../../world/documents/yaml-reader.ts'
import type { GroupFacts, InputFacts, PlaceOf, TemplateFacts } from '../facts.ts'
import { listOf } from '../template-reading.ts'
import { templateUserData } from './template-user-data.ts'
import { familyOf } from './user-data.ts'

type Json = Readonly<Record<string, unknown>>
type Path = readonly (string | number)[]

interface Version {
  readonly path: Path
  readonly entry: Json
}

/** The list of versions, or the request that makes a template. */
export function isLaunchTemplate(value: Json): boolean {
  return Array.isArray(value.LaunchTemplateVersions) || isRecord(value.LaunchTemplateData)
}

/** Every version is checked; the newest also against the default one. */
export function launchTemplateFacts(
  yaml: PositionedYaml,
  amiFamily: AmiFamily | undefined,
): InputFacts {
  const versions = versionsOf(yaml.value)
  const groups = versions.map((version) => groupOf(version, versions, { yaml, amiFamily }))
  const at: PlaceOf = () => yaml.locate([])
  return {
    kind: 'launch-template',
    clusters: [{ name: undefined, isComplete: false, groups, at }],
    archivedSources: [],
    at,
  }
}

function versionsOf(value: unknown): readonly Version[] {
  if (!isRecord(value)) return []
  if (!Array.isArray(value.LaunchTemplateVersions)) return [{ path: [], entry: value }]
  return listOf(value.LaunchTemplateVersions).flatMap((entry, index) =>
    isRecord(entry) ? [{ path: ['LaunchTemplateVersions', index], entry }] : [],
  )
}

function groupOf(
  version: Version,
  all: readonly Version[],
  { amiFamily, yaml }: { readonly yaml: PositionedYaml; readonly amiFamily: AmiFamily | undefined },
): GroupFacts {
  const { entry, path } = version
  const data = isRecord(entry.LaunchTemplateData) ? entry.LaunchTemplateData : {}
  const userData = templateUserData(data.UserData)
  const read = userData === 'unreadable' ? undefined : userData
  const family = amiFamily ?? (read === undefined ? undefined : familyOf(read))
  const template = templateOf(entry, data, all)
  return {
    shownAs:
      template.version === undefined ? template.name : `${template.name}:${template.version}`,
    amiMode: data.ImageId === undefined ? 'eks' : 'custom',
    template,
    isUserDataKnown: userData !== 'unreadable',
    at: placeOf(yaml, [...path, 'LaunchTemplateData']),
    ...(read === undefined ? {} : { userData: read }),
    ...(family === undefined ? {} : { amiFamily: family }),
  }
}

function templateOf(entry: Json, data: Json, all: readonly Version[]): TemplateFacts {
  const { LaunchTemplateId: id, LaunchTemplateName: name, VersionNumber: number } = entry
  const before = defaultBefore(entry, all)
  return {
    name: String(name ?? id ?? 'template'),
    data,
    unknownFields: new Set(),
    ...(id === undefined ? {} : { id: String(id) }),
    ...(number === undefined ? {} : { version: String(number) }),
    ...(before === undefined ? {} : { before }),
  }
}

/** The default version, seen from the newest one: what a group would most likely move from. */
function defaultBefore(entry: Json, all: readonly Version[]): TemplateFacts['before'] {
  const mine = all.filter((one) => one.entry.LaunchTemplateId === entry.LaunchTemplateId)
  const newest = Math.max(...mine.map((one) => Number(one.entry.VersionNumber ?? 0)))
  const current = mine.find((one) => one.entry.DefaultVersion === true)?.entry
  if (current === undefined || current === entry || entry.VersionNumber !== newest) return undefined
  const data = isRecord(current.LaunchTemplateData) ? current.LaunchTemplateData : {}
  return { version: String(current.VersionNumber), hasImage: data.ImageId !== undefined }
}

/** Fields of the template; user data is one text, whose lines have no places of their own. */
function placeOf(yaml: PositionedYaml, path: Path): PlaceOf {
  return (member) => {
    if (member === 'userData') return yaml.locateKey(path, 'UserData')
    if (!member.startsWith('template.')) return yaml.locate(path)
    const inner = pathIn(member.slice('template.'.length))
    const last = inner.at(-1)
    const above = [...path, ...inner.slice(0, -1)]
    return typeof last === 'string'
      ? yaml.locateKey(above, last)
      : yaml.locate([...above, last ?? 0])
  }
}

/** `BlockDeviceMappings[0].Ebs` as a path. */
function pathIn(member: string): Path {
  return member
    .split(/[.[\]]+/)
    .filter((part) => part !== '')
    .map((part) => (/^\d+$/.test(part) ? Number.parseInt(part, 10) : part))
}
