/** A wanted group with what only AWS knows, so that it can be compared with the live one. Nodes layer, pure. */

import type { NodeSource } from './node-source.ts'

/**
 * Facts of the cluster, the zone, the template's id and the tags of the Auto Scaling group are the live
 * ones; `latest` becomes the release that SSM recommends now.
 */
export function alignedWith(
  wanted: NodeSource,
  live: NodeSource,
  newestRelease: string | undefined,
): NodeSource {
  const { cluster, groupTags, nodeGroupName, template, zone } = live
  const isLatest = wanted.releaseVersion === 'latest'
  return {
    ...wanted,
    cluster,
    groupTags,
    nodeGroupName,
    template,
    zone: wanted.zone ?? zone,
    ...(isLatest && newestRelease !== undefined ? { releaseVersion: newestRelease } : {}),
  }
}
