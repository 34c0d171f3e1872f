/** What must be asked of a Region to decide the rules about some groups. Check layer, pure. */

import { isRecord } from '../../nodes/field-schema.ts'
import { releaseImageName } from '../../nodes/release-image-name.ts'
import type { ClusterFacts, GroupFacts } from '../facts.ts'
import { typesOf } from '../instance-choice.ts'
import { securityGroupsOf } from '../template-reading.ts'

/** Names and ids, each once and sorted; an empty list is not asked for. */
export interface LiveQuestions {
  readonly roleArns: readonly string[]
  readonly instanceTypes: readonly string[]
  readonly imageIds: readonly string[]
  /** Names of published images of EKS. */
  readonly releases: readonly string[]
  readonly securityGroupIds: readonly string[]
  readonly keyNames: readonly string[]
  readonly placementGroups: readonly string[]
}

/** Of all clusters together: one Region is asked once. */
export function liveQuestions(clusters: readonly ClusterFacts[]): LiveQuestions {
  const groups = clusters.flatMap((cluster) => cluster.groups)
  const all = (read: (group: GroupFacts) => readonly (string | undefined)[]): readonly string[] =>
    [...new Set(groups.flatMap(read).filter((one) => one !== undefined))].sort()
  return {
    roleArns: all(({ nodeRole }) => [nodeRole]),
    instanceTypes: all(typesOf),
    imageIds: all((group) => [imageIdOf(group)]),
    releases: all((group) => [releaseNameOf(group)]),
    securityGroupIds: all(({ template }) => securityGroupsOf(template) ?? []),
    keyNames: all((group) => [keyNameOf(group)]),
    placementGroups: all((group) => [placementGroupOf(group)]),
  }
}

/** The image that the template names by id; undefined for none, and for one that is resolved later. */
export function imageIdOf({ template }: GroupFacts): string | undefined {
  const id = known(template, 'ImageId')
  return typeof id === 'string' && id.startsWith('ami-') ? id : undefined
}

/** Name of the image of a pinned release of EKS. */
export function releaseNameOf({
  amiMode,
  amiType,
  releaseVersion,
}: GroupFacts): string | undefined {
  if (amiMode === 'custom' || amiType === undefined || releaseVersion === undefined)
    return undefined
  return releaseImageName(amiType, releaseVersion)
}

/** The key pair of the template. */
export function keyNameOf({ template }: GroupFacts): string | undefined {
  const name = known(template, 'KeyName')
  return typeof name === 'string' ? name : undefined
}

/** The placement group of the template, by name. */
export function placementGroupOf({ template }: GroupFacts): string | undefined {
  const placement = known(template, 'Placement')
  const name = isRecord(placement) ? placement.GroupName : undefined
  return typeof name === 'string' ? name : undefined
}

function known(template: GroupFacts['template'], field: string): unknown {
  return template?.unknownFields.has(field) === true ? undefined : template?.data?.[field]
}
