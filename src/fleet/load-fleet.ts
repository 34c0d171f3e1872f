/** From the text of fleet.yaml to the desired fleet, or to all that is wrong with it. Fleet layer, pure. */

import { instanceType } from '../nodes/instance-types.ts'
import { minorOf, parseVersion } from '../nodes/kubernetes-version.ts'
import type { Finding, SourceLocation } from '../world/finding.ts'
import type { StringMap, Taint } from '../world/kube-objects.ts'
import type { DesiredCluster, DesiredFleet, DesiredNodeGroup } from './desired.ts'
import { expandEntry, type FlatEntry, mergeLayers, substitute } from './expand.ts'
import { migrationOf } from './migration.ts'
import { semanticFindings } from './rules.ts'
import { type FleetFile, fleetSchema } from './schema.ts'
import { shapeFindings } from './shape-findings.ts'
import { type PositionedYaml, readYaml } from './yaml-reader.ts'

/** A fleet only when there is no finding of severity error. */
export interface LoadedFleet {
  readonly desired?: DesiredFleet
  /** In order of position. */
  readonly findings: readonly Finding[]
}

/** Reads and checks everything in one run. `file` is only a name for positions. */
export function loadFleet(input: {
  readonly file: string
  readonly bytes: Uint8Array | string
}): LoadedFleet {
  const { findings, yaml } = readYaml(input.file, input.bytes)
  if (yaml === undefined) return { findings }
  const parsed = fleetSchema.safeParse(yaml.value)
  const all = [
    ...semanticFindings(yaml),
    ...(parsed.success ? [] : shapeFindings(parsed.error, yaml)),
  ]
  if (!parsed.success || all.length > 0) return { findings: sorted(all) }
  const clusters = clustersOf(parsed.data, yaml)
  const late = clusters.flatMap(nameFindings)
  if (late.length > 0) return { findings: sorted(late) }
  return { desired: { name: parsed.data.metadata.name, clusters }, findings: [] }
}

function sorted(findings: readonly Finding[]): readonly Finding[] {
  const line = (one: Finding): number => one.location?.line ?? 0
  const column = (one: Finding): number => one.location?.column ?? 0
  return [...findings].sort(
    (a, b) => line(a) - line(b) || column(a) - column(b) || (a.code < b.code ? -1 : 1),
  )
}

function clustersOf(file: FleetFile, yaml: PositionedYaml): readonly DesiredCluster[] {
  return file.clusters.flatMap((entry, index) =>
    entry.names.map((name, at) => {
      const region = entry.region ?? file.defaults?.region ?? 'us-east-1'
      const variables = { cluster: name, region }
      const { kubernetesVersion: _, region: __, ...defaults } = file.defaults ?? {}
      const flat = file.nodeGroups.flatMap((group, groupIndex) =>
        expandEntry(group, defaults).map((one) => ({
          entry: mergeLayers(one, entry.override ?? {}) as unknown as FlatEntry,
          location: yaml.locate(['nodeGroups', groupIndex]),
        })),
      )
      return {
        name,
        region,
        kubernetesVersion: entry.kubernetesVersion ?? file.defaults?.kubernetesVersion ?? '1.35',
        labels: plain(entry.labels),
        nodeGroups: flat.map(({ entry: one, location }) => groupOf(one, variables, location)),
        migration: migrationOf(file.migration, variables),
        priorityExpanderEnabled: file.priorityExpander?.enabled ?? false,
        addons: Object.keys(file.addons ?? { 'kube-proxy': '', coredns: '', 'vpc-cni': '' }),
        managesAutoscalerImage: file.clusterAutoscaler?.manageImage ?? true,
        location: yaml.locate(['clusters', index, 'names', at]),
      }
    }),
  )
}

function plain(map: Readonly<Record<string, string | null>> | undefined): StringMap {
  const entries = Object.entries(map ?? {}).flatMap(([key, value]) =>
    value === null ? [] : [[key, value]],
  )
  return Object.fromEntries(entries) as StringMap
}

