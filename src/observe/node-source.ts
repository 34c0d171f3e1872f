/** A node group of an account as the room of nodes sees it. Observe layer. */

import { gunzipSync } from 'node:zlib'
import type { Nodegroup } from '@aws-sdk/client-eks'
import { type AmiChoice, amiKindOf } from '../nodes/ami-parameters.ts'
import type { ClusterFacts } from '../nodes/bootstrap.ts'
import type { NodeSource, Origin } from '../nodes/effective/node-source.ts'
import { instanceType } from '../nodes/instance-types.ts'
import type { ParsedUserData } from '../nodes/parsed-user-data.ts'
import { parseUserData } from '../nodes/user-data.ts'
import type { AwsApi } from '../world/aws-api.ts'
import type { StringMap, Taint } from '../world/kube-objects.ts'
import { readRecommended } from './images.ts'

/** Unpacked user data beyond it is not read: nobody's is so large. */
const textBytesMax = 4 * 1024 * 1024

/** Reads everything once. @throws RegroupError of the first call that fails, `not-found` among them. */
export async function readNodeSource(
  aws: AwsApi,
  clusterName: string,
  nodegroupName: string,
): Promise<NodeSource> {
  const { nodegroup } = await aws.eks.describeNodegroup({ clusterName, nodegroupName })
  const group = nodegroup ?? {}
  const template = await readTemplate(aws, group)
  const cluster = await readClusterFacts(aws, clusterName)
  const { imageId, userData } = template
  const instanceTypes =
    template.instanceType === undefined ? group.instanceTypes : [template.instanceType]
  const kind = await kindOf(aws, group, { imageId, userData, instanceTypes })
  const { id, version } = group.launchTemplate ?? {}
  const inTemplate: Origin = { by: 'launch template', place: `${id} version ${version}` }
  return {
    clusterName,
    nodeGroupName: nodegroupName,
    region: aws.region,
    zone: await readZone(aws, group.subnets ?? []),
    kubernetesVersion: group.version ?? '',
    ...kind,
    ...(group.amiType === undefined ? {} : { amiType: group.amiType }),
    imageId,
    releaseVersion: group.releaseVersion ?? '',
    capacityType: group.capacityType ?? 'ON_DEMAND',
    instanceTypes: instanceTypes ?? [],
    labels: group.labels ?? {},
    taints: (group.taints ?? []).map(kubeTaint),
    userData,
    template: id === undefined || version === undefined ? undefined : { id, version },
    cluster,
    nodeGroupTags: group.tags ?? {},
    groupTags: await readGroupTags(aws, group),
    placement: { nodeRole: group.nodeRole ?? '', subnets: group.subnets ?? [] },
    origins: {
      userData: inTemplate,
      kubelet: inTemplate,
      ...(imageId === undefined ? {} : { ami: inTemplate }),
    },
    origin: { by: 'node group', place: 'DescribeNodegroup' },
  }
}

interface TemplateFacts {
  readonly imageId: string | undefined
  readonly instanceType: string | undefined
  readonly userData: string
}

async function readTemplate(aws: AwsApi, group: Nodegroup): Promise<TemplateFacts> {
  const { id, version } = group.launchTemplate ?? {}
  if (id === undefined || version === undefined) {
    return { imageId: undefined, instanceType: undefined, userData: '' }
  }
  const { LaunchTemplateVersions } = await aws.ec2.describeLaunchTemplateVersions({
    LaunchTemplateId: id,
    Versions: [version],
  })
  const data = LaunchTemplateVersions?.[0]?.LaunchTemplateData
  return {
    imageId: data?.ImageId,
    instanceType: data?.InstanceType,
    userData: textOf(data?.UserData),
  }
}

/** Base64, and gzip where it is; what is neither is shown as it stands. */
function textOf(encoded: string | undefined): string {
  const bytes = Buffer.from(encoded ?? '', 'base64')
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
  try {
    return isGzip
      ? gunzipSync(bytes, { maxOutputLength: textBytesMax }).toString()
      : bytes.toString()
  } catch {
    return bytes.toString()
  }
}

