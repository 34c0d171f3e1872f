/** What is wrong with a world file beyond its shape. Twin layer, pure. */

import { instanceType, instanceTypeNames } from '../../nodes/instance-types.ts'
import { nearest } from '../../world/documents/nearest.ts'
import { textOf } from '../../world/documents/shape-findings.ts'
import type { PositionedYaml } from '../../world/documents/yaml-reader.ts'
import type { Finding } from '../../world/finding.ts'
import { scenarioNames, scenarioRow } from './scenario.ts'
import type { WorldFile } from './world-schema.ts'

type Group = NonNullable<WorldFile['groups']>[number]
type Path = readonly (string | number)[]

/** All of them, in no particular order. */
export function worldFindings(data: WorldFile, yaml: PositionedYaml): readonly Finding[] {
  const groups = data.groups ?? []
  return [
    ...groups.flatMap((group, index) => groupFindings(group, ['groups', index], yaml)),
    ...duplicateFindings(groups, yaml),
    ...scenarioFindings(data, yaml),
    ...zoneFindings(data, yaml),
    ...outageFindings(data, yaml),
  ]
}

/** A finding of the world file at a path. */
export function worldFinding(
  yaml: PositionedYaml,
  path: Path,
  what: Pick<Finding, 'code' | 'message' | 'remedy'>,
): Finding {
  return { ...what, severity: 'error', path: textOf(path), location: yaml.locate(path) }
}

function groupFindings(group: Group, path: Path, yaml: PositionedYaml): readonly Finding[] {
  const { count, instanceType: type, instanceTypes, maxSize, minSize, name, taints } = group
  const findings: Finding[] = []
  const key = instanceTypes === undefined ? 'instanceType' : 'instanceTypes'
  const types = instanceTypes ?? (type === undefined ? [] : [type])
  if (types.length === 0) {
    const message = `group ${name} has no instance type`
    const remedy = 'Add instanceType.'
    findings.push(worldFinding(yaml, path, { code: 'world/no-instance-type', message, remedy }))
  }
  findings.push(...unknownTypes(`group ${name}`, { types, path: [...path, key], yaml }))
  if (count < (minSize ?? 0) || count > (maxSize ?? Number.POSITIVE_INFINITY)) {
    const message = `group ${name} has ${count} nodes, outside of its minSize and maxSize`
    const remedy = 'Make minSize <= count <= maxSize.'
    findings.push(
      worldFinding(yaml, [...path, 'count'], { code: 'world/count-out-of-range', message, remedy }),
    )
  }
  for (const [index, text] of (taints ?? []).entries()) {
    if (/^[^=:\s]+(?:=[^=:\s]*)?:(?:NoSchedule|PreferNoSchedule|NoExecute)$/.test(text)) continue
    const message = `${text} is not a taint`
    const remedy = 'Write key=value:Effect, e.g. arch=arm64:NoSchedule.'
    const where = [...path, 'taints', index]
    findings.push(worldFinding(yaml, where, { code: 'world/invalid-taint', message, remedy }))
  }
  return findings
}

/** Types that are not in the table of instance types; `owner` says whose they are. */
export function unknownTypes(
  owner: string,
  where: { readonly types: readonly string[]; readonly path: Path; readonly yaml: PositionedYaml },
): readonly Finding[] {
  const unknown = where.types.filter((type) => instanceType(type) === undefined)
  return unknown.map((type) => {
    const near = nearest(type, instanceTypeNames())
    return worldFinding(where.yaml, where.path, {
      code: 'world/unknown-instance-type',
      message: `${owner}: ${type} is not an EC2 instance type that we know`,
      remedy: near === undefined ? 'Put a similar type in its place.' : `Did you mean ${near}?`,
    })
  })
}

function duplicateFindings(groups: readonly Group[], yaml: PositionedYaml): readonly Finding[] {
  const seen = new Set<string>()
  return groups.flatMap(({ name }, index) => {
    const isTwice = seen.has(name)
    seen.add(name)
    if (!isTwice) return []
    const message = `two groups are named ${name}`
    const remedy = 'Names of Auto Scaling groups are unique in an account and Region.'
    return worldFinding(yaml, ['groups', index, 'name'], {
      code: 'world/duplicate-name',
      message,
      remedy,
    })
  })
}

function scenarioFindings(data: WorldFile, yaml: PositionedYaml): readonly Finding[] {
  const name = data.workloads?.scenario
  if (name === undefined || scenarioRow(name) !== undefined) return []
  const near = nearest(name, scenarioNames)
  const hint = near === undefined ? '' : `Did you mean ${near}? `
  return [
    worldFinding(yaml, ['workloads', 'scenario'], {
      code: 'world/unknown-scenario',
      message: `there is no scenario ${name}`,
      remedy: `${hint}There are ${scenarioNames.join(', ')}.`,
    }),
  ]
}

function outageFindings(data: WorldFile, yaml: PositionedYaml): readonly Finding[] {
  return (data.outages ?? []).flatMap((outage, index) => {
    const path = ['outages', index]
    const { fromMinutes, instanceType: type, untilMinutes } = outage
    const types = type === undefined ? [] : [type]
    const where = { types, path: [...path, 'instanceType'], yaml }
    const found = unknownTypes(`outage ${index + 1}`, where)
    if (untilMinutes === undefined || untilMinutes > fromMinutes) return found
    const code = 'world/empty-outage'
    const message = `outage ${index + 1} ends at minute ${untilMinutes}, before it begins at minute ${fromMinutes}`
    const remedy = 'Make untilMinutes larger than fromMinutes, or leave it out.'
    return [...found, worldFinding(yaml, [...path, 'untilMinutes'], { code, message, remedy })]
  })
}

/** Zones are letters or whole names of one Region. */
function zoneFindings(data: WorldFile, yaml: PositionedYaml): readonly Finding[] {
  // With groups as AWS prints them the Region is theirs.
  if (data.region === undefined && data.groupsFile !== undefined) return []
  const region = data.region ?? 'eu-west-1'
  const wrong = (zone: string): boolean =>
    !/^[a-z]$/.test(zone) && !(zone.startsWith(region) && /^[a-z]$/.test(zone.slice(region.length)))
  const of = (zones: readonly string[], path: Path): readonly Finding[] =>
    zones.filter(wrong).map((zone) =>
      worldFinding(yaml, path, {
        code: 'world/unknown-zone',
        message: `${zone} is not a zone of ${region}`,
        remedy: `Write a letter, or a whole name such as ${region}a.`,
      }),
    )
  return [
    ...of(data.zones ?? [], ['zones']),
    ...(data.groups ?? []).flatMap(({ zone, zones }, index) => [
      ...of(zone === undefined ? [] : [zone], ['groups', index, 'zone']),
      ...of(zones ?? [], ['groups', index, 'zones']),
    ]),
    ...(data.outages ?? []).flatMap(({ zone }, index) =>
      of(zone === undefined ? [] : [zone], ['outages', index, 'zone']),
    ),
  ]
}
