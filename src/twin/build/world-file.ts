/** world.yaml: a user's own cluster as a world. Twin layer, pure: files are read by the caller. */

import { isMap, isNode, LineCounter, parseDocument } from 'yaml'
import { instanceType } from '../../nodes/instance-types.ts'
import type { Finding, SourceLocation } from '../../world/finding.ts'
import type { KubeObject, Node } from '../../world/kube-objects.ts'
import { groupsFromDescribe } from './described-groups.ts'
import { seatNodes } from './dump-nodes.ts'
import { readManifests } from './manifests.ts'
import { taint } from './pod-template.ts'
import { clusterTags, nodeRoleOf, scenarioNames, scenarioObjects, scenarioRow } from './scenario.ts'
import { type WorldFile, worldSchema } from './world-schema.ts'
import type { WorldGroup, WorldSpec } from './world-spec.ts'

/** How the caller gives files: paths are relative to the world file. */
export interface WorldSources {
  /** Files under a path that end in .yaml, .yml or .json, sorted; the path itself for a file. */
  list(path: string): readonly string[]
  read(path: string): Uint8Array
}

/** A world only when nothing is wrong. */
export interface LoadedWorld {
  readonly world?: WorldSpec
  readonly findings: readonly Finding[]
  /** Things that are not simulated, one sentence each. */
  readonly warnings: readonly string[]
}

/** Reads everything the file names; all faults in one run. */
export function loadWorld(file: string, bytes: Uint8Array, sources: WorldSources): LoadedWorld {
  const parsed = parseWorld(file, bytes)
  if (parsed.file === undefined) return { findings: parsed.findings, warnings: [] }
  const { file: data, locate } = parsed
  const { described, findings: describedFindings } = readGroups(data, sources, locate)
  // Zones of the groups that stand say the region best.
  const region = data.region ?? regionOf(described[0]?.zones[0] ?? '') ?? 'eu-west-1'
  const zones = data.zones ?? zonesOf(data, described, region)
  const paths = (data.manifests ?? []).flatMap((path) => sources.list(path))
  const manifests = readManifests(paths.map((path) => ({ file: path, bytes: sources.read(path) })))
  const findings = [
    ...groupFindings(data, locate),
    ...describedFindings,
    ...manifests.findings,
    ...scenarioFindings(data, locate),
  ]
  if (findings.length > 0) return { findings, warnings: [] }
  const name = data.metadata?.name ?? data.cluster.name
  const own = (data.groups ?? []).map((group) =>
    worldGroup(data.cluster.name, group, { region, zones }),
  )
  const tagged = described.map((group) => ({
    ...group,
    tags: { ...clusterTags(data.cluster.name), ...group.tags },
  }))
  const nodes = manifests.objects.filter((object): object is Node => object.kind === 'Node')
  const seated = seatNodes([...own, ...tagged], nodes)
  const objects: readonly KubeObject[] = [
    ...seated.nodes,
    ...manifests.objects.filter((object) => object.kind !== 'Node'),
    ...(data.workloads === undefined
      ? []
      : scenarioObjects(scenarioRow(data.workloads.scenario)!, zones)),
  ]
  const world: WorldSpec = {
    name,
    startAt: data.startAt ?? '2026-11-24T08:00:00Z',
    region,
    accountId: '111122223333',
    zones,
    clusters: [
      {
        name: data.cluster.name,
        kubernetesVersion: data.cluster.kubernetesVersion,
        nodeRole: data.cluster.nodeRole ?? nodeRoleOf(data.cluster.name),
        groups: seated.groups,
        objects,
        autoscaler:
          data.cluster.autoscaler === false
            ? undefined
            : { expanders: ['priority', 'least-waste'] },
        priorities: data.cluster.priorities,
      },
    ],
    outages: [],
    faults: [],
    freeAddresses: {},
    ...(data.wireFaults === undefined ? {} : { wireFaults: data.wireFaults }),
  }
  const warnings = [...kindWarnings(manifests.otherKinds), ...nodeWarnings(seated.unseated)]
  return { world, findings: [], warnings }
}

function readGroups(
  data: WorldFile,
  sources: WorldSources,
  locate: Locate,
): { readonly described: readonly WorldGroup[]; readonly findings: readonly Finding[] } {
  if (data.groupsFile === undefined) return { described: [], findings: [] }
  const where = locate(['groupsFile'])
  try {
    const described = groupsFromDescribe(sources.read(data.groupsFile), data.cluster.name)
    const findings = described.flatMap((group) =>
      unknownTypes(group.name, group.instanceTypes, where),
    )
    return { described, findings }
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error
    const message = `${data.groupsFile} is not the JSON of describe-auto-scaling-groups: ${error.message}`
    const remedy = 'Write it with `aws autoscaling describe-auto-scaling-groups --output json`.'
    return { described: [], findings: [finding('world/groups-file', message, remedy, where)] }
  }
}

function kindWarnings(otherKinds: ReadonlyMap<string, number>): readonly string[] {
  if (otherKinds.size === 0) return []
  const count = [...otherKinds.values()].reduce((sum, one) => sum + one, 0)
  const kinds = [...otherKinds].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  const shown = kinds.slice(0, 8).map(([kind, number]) => `${number} ${kind}`)
  const more = kinds.length > 8 ? ` and ${kinds.length - 8} kinds more` : ''
  return [
    `${count} objects of ${kinds.length} kinds that the twin does not simulate were left aside: ` +
      `${shown.join(', ')}${more}`,
  ]
}

