/** Which images a fleet uses: one row for all groups that share one. Fleet layer, pure. */

import type { AmiFamily } from '../nodes/ami-parameters.ts'
import type { DesiredFleet } from './desired.ts'

/** What picks one image, and who uses it. */
export interface FleetImage {
  readonly region: string
  readonly kubernetesVersion: string
  readonly family: AmiFamily
  readonly arch: 'amd64' | 'arm64'
  /** An image of the team's own; undefined = EKS's. */
  readonly amiId: string | undefined
  /** `latest` or an exact release. */
  readonly releaseVersion: string
  /** In the order of the file. */
  readonly clusters: readonly string[]
  /** Groups of all these clusters; a pattern of one group per zone counts once per cluster. */
  readonly groupCount: number
}

/** In the order in which the fleet first uses them. */
export function imagesOf(fleet: DesiredFleet): readonly FleetImage[] {
  const rows = new Map<string, FleetImage>()
  for (const { kubernetesVersion, name, nodeGroups, region } of fleet.clusters) {
    for (const { amiFamily: family, amiId, arch, releaseVersion } of nodeGroups) {
      const key = [region, kubernetesVersion, family, arch, amiId ?? releaseVersion].join(' ')
      const { clusters = [], groupCount = 0 } = rows.get(key) ?? {}
      rows.set(key, {
        region,
        kubernetesVersion,
        family,
        arch,
        amiId,
        releaseVersion,
        clusters: clusters.at(-1) === name ? clusters : [...clusters, name],
        groupCount: groupCount + 1,
      })
    }
  }
  return [...rows.values()]
}
