/** Facts of fleet.yaml: the groups as Regroup would make them. Check layer, pure. */

import type { DesiredCluster, DesiredNodeGroup } from '../../fleet/desired.ts'
import { typicalFacts, userDataOf } from '../../fleet/group-user-data.ts'
import { amiParameters } from '../../nodes/ami-parameters.ts'
import { launchTemplateOf } from '../../nodes/launch-template.ts'
import { partsOf } from '../../nodes/user-parts.ts'
import type { SourceLocation } from '../../world/finding.ts'
import type { ClusterFacts, GroupFacts, InputFacts, PlaceOf, TemplateFacts } from '../facts.ts'
import { type UserDataFacts, userDataFacts } from '../user-data-facts.ts'

/** Regroup tags what it makes, so there are always some. */
const ownTags = { 'regroup.dev/managed-by': 'regroup' }

type SentUserData = UserDataFacts | 'none' | 'unreadable'
/** Each is rendered and read once, however many groups have it. */
type Texts = Map<string, SentUserData>

/** Facts of all clusters. */
export function fleetFacts(file: string, clusters: readonly DesiredCluster[]): InputFacts {
  const texts: Texts = new Map()
  return {
    kind: 'fleet',
    clusters: clusters.map((cluster) => clusterFacts(cluster, texts)),
    archivedSources: [],
    at: () => ({ file, line: 1, column: 1 }),
  }
}

function clusterFacts(cluster: DesiredCluster, texts: Texts): ClusterFacts {
  return {
    name: cluster.name,
    isComplete: true,
    version: cluster.kubernetesVersion,
    groups: cluster.nodeGroups.map((group) => groupFacts(group, cluster, texts)),
    at: () => cluster.location,
  }
}

function groupFacts(group: DesiredNodeGroup, cluster: DesiredCluster, texts: Texts): GroupFacts {
  const { amiFamily, amiId, arch, capacityType, instanceTypes, labels, taints } = group
  const { kubernetesVersion } = cluster
  const isOwn = amiId !== undefined
  const eksImage = amiParameters({
    family: amiFamily,
    arch,
    variant: 'standard',
    kubernetesVersion,
  })
  // EKS takes neither type nor release beside an image of the team's own.
  const names = isOwn ? undefined : eksImage
  const userData = sentUserData(group, cluster.name, texts)
  const isLatest = group.releaseVersion === 'latest'
  return {
    name: group.name.replace('$(azIndex)', '0').replace('$(az)', `${cluster.region}a`),
    shownAs: `${cluster.name}/${group.name.replaceAll(/\$\(az(?:Index)?\)/g, '*')}`,
    action: 'create',
    amiFamily,
    amiMode: isOwn ? 'custom' : 'eks',
    capacityType,
    instanceTypes,
    ...(isOwn ? {} : { version: kubernetesVersion }),
    labels,
    taints,
    scaling: { min: group.minSize, max: group.maxSize },
    updateConfig: group.updateConfig ?? 'none',
    subnetCount: 1,
    template: templateOf(group),
    isUserDataKnown: userData !== 'unreadable',
    at: placeOf(group),
    ...(names === undefined ? {} : { amiType: names.amiType }),
    ...(isLatest || isOwn ? {} : { releaseVersion: group.releaseVersion }),
    ...(isLatest && names !== undefined ? { releaseParameter: names.releaseVersionParameter } : {}),
    ...(typeof userData === 'string' ? {} : { userData }),
  }
}

/** As it would be sent; `unreadable` when the team's text has faults, which the loader tells. */
function sentUserData(group: DesiredNodeGroup, clusterName: string, texts: Texts): SentUserData {
  const { amiFamily, amiId, kubelet, labels, preBootstrapCommands, taints, userData } = group
  const own = amiId === undefined ? [] : [clusterName, labels, taints]
  const key = JSON.stringify([amiFamily, kubelet, preBootstrapCommands, userData, own])
  const known = texts.get(key)
  if (known !== undefined) return known
  const facts = readUserData(group, clusterName)
  texts.set(key, facts)
  return facts
}

function readUserData(group: DesiredNodeGroup, clusterName: string): SentUserData {
  const { amiFamily, userData } = group
  if (amiFamily !== 'AmazonLinux2' && amiFamily !== 'AmazonLinux2023') return 'unreadable'
  if (userData !== undefined && 'faults' in partsOf(userData)) return 'unreadable'
  const text = userDataOf(group, typicalFacts(clusterName))
  return text === '' ? 'none' : userDataFacts(text)
}

/** Without user data: that is a fact of its own. */
function templateOf(group: DesiredNodeGroup): TemplateFacts {
  const { data } = launchTemplateOf({
    logicalName: group.name,
    amiFamily: group.amiFamily,
    userData: '',
    ...(group.amiId === undefined ? {} : { imageId: group.amiId }),
    volume: group.volume,
    ebsOptimized: group.ebsOptimized,
    securityGroupIds: [],
    tags: { ...group.tags, ...ownTags },
  })
  const name = group.name.replaceAll(/\$\(az(?:Index)?\)/g, '*')
  return { name, version: '1', data, unknownFields: new Set() }
}

/** Members whose key in the file is another one. */
const keys: Readonly<Record<string, string>> = {
  amiType: 'amiFamily',
  'template.ImageId': 'ami',
  'template.BlockDeviceMappings': 'volume',
  'template.TagSpecifications': 'tags',
  version: 'kubernetesVersion',
}

function placeOf({ location, origins }: DesiredNodeGroup): PlaceOf {
  return (member) => {
    const key = keys[member.replace(/[[].*$/, '')] ?? member
    return origins[key] ?? below(origins, key) ?? location
  }
}

/** `volume` stands where its first member does. */
function below(origins: DesiredNodeGroup['origins'], key: string): SourceLocation | undefined {
  for (const dotted of Object.keys(origins)) {
    if (dotted.startsWith(`${key}.`)) return origins[dotted]
  }
  return undefined
}
