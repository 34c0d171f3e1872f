/** From the desired cluster and a few facts of its account to the target of a migration. Decide layer, pure. */

import autoscalerTags from '../../data/cluster-autoscaler-tags.json' with { type: 'json' }
import type { DesiredCluster, DesiredNodeGroup } from '../fleet/desired.ts'
import { typicalFacts, userDataOf } from '../fleet/group-user-data.ts'
import { resolveZones, type ZonedNodeGroup } from '../fleet/resolve-zones.ts'
import { amiParameters } from '../nodes/ami-parameters.ts'
import type { ClusterFacts } from '../nodes/bootstrap.ts'
import { type InstanceType, instanceType } from '../nodes/instance-types.ts'
import { leastAllocatable } from '../nodes/kubelet-numbers.ts'
import { launchTemplateOf } from '../nodes/launch-template.ts'
import { needsGzip } from '../nodes/user-data-size.ts'
import type { Taint } from '../world/kube-objects.ts'
import type { NodeGroupCreation } from './action.ts'
import { managedByTagKey } from './names.ts'
import type { MigrationTarget, NodeTemplate, TargetNodeGroup } from './target.ts'

/** What must be known of the account. */
export interface TargetFacts {
  readonly subnets: readonly {
    readonly subnetId: string
    readonly zone: string
    readonly tags: Readonly<Record<string, string>>
  }[]
  /** Newest release per SSM parameter name. */
  readonly releases: ReadonlyMap<string, string>
  /** What a node needs when its image is the team's own; undefined = not all of it is known. */
  readonly cluster: ClusterFacts | undefined
}

/** Pods a new group may surge beyond, whatever the share says (drain-and-rolling section 12). */
const surgePerGroupMax = 25

/** The resolved target; groups without subnet or image have no `creation`. */
export function targetOf(cluster: DesiredCluster, facts: TargetFacts): MigrationTarget {
  const zonesOf = (group: DesiredNodeGroup): readonly string[] =>
    [...new Set(subnetsOf(group, facts).map((subnet) => subnet.zone))].sort()
  const { migration } = cluster
  return {
    clusterName: cluster.name,
    kubernetesVersion: cluster.kubernetesVersion,
    nodeGroups: resolveZones(cluster.nodeGroups, zonesOf).map((group) =>
      targetGroup(group, cluster, facts),
    ),
    oldGroups: migration.from,
    addons: cluster.addons,
    autoscalerTags: cluster.managesAutoscalerImage ? tagsByMinor : undefined,
    managesPriorities: cluster.priorityExpanderEnabled,
    policy: {
      surge: migration.surge,
      surgeMax: surgePerGroupMax,
      canaryNodeCount: migration.canaryNodeCount,
      canarySoakMs: migration.canarySoakMs,
      emptySoakMs: migration.emptySoakMs,
      groupSoakMs: migration.soakMs,
      nodeDeadlineMs: migration.nodeDeadlineMs,
      drain: {
        virtualBudgetFraction: migration.virtualBudgetFraction,
        podDeadlineMs: migration.podDeadlineMs,
        jobs: migration.jobs,
        barePods: migration.barePods,
        jobDeadlineMs: migration.jobDeadlineMs,
        overrides: migration.overrides,
      },
    },
  }
}

/** The subnets that carry every tag of the group's selector. */
function subnetsOf(
  { subnetSelector }: Pick<DesiredNodeGroup, 'subnetSelector'>,
  { subnets }: TargetFacts,
): TargetFacts['subnets'] {
  const wanted = Object.entries(subnetSelector)
  return subnets.filter(({ tags }) => wanted.every(([key, value]) => tags[key] === value))
}

const tagsByMinor: Readonly<Record<string, string>> = autoscalerTags.tags

/** SSM parameter of the newest release for a group; undefined when there is none. */
export function releaseParameterOf(
  group: Pick<ZonedNodeGroup, 'amiFamily' | 'arch'>,
  kubernetesVersion: string,
): string | undefined {
  const { amiFamily: family, arch } = group
  const names = amiParameters({ family, arch, variant: 'standard', kubernetesVersion })
  return names?.releaseVersionParameter
}