async function readClusterFacts(aws: AwsApi, name: string): Promise<Partial<ClusterFacts>> {
  const { cluster } = await aws.eks.describeCluster({ name })
  const network = cluster?.kubernetesNetworkConfig
  const facts = {
    name,
    endpoint: cluster?.endpoint,
    certificateAuthority: cluster?.certificateAuthority?.data,
    serviceCidr: network?.serviceIpv6Cidr ?? network?.serviceIpv4Cidr,
  }
  const known = Object.entries(facts).filter(([, value]) => value !== undefined)
  return Object.fromEntries(known) as Partial<ClusterFacts>
}

/** One subnet, one zone; undefined with several. */
async function readZone(aws: AwsApi, subnetIds: readonly string[]): Promise<string | undefined> {
  if (subnetIds.length === 0) return undefined
  const { Subnets } = await aws.ec2.describeSubnets({ SubnetIds: [...subnetIds] })
  const zones = new Set((Subnets ?? []).map(({ AvailabilityZone }) => AvailabilityZone))
  return zones.size === 1 ? [...zones][0] : undefined
}

async function readGroupTags(aws: AwsApi, group: Nodegroup): Promise<StringMap> {
  const names = (group.resources?.autoScalingGroups ?? []).flatMap(({ name }) => name ?? [])
  if (names.length === 0) return {}
  const { AutoScalingGroups } = await aws.autoScaling.describeAutoScalingGroups({
    AutoScalingGroupNames: names,
  })
  const tags = (AutoScalingGroups ?? []).flatMap(({ Tags }) => Tags ?? [])
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key ?? '', Value ?? '']))
}

const familyByKind: Readonly<Record<ParsedUserData['kind'], AmiChoice['family']>> = {
  al2: 'AmazonLinux2',
  al2023: 'AmazonLinux2023',
  bottlerocket: 'Bottlerocket',
  windows: 'Windows',
}

/** AWS says nothing on the family of a team's image: its user data does. */
async function kindOf(
  aws: AwsApi,
  group: Nodegroup,
  template: {
    readonly imageId: string | undefined
    readonly userData: string
    readonly instanceTypes: readonly string[] | undefined
  },
): Promise<Pick<AmiChoice, 'arch' | 'family' | 'variant'>> {
  const known = amiKindOf(group.amiType ?? '')
  if (known !== undefined) return known
  const told = parseUserData(template.userData)
  const family = told === undefined ? 'AmazonLinux2023' : familyByKind[told.kind]
  const ofType = instanceType(template.instanceTypes?.[0] ?? '')?.arch
  const arch = ofType ?? (await readArch(aws, template.imageId)) ?? 'amd64'
  return { family, arch, variant: 'standard' }
}

async function readArch(
  aws: AwsApi,
  imageId: string | undefined,
): Promise<AmiChoice['arch'] | undefined> {
  if (imageId === undefined) return undefined
  const { Images } = await aws.ec2.describeImages({ ImageIds: [imageId] })
  const architecture = Images?.[0]?.Architecture
  if (architecture === undefined) return undefined
  return architecture === 'arm64' ? 'arm64' : 'amd64'
}

const effects: Readonly<Record<string, Taint['effect']>> = {
  NO_EXECUTE: 'NoExecute',
  NO_SCHEDULE: 'NoSchedule',
  PREFER_NO_SCHEDULE: 'PreferNoSchedule',
}

function kubeTaint({ effect, key, value }: NonNullable<Nodegroup['taints']>[number]): Taint {
  const kept = value === undefined ? {} : { value }
  return { key: key ?? '', ...kept, effect: effects[effect ?? ''] ?? 'NoSchedule' }
}

/** The release that SSM recommends for the group; undefined where nothing is published. */
export async function readNewestRelease(
  aws: AwsApi,
  source: NodeSource,
): Promise<string | undefined> {
  const [recommended] = await readRecommended(aws, [source])
  return recommended?.releaseVersion
}
