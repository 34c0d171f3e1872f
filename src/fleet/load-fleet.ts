/** From the text of fleet.yaml to the desired fleet, or to all that is wrong with it. Fleet layer, pure. */

import { type Issue, meantKey, shapeFindings, textOf } from '../world/documents/shape-findings.ts'
import { type PositionedYaml, readYaml } from '../world/documents/yaml-reader.ts'
import type { Finding, SourceLocation } from '../world/finding.ts'
import type { DesiredCluster, DesiredFleet, DesiredWaiver } from './desired.ts'
import { expandEntry, type FlatEntry, type Layered, layerOf, over, type Path } from './expand.ts'
import { expandedFindings } from './expanded-findings.ts'
import { groupOf, withoutNulls } from './group-of.ts'
import { migrationOf } from './migration.ts'
import { withoutFaults } from './repair.ts'
import { semanticFindings } from './rules.ts'
import { type FleetFile, fleetSchema } from './schema.ts'

/** A fleet only when there is no finding of severity error. */
export interface LoadedFleet {
  readonly desired?: DesiredFleet
  /** What is sound of the fleet, even with findings of severity error; undefined when nothing is. */
  readonly expanded?: readonly DesiredCluster[]
  readonly waivers: readonly DesiredWaiver[]
  /** In order of position. */
  readonly findings: readonly Finding[]
}

/** Rounds of taking faulty parts out before the rest is left unchecked. */
const repairsMax = 4

/** Reads and checks everything in one run. `file` is only a name for positions. */
export function loadFleet(input: {
  readonly file: string
  readonly bytes: Uint8Array | string
}): LoadedFleet {
  const { findings, yaml } = readYaml(input.file, input.bytes)
  if (yaml === undefined) return { findings, waivers: [] }
  const { file, issues } = sound(yaml.value)
  const shape = { area: 'fleet', page: 'docs/fleet-file.md', schema: fleetSchema, yaml }
  const early = [...semanticFindings(yaml), ...shapeFindings(issues, shape)]
  const clusters = file === undefined ? [] : clustersOf(file, yaml)
  const late = expandedFindings(clusters).filter((one) => !isDoubtful(one, early))
  const all = sorted([...early, ...late])
  const isWrong = issues.length > 0 || all.some((one) => one.severity === 'error')
  if (file === undefined) return { findings: all, waivers: [] }
  const found = { expanded: clusters, findings: all, waivers: waiversOf(file, yaml) }
  return isWrong ? found : { ...found, desired: { name: file.metadata.name, clusters } }
}

/** What a finding of the expanded fleet follows from: a fault there makes it doubtful. */
const causes: Readonly<Record<string, readonly string[]>> = {
  'fleet/al2-ended': ['amiFamily', 'kubernetesVersion'],
  'fleet/ami-release': ['ami', 'releaseVersion'],
  'fleet/ami-user-data': ['ami', 'kubelet', 'preBootstrapCommands', 'userData'],
  'fleet/architecture-mismatch': ['arch', 'instanceTypes'],
  'fleet/duplicate-name': ['arch', 'availabilityZone', 'capacityType', 'name', 'names'],
  'fleet/invalid-name': ['name', 'names'],
  'fleet/kubelet-refuses': ['kubelet'],
  'fleet/min-above-max': ['maxSize', 'minSize'],
}

function isDoubtful(late: Finding, early: readonly Finding[]): boolean {
  const keys = causes[late.code] ?? []
  return early.some(({ code, path = '' }) => {
    if (code === 'fleet/unknown-key' || code === 'fleet/unknown-instance-type') return false
    return keys.includes(path.replace(/(?:\[\d+\])+$/, '').replace(/^.*\./, ''))
  })
}

/** The file without what the schema refuses, and the complaints about the file as it is. */
function sound(value: unknown): { file?: FleetFile; issues: readonly Issue[] } {
  let issues: readonly Issue[] | undefined
  let rest = value
  for (let round = 0; round <= repairsMax && rest !== undefined; round += 1) {
    const parsed = fleetSchema.safeParse(rest)
    if (parsed.success) return { file: parsed.data, issues: issues ?? [] }
    const found = parsed.error.issues as readonly unknown[] as readonly Issue[]
    issues ??= found
    rest = withoutFaults(rest, found, (path, key) => meantKey(fleetSchema, path, key))
  }
  return { issues: issues ?? [] }
}

function sorted(findings: readonly Finding[]): readonly Finding[] {
  const line = (one: Finding): number => one.location?.line ?? 0
  const column = (one: Finding): number => one.location?.column ?? 0
  return [...findings].sort(
    (a, b) => line(a) - line(b) || column(a) - column(b) || (a.code < b.code ? -1 : 1),
  )
}

function clustersOf(file: FleetFile, yaml: PositionedYaml): readonly DesiredCluster[] {
  const locate = remembered(yaml)
  const { kubernetesVersion, region, ...defaults } = file.defaults ?? {}
  const groups = file.nodeGroups.flatMap((group, index) => {
    const path = ['nodeGroups', index]
    return expandEntry(group, path, layerOf(defaults, ['defaults'])).map((flat) => ({ flat, path }))
  })
  const hasFrom = file.migration?.from !== undefined
  const fromLocation = hasFrom ? locate(['migration', 'from']) : undefined
  return file.clusters.flatMap((entry, index) => {
    const place: Path = ['clusters', index]
    const flats = groups.map(({ flat, path }) => {
      const { origins, value } = over(flat, entry.override ?? {}, [...place, 'override'])
      return {
        raw: value as unknown as FlatEntry,
        place: { location: locate(path), origins: located(origins, locate) },
      }
    })
    return entry.names.map((name, at) => {
      const own = { cluster: name, region: entry.region ?? region ?? 'us-east-1' }
      return {
        name,
        region: own.region,
        kubernetesVersion: entry.kubernetesVersion ?? kubernetesVersion ?? '1.35',
        labels: withoutNulls(entry.labels),
        nodeGroups: flats.map((flat) => groupOf(flat.raw, own, flat.place)),
        migration: migrationOf(file.migration, own, fromLocation),
        priorityExpanderEnabled: file.priorityExpander?.enabled ?? false,
        addons: Object.keys(file.addons ?? { 'kube-proxy': '', coredns: '', 'vpc-cni': '' }),
        managesAutoscalerImage: file.clusterAutoscaler?.manageImage ?? true,
        location: locate([...place, 'names', at]),
      }
    })
  })
}

function waiversOf({ waivers = [] }: FleetFile, yaml: PositionedYaml): readonly DesiredWaiver[] {
  return waivers.map(({ groups, ...waiver }, index) => ({
    ...waiver,
    groupGlob: groups ?? '*',
    location: yaml.locate(['waivers', index]),
  }))
}

type Locate = (path: Path) => SourceLocation

/** Many groups share the places of their values: each is looked up once. */
function remembered(yaml: PositionedYaml): Locate {
  const known = new Map<string, SourceLocation>()
  return (path) => {
    const key = textOf(path)
    const found = known.get(key) ?? yaml.locate(path)
    known.set(key, found)
    return found
  }
}

function located(
  origins: Layered['origins'],
  locate: Locate,
): Readonly<Record<string, SourceLocation>> {
  return Object.fromEntries([...origins].map(([key, path]) => [key, locate(path)]))
}