function targetGroup(
  group: ZonedNodeGroup,
  cluster: DesiredCluster,
  facts: TargetFacts,
): TargetNodeGroup {
  const { maxSize, minSize, name, priority, zone } = group
  const creation = creationOf(group, cluster, facts)
  return { name, zone, priority, minSize, maxSize, template: templateOf(group, cluster), creation }
}

/** As the kubelet and EKS will label it, with the least room of its types. */
function templateOf(group: ZonedNodeGroup, cluster: DesiredCluster): NodeTemplate {
  const types = group.instanceTypes.flatMap((name): readonly InstanceType[] => {
    const type = instanceType(name)
    return type === undefined ? [] : [type]
  })
  const room = leastAllocatable(types)
  return {
    labels: {
      ...group.labels,
      'eks.amazonaws.com/capacityType': group.capacityType,
      'eks.amazonaws.com/nodegroup': group.name,
      'kubernetes.io/arch': group.arch,
      'kubernetes.io/os': 'linux',
      ...(group.instanceTypes.length === 1
        ? { 'node.kubernetes.io/instance-type': group.instanceTypes[0] ?? '' }
        : {}),
      'topology.kubernetes.io/region': cluster.region,
      // The EBS CSI driver's DaemonSet puts it on every node; one that is there and lacks it is no place.
      'topology.ebs.csi.aws.com/zone': group.zone,
      'topology.kubernetes.io/zone': group.zone,
      'kubernetes.io/hostname': 'a-new-node',
    },
    taints: group.taints,
    allocatable: {
      cpuMilli: room.cpuMilli,
      memoryBytes: room.memoryBytes,
      podCount: room.podCount,
      extended: room.gpuCount > 0 ? { 'nvidia.com/gpu': room.gpuCount } : {},
    },
  }
}

function creationOf(
  group: ZonedNodeGroup,
  cluster: DesiredCluster,
  facts: TargetFacts,
): NodeGroupCreation | undefined {
  const { amiFamily: family, arch } = group
  const { kubernetesVersion } = cluster
  const names = amiParameters({ family, arch, variant: 'standard', kubernetesVersion })
  const subnet = subnetsOf(group, facts).find((one) => one.zone === group.zone)
  const imageId = group.amiId
  const releaseVersion =
    group.releaseVersion === 'latest'
      ? facts.releases.get(names?.releaseVersionParameter ?? '')
      : group.releaseVersion
  const isImageKnown = imageId !== undefined || (names && releaseVersion) !== undefined
  const isBootKnown = imageId === undefined || facts.cluster !== undefined
  if (subnet === undefined || !isImageKnown || !isBootKnown) return undefined
  const userData = userDataOf(group, facts.cluster ?? typicalFacts(cluster.name))
  const tags = { ...group.tags, [managedByTagKey]: 'regroup' }
  const template = launchTemplateOf({
    logicalName: group.name,
    amiFamily: family,
    userData,
    ...(imageId === undefined ? {} : { imageId }),
    volume: group.volume,
    ebsOptimized: group.ebsOptimized,
    securityGroupIds: [],
    tags: { ...tags, Name: `${cluster.name}-${group.name}` },
  })
  const pack = { family, isCustomAmi: imageId !== undefined }
  return {
    nodeGroupName: group.name,
    subnetIds: [subnet.subnetId],
    nodeRole: group.nodeRole,
    capacityType: group.capacityType,
    // EKS takes neither beside an image in the template.
    amiType: imageId === undefined ? names?.amiType : undefined,
    releaseVersion: imageId === undefined ? releaseVersion : undefined,
    instanceTypes: group.instanceTypes,
    minSize: group.minSize,
    maxSize: group.maxSize,
    desiredSize: group.minSize,
    labels: group.labels,
    taints: group.taints.map(eksTaint),
    tags,
    updateConfig: group.updateConfig,
    launchTemplate: { ...template, tags, isGzipped: needsGzip(userData, pack) },
  }
}

function eksTaint({ effect, key, value }: Taint): NodeGroupCreation['taints'][number] {
  const effects = {
    NoExecute: 'NO_EXECUTE',
    NoSchedule: 'NO_SCHEDULE',
    PreferNoSchedule: 'PREFER_NO_SCHEDULE',
  } as const
  return { key, effect: effects[effect], ...(value === undefined || value === '' ? {} : { value }) }
}
