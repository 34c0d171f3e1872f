/** One flat entry with all defaults as a desired node group. Fleet layer, pure. */

import { instanceType } from '../nodes/instance-types.ts'
import type { SourceLocation } from '../world/finding.ts'
import type { StringMap, Taint } from '../world/kube-objects.ts'
import type { DesiredNodeGroup, DesiredVolume } from './desired.ts'
import { type FlatEntry, substitute } from './expand.ts'

const effects: Readonly<Record<string, Taint['effect']>> = {
  NO_EXECUTE: 'NoExecute',
  NO_SCHEDULE: 'NoSchedule',
  PREFER_NO_SCHEDULE: 'PreferNoSchedule',
}

/** `variables` are those of the cluster; those of the zone stay in the texts until zones are known. */
export function groupOf(
  raw: FlatEntry,
  variables: Readonly<Record<string, string>>,
  place: {
    readonly location: SourceLocation
    readonly origins: Readonly<Record<string, SourceLocation>>
  },
): DesiredNodeGroup {
  const capacityType = raw.capacityType ?? 'ON_DEMAND'
  const types = raw.instanceTypes ?? ['t3.medium']
  const arch = raw.arch ?? instanceType(types[0] ?? '')?.arch ?? 'amd64'
  const capacity = capacityType === 'SPOT' ? 'spot' : 'on-demand'
  const entry = substitute(raw, { ...variables, arch, capacity })
  return {
    name: entry.name,
    availabilityZone: entry.availabilityZone ?? '*',
    capacityType,
    arch,
    instanceTypes: types,
    amiFamily: entry.amiFamily ?? 'AmazonLinux2023',
    amiId: entry.ami?.id,
    releaseVersion: entry.releaseVersion ?? 'latest',
    nodeRole: entry.nodeRole ?? '',
    subnetSelector: withoutNulls(entry.subnetSelector),
    minSize: entry.minSize ?? 0,
    maxSize: entry.maxSize ?? 10,
    labels: withoutNulls(entry.labels),
    taints: (entry.taints ?? []).map(({ effect, key, value }) => ({
      key,
      value: value ?? '',
      effect: effects[effect] ?? (effect as Taint['effect']),
    })),
    tags: withoutNulls(entry.tags),
    kubelet: entry.kubelet ?? {},
    // Scripts stay as they are: $(arch) is a command of the shell.
    preBootstrapCommands: raw.preBootstrapCommands ?? [],
    userData: raw.userData,
    volume: volumeOf(entry.volume),
    ebsOptimized: entry.ebsOptimized ?? true,
    updateConfig: updateConfigOf(entry.updateConfig),
    priority: entry.priority ?? 10,
    ...place,
  }
}

function volumeOf(volume: FlatEntry['volume']): DesiredVolume {
  const { iops, size = 20, throughput, type = 'gp3' } = volume ?? {}
  return {
    size,
    type,
    ...(iops === undefined ? {} : { iops }),
    ...(throughput === undefined ? {} : { throughput }),
  }
}

/** A count wins over a share; the loader refuses both together. */
function updateConfigOf({
  maxUnavailable,
  maxUnavailablePercentage,
}: NonNullable<FlatEntry['updateConfig']> = {}): DesiredNodeGroup['updateConfig'] {
  if (maxUnavailable !== undefined) return { maxUnavailable }
  return maxUnavailablePercentage === undefined ? undefined : { maxUnavailablePercentage }
}

/** `null` removes a value of a lower layer, and means nothing in the lowest. */
export function withoutNulls(
  map: Readonly<Record<string, string | null | undefined>> | undefined,
): StringMap {
  const entries = Object.entries(map ?? {}).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [[key, value]],
  )
  return Object.fromEntries(entries) as StringMap
}
