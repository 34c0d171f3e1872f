/** Facts of fleet.yaml: the groups as Regroup would make them. Check layer, pure. */

import type { DesiredCluster, DesiredNodeGroup } from '../../fleet/desired.ts'
import { typicalFacts, userDataOf } from '../../fleet/group-user-data.ts'
import { amiParameters } from '../../nodes/ami-parameters.ts'
import { launchTemplateOf } from '../../nodes/launch-template.ts'
import { partsOf } from '../../nodes/user-parts.ts'
import type { SourceLocation } from '../../world/finding.ts'
import type { ClusterFacts, GroupFacts, InputFacts, PlaceOf, TemplateFacts } from '../facts.ts'
import { type UserDataFacts, userDataFacts } from '../user-data-facts.ts'

type SentUserData = UserDataFacts | 'none' | 'unknown'
/** Each is rendered and read once, however many groups have it. */
type Texts = Map<string, SentUserData>
/** Contents of templates, likewise. */
type Contents = Map<string, Readonly<Record<string, unknown>>>

interface Known {
  readonly texts: Texts
  readonly contents: Contents
}

/** Facts of all clusters. */
export function fleetFacts(file: string, clusters: readonly DesiredCluster[]): InputFacts {
  const known: Known = { texts: new Map(), contents: new Map() }
  return {
    kind: 'fleet',
    clusters: clusters.map((cluster) => clusterFacts(cluster, known)),
    archivedSources: [],
    at: () => ({ file, line: 1, column: 1 }),
  }
}

function clusterFacts(cluster: DesiredCluster, known: Known): ClusterFacts {
  return {
    name: cluster.name,
    isComplete: true,
    version: cluster.kubernetesVersion,
    groups: cluster.nodeGroups.map((group) => groupFacts(group, cluster, known)),
    at: () => cluster.location,
  }
}

function groupFacts(group: DesiredNodeGroup, cluster: DesiredCluster, known: Known): GroupFacts {
  const { amiFamily, capacityType, instanceTypes, labels, taints } = group
  const userData = sentUserData(group, known.texts)
  return {
    name: group.name.replace('$(azIndex)', '0').replace('$(az)', `${cluster.region}a`),
    shownAs: `${cluster.name}/${group.name.replaceAll(/\$\(az(?:Index)?\)/g, '*')}`,
    action: 'create',
    amiFamily,
    capacityType,
    instanceTypes,
    labels,
    taints,
    scaling: { min: group.minSize, max: group.maxSize },
    updateConfig: group.updateConfig ?? 'none',
    template: templateOf(group, known.contents),
    isUserDataKnown: userData !== 'unknown',
    at: placeOf(group),
    ...imageFacts(group, cluster),
    ...(typeof userData === 'string' ? {} : { userData }),
  }
}

/** Beside an image of the team's own neither type nor version is sent. */
function imageFacts(group: DesiredNodeGroup, { kubernetesVersion }: DesiredCluster) {
  const { amiFamily: family, amiId, arch, releaseVersion } = group
  if (amiId !== undefined) return { amiMode: 'custom' } as const
  const names = amiParameters({ family, arch, variant: 'standard', kubernetesVersion })
  const isLatest = releaseVersion === 'latest'
  return {
    amiMode: 'eks',
    version: kubernetesVersion,
    ...(names === undefined ? {} : { amiType: names.amiType }),
    ...(isLatest ? {} : { releaseVersion }),
    ...(isLatest && names !== undefined ? { releaseParameter: names.releaseVersionParameter } : {}),
  } as const
}

/** As it would be sent; each text is read once. */
function sentUserData(group: DesiredNodeGroup, texts: Texts): SentUserData {
  const { amiFamily, amiId, kubelet, preBootstrapCommands, userData } = group
  const isOwn = amiId !== undefined
  // What we write ourselves is right, and its values are checked by the loader.
  if (!isOwn && userData === undefined && preBootstrapCommands.length === 0) return 'none'
  const said = isOwn ? [group.labels, group.taints] : []
  const key = JSON.stringify([amiFamily, isOwn, kubelet, preBootstrapCommands, userData, said])
  const known = texts.get(key)
  if (known !== undefined) return known
  const facts = readUserData(group)
  texts.set(key, facts)
  return facts
}

/** Unknown where the team's text has faults, which the loader tells. */
function readUserData(group: DesiredNodeGroup): SentUserData {
  const { amiFamily, userData } = group
  if (amiFamily !== 'AmazonLinux2' && amiFamily !== 'AmazonLinux2023') return 'unknown'
  if (userData !== undefined && 'faults' in partsOf(userData)) return 'unknown'
  const text = userDataOf(group, typicalFacts('cluster'))
  return text === '' ? 'none' : userDataFacts(text)
}

/** Without user data: that is a fact of its own. */
function templateOf(group: DesiredNodeGroup, contents: Contents): TemplateFacts {
  const { amiFamily, amiId, ebsOptimized, volume } = group
  const key = JSON.stringify([amiFamily, amiId, ebsOptimized, volume])
  const data = contents.get(key) ?? contentOf(group)
  contents.set(key, data)
  const name = group.name.replaceAll(/\$\(az(?:Index)?\)/g, '*')
  return { name, version: '1', data, unknownFields: noFields }
}

const noFields: ReadonlySet<string> = new Set()

/** Regroup tags what it makes, so there are always tags; which ones is no matter of a rule. */
function contentOf({ amiFamily, amiId, ebsOptimized, name, volume }: DesiredNodeGroup) {
  const tags = { 'regroup.dev/managed-by': 'regroup' }
  const input = { logicalName: name, userData: '', securityGroupIds: [], tags }
  const image = amiId === undefined ? {} : { imageId: amiId }
  return launchTemplateOf({ ...input, ...image, amiFamily, ebsOptimized, volume }).data
}

/** Members whose key in the file is another one. */
const keys: Readonly<Record<string, string>> = {
  amiType: 'amiFamily',
  'template.BlockDeviceMappings': 'volume',
  'template.ImageId': 'ami.id',
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