const effects: Readonly<Record<string, Taint['effect']>> = {
  NO_EXECUTE: 'NoExecute',
  NO_SCHEDULE: 'NoSchedule',
  PREFER_NO_SCHEDULE: 'PreferNoSchedule',
}

function groupOf(
  raw: FlatEntry,
  variables: Readonly<Record<string, string>>,
  location: SourceLocation,
): DesiredNodeGroup {
  const capacityType = raw.capacityType ?? 'ON_DEMAND'
  const types = raw.instanceTypes ?? ['t3.medium']
  const arch = raw.arch ?? instanceType(types[0] ?? '')?.arch ?? 'amd64'
  const capacity = capacityType === 'SPOT' ? 'spot' : 'on-demand'
  const entry = substitute(raw, { ...variables, arch, capacity })
  const { maxUnavailable, maxUnavailablePercentage } = entry.updateConfig ?? {}
  const { iops, size = 20, throughput, type = 'gp3' } = entry.volume ?? {}
  return {
    name: entry.name,
    availabilityZone: entry.availabilityZone ?? '*',
    capacityType,
    arch,
    instanceTypes: types,
    amiFamily: entry.amiFamily ?? 'AmazonLinux2023',
    releaseVersion: entry.releaseVersion ?? 'latest',
    nodeRole: entry.nodeRole ?? '',
    subnetSelector: plain(entry.subnetSelector),
    minSize: entry.minSize ?? 0,
    maxSize: entry.maxSize ?? 10,
    labels: plain(entry.labels),
    taints: (entry.taints ?? []).map(({ effect, key, value }) => ({
      key,
      value: value ?? '',
      effect: effects[effect] ?? (effect as Taint['effect']),
    })),
    tags: plain(entry.tags),
    kubelet: entry.kubelet ?? {},
    volume: {
      size,
      type,
      ...(iops === undefined ? {} : { iops }),
      ...(throughput === undefined ? {} : { throughput }),
    },
    ebsOptimized: entry.ebsOptimized ?? true,
    updateConfig:
      maxUnavailable !== undefined
        ? { maxUnavailable }
        : maxUnavailablePercentage !== undefined
          ? { maxUnavailablePercentage }
          : undefined,
    priority: entry.priority ?? 10,
    location,
  }
}

/** Names are unique per cluster and at most 63 characters; both show only after expansion. */
function nameFindings(cluster: DesiredCluster): readonly Finding[] {
  const findings: Finding[] = []
  const seen = new Set<string>()
  for (const { location, name } of cluster.nodeGroups) {
    const base = { severity: 'error' as const, ...(location === undefined ? {} : { location }) }
    if (seen.has(name)) {
      const message = `two node groups of cluster ${cluster.name} are named ${name}`
      const remedy = 'Put $(az), $(capacity) or $(arch) into the name.'
      findings.push({ ...base, code: 'fleet/duplicate-name', message, remedy })
    }
    seen.add(name)
    const longest = name.replace('$(azIndex)', '0').replace('$(az)', 'eu-west-1a')
    if (!/^[0-9A-Za-z][0-9A-Za-z_-]{0,62}$/.test(longest)) {
      const message = `node group name ${name} is not valid: at most 63 letters, digits, - and _`
      findings.push({ ...base, code: 'fleet/invalid-name', message, remedy: 'Shorten or mend it.' })
    }
  }
  if (
    parseVersion(cluster.kubernetesVersion) === undefined ||
    Number.isNaN(minorOf(cluster.kubernetesVersion))
  ) {
    const message = `kubernetesVersion ${cluster.kubernetesVersion} is not a version`
    findings.push({
      code: 'fleet/invalid-version',
      severity: 'error',
      message,
      remedy: 'Write "1.35".',
    })
  }
  return findings
}
