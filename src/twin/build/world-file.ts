/** world.yaml: a user's own cluster as a world. Twin layer, pure: files are read by the caller. */

import { type Issue, shapeFindings } from '../../world/documents/shape-findings.ts'
import { type PositionedYaml, readYaml } from '../../world/documents/yaml-reader.ts'
import type { Finding } from '../../world/finding.ts'
import type { KubeObject, Node } from '../../world/kube-objects.ts'
import { groupsFromDescribe } from './described-groups.ts'
import { seatNodes } from './dump-nodes.ts'
import { readManifests } from './manifests.ts'
import { fullZone, outageOf } from './outage.ts'
import { taint } from './pod-template.ts'
import { clusterTags, nodeRoleOf, scenarioObjects, scenarioRow } from './scenario.ts'
import { unknownTypes, worldFinding, worldFindings } from './world-findings.ts'
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
  const { file: data, yaml } = parsed
  if (data === undefined || yaml === undefined) return { findings: parsed.findings, warnings: [] }
  const { described, findings: describedFindings } = readGroups(data, sources, yaml)
  // Zones of the groups that stand say the region best.
  const region = data.region ?? regionOf(described[0]?.zones[0] ?? '') ?? 'eu-west-1'
  const zones =
    data.zones?.map((zone) => fullZone(zone, region)) ?? zonesOf(data, described, region)
  const paths = (data.manifests ?? []).flatMap((path) => sources.list(path))
  const manifests = readManifests(paths.map((path) => ({ file: path, bytes: sources.read(path) })))
  const findings = [...parsed.findings, ...describedFindings, ...manifests.findings]
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
  const startAt = data.startAt ?? '2026-11-24T08:00:00Z'
  const world: WorldSpec = {
    name,
    startAt,
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
    outages: outagesOf(data, Date.parse(startAt), region),
    faults: [],
    freeAddresses: {},
    ...(data.wireFaults === undefined ? {} : { wireFaults: data.wireFaults }),
    ...(data.kubeFaults === undefined ? {} : { kubeFaults: data.kubeFaults }),
  }
  const warnings = [...kindWarnings(manifests.otherKinds), ...nodeWarnings(seated.unseated)]
  return { world, findings: [], warnings }
}

function readGroups(
  data: WorldFile,
  sources: WorldSources,
  yaml: PositionedYaml,
): { readonly described: readonly WorldGroup[]; readonly findings: readonly Finding[] } {
  if (data.groupsFile === undefined) return { described: [], findings: [] }
  const path = ['groupsFile']
  try {
    const described = groupsFromDescribe(sources.read(data.groupsFile), data.cluster.name)
    const findings = described.flatMap((group) =>
      unknownTypes(`group ${group.name}`, { types: group.instanceTypes, path, yaml }),
    )
    return { described, findings }
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error
    const message = `${data.groupsFile} is not the JSON of describe-auto-scaling-groups: ${error.message}`
    const remedy = 'Write it with `aws autoscaling describe-auto-scaling-groups --output json`.'
    const code = 'world/groups-file'
    return { described: [], findings: [worldFinding(yaml, path, { code, message, remedy })] }
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

function parseWorld(
  file: string,
  bytes: Uint8Array,
): { file?: WorldFile; yaml?: PositionedYaml; findings: readonly Finding[] } {
  const { findings, yaml } = readYaml(file, bytes)
  if (yaml === undefined) return { findings }
  const parsed = worldSchema.safeParse(yaml.value)
  if (parsed.success) return { file: parsed.data, yaml, findings: worldFindings(parsed.data, yaml) }
  const issues = parsed.error.issues as readonly unknown[] as readonly Issue[]
  const context = { area: 'world', page: 'docs/world.md', schema: worldSchema, yaml }
  return { findings: shapeFindings(issues, context) }
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

function outagesOf(data: WorldFile, startMs: number, region: string): WorldSpec['outages'] {
  return (data.outages ?? []).map(({ fromMinutes, untilMinutes, ...named }) => {
    const untilMs = untilMinutes === undefined ? undefined : startMs + untilMinutes * 60_000
    return outageOf({ ...named, fromMs: startMs + fromMinutes * 60_000, untilMs }, region)
  })
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
    launchKind: (group.instanceTypes?.length ?? 1) > 1 ? 'mixed' : 'template',
    tags: { ...clusterTags(clusterName), ...group.tags },
    suspendedProcesses: [],
    isInstanceRefreshActive: group.instanceRefresh === 'in-progress',
  }
}
