/** What EKS needs to turn one group into the other. Nodes layer, pure. */

import {
  type ChangeNeed,
  type NodeGroupChange,
  type NodeGroupMembers,
  needOf,
  nodeGroupChanges,
  replacementName,
} from '../node-group-change.ts'
import { amiTypeOf, isMerged, type NodeSource } from './node-source.ts'

/** The changes and the hardest of them; no changes, no need. */
export interface SourceChange {
  readonly changes: readonly NodeGroupChange[]
  readonly need: ChangeNeed | undefined
  /** Free name of the group that would stand beside; undefined unless a replacement is needed. */
  readonly replacementName: string | undefined
}

/** Sizes, tags and update settings are not looked at: no node gets anything of them. */
export function sourceChange(from: NodeSource, to: NodeSource): SourceChange {
  const areSubnetsAlike =
    Array.isArray(from.placement.subnets) === Array.isArray(to.placement.subnets)
  const [first, second] = [from, to].map((source) => membersOf(source, areSubnetsAlike))
  const changes = nodeGroupChanges(first ?? {}, second ?? {})
  const need = needOf(changes)
  const name = replacementName(from.nodeGroupName, second ?? {})
  return { changes, need, replacementName: need === 'replacement' ? name : undefined }
}

/** In EKS's words. With an image of its own, EKS takes neither a version nor a release. */
function membersOf(source: NodeSource, withSubnets: boolean): NodeGroupMembers {
  const { imageId, placement, userData } = source
  const eks = { version: source.kubernetesVersion, releaseVersion: source.releaseVersion }
  return {
    amiType: amiTypeOf(source),
    capacityType: source.capacityType,
    instanceTypes: source.instanceTypes,
    labels: source.labels,
    nodeRole: placement.nodeRole,
    taints: source.taints,
    ...(withSubnets ? { subnets: placement.subnets } : {}),
    ...(isMerged(source) ? eks : {}),
    launchTemplateData: {
      ...(imageId === undefined ? {} : { ImageId: imageId }),
      UserData: userData,
    },
  }
}