function nodeWarnings(unseated: readonly Node[]): readonly string[] {
  if (unseated.length === 0) return []
  const names = unseated.slice(0, 3).map((node) => node.metadata.name)
  const more = unseated.length > 3 ? ', ...' : ''
  return [
    `${unseated.length} nodes belong to no group of the world and were left aside, their pods are placed ` +
      `anew: ${names.join(', ')}${more}`,
  ]
}

type Locate = (path: readonly (string | number)[]) => SourceLocation

function parseWorld(
  file: string,
  bytes: Uint8Array,
):
  | { readonly file?: undefined; readonly findings: readonly Finding[] }
  | { readonly file: WorldFile; readonly locate: Locate } {
  const start = { file, line: 1, column: 1 }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return {
      findings: [
        finding('world/not-utf8', 'the file is not valid UTF-8', 'Save it as UTF-8.', start),
      ],
    }
  }
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, merge: true })
  const at = (offset: number): SourceLocation => {
    const { col, line } = lineCounter.linePos(offset)
    return { file, line, column: col }
  }
  if (document.errors.length > 0) {
    return {
      findings: document.errors.map((error) =>
        finding(
          'world/syntax',
          error.message.split('\n')[0] ?? '',
          'Mend the YAML here.',
          at(error.pos[0]),
        ),
      ),
    }
  }
  const locate: Locate = (path) => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return at(node.range[0])
    }
    return start
  }
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    const why = error instanceof Error ? error.message : 'too many aliases'
    return { findings: [finding('world/aliases', why, 'Write the values out.', start)] }
  }
  const parsed = worldSchema.safeParse(value)
  if (parsed.success) return { file: parsed.data, locate }
  return {
    findings: parsed.error.issues.map((issue) => {
      const keys = 'keys' in issue ? ` ${(issue.keys as readonly string[]).join(', ')}` : ''
      const path = issue.path.filter((part): part is string | number => typeof part !== 'symbol')
      const where = isMap(document.contents) ? path.join('.') : ''
      return finding(
        'world/shape',
        `${where} ${issue.message}${keys === '' || issue.message.includes(keys.trim()) ? '' : keys}`.trim(),
        'See docs/world.md.',
        locate(path),
      )
    }),
  }
}

function finding(code: string, message: string, remedy: string, location: SourceLocation): Finding {
  return { code, severity: 'error', message, remedy, location }
}

function groupFindings(data: WorldFile, locate: Locate): readonly Finding[] {
  return (data.groups ?? []).flatMap((group, index) => {
    const types =
      group.instanceTypes ?? (group.instanceType === undefined ? [] : [group.instanceType])
    const where = locate(['groups', index])
    if (types.length === 0)
      return finding(
        'world/no-instance-type',
        `group ${group.name} has no instance type`,
        'Add instanceType.',
        where,
      )
    return unknownTypes(group.name, types, where)
  })
}

function unknownTypes(
  groupName: string,
  types: readonly string[],
  where: SourceLocation,
): readonly Finding[] {
  const unknown = types.filter((name) => instanceType(name) === undefined)
  return unknown.map((name) => {
    const message = `group ${groupName}: ${name} is not an EC2 instance type that we know`
    return finding('world/unknown-instance-type', message, 'Check the name.', where)
  })
}

function scenarioFindings(data: WorldFile, locate: Locate): readonly Finding[] {
  const name = data.workloads?.scenario
  if (name === undefined || scenarioRow(name) !== undefined) return []
  const remedy = `Use one of ${scenarioNames.join(', ')}.`
  return [
    finding(
      'world/unknown-scenario',
      `there is no scenario ${name}`,
      remedy,
      locate(['workloads', 'scenario']),
    ),
  ]
}

function zonesOf(
  data: WorldFile,
  described: readonly WorldGroup[],
  region: string,
): readonly string[] {
  const named = (data.groups ?? []).flatMap(
    (group) => group.zones ?? (group.zone === undefined ? [] : [group.zone]),
  )
  const all = [
    ...named.map((zone) => fullZone(zone, region)),
    ...described.flatMap((group) => group.zones),
  ]
  const found = [...new Set(all)].sort()
  return found.length > 0 ? found : ['a', 'b', 'c'].map((letter) => region + letter)
}

/** `eu-west-1` of `eu-west-1b`; undefined for local zones. */
function regionOf(zone: string): string | undefined {
  return /^([a-z]+(?:-[a-z]+)+-\d+)[a-z]$/.exec(zone)?.[1]
}

function fullZone(zone: string, region: string): string {
  return zone.length === 1 ? region + zone : zone
}

function worldGroup(
  clusterName: string,
  group: NonNullable<WorldFile['groups']>[number],
  context: { readonly region: string; readonly zones: readonly string[] },
): WorldGroup {
  const zones = group.zones ?? (group.zone === undefined ? context.zones : [group.zone])
  return {
    name: group.name,
    zones: zones.map((zone) => fullZone(zone, context.region)),
    instanceTypes: group.instanceTypes ?? [group.instanceType ?? ''],
    capacityType: group.capacityType ?? 'ON_DEMAND',
    minSize: group.minSize ?? Math.min(1, group.count),
    maxSize: group.maxSize ?? group.count + 10,
    desiredCapacity: group.count,
    labels: group.labels ?? {},
    taints: (group.taints ?? []).map(taint),
    amiFamily: group.amiFamily ?? 'AmazonLinux2',
    launchKind: 'template',
    tags: { ...clusterTags(clusterName), ...group.tags },
    suspendedProcesses: [],
  }
}
