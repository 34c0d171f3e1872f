/** Subnets and AMI releases that a target needs; read once, then frozen for the run. Observe layer. */

import type { Cluster } from '@aws-sdk/client-eks'
import { releaseParameterOf, type TargetFacts } from '../decide/target-of.ts'
import type { DesiredCluster } from '../fleet/desired.ts'
import type { AwsApi } from '../world/aws-api.ts'
import { readParameters } from './images.ts'

/**
 * All subnets of the cluster's own network: tags alone would also find those of other clusters of the
 * account. @throws RegroupError of the first call that fails, `not-found` when there is no such cluster.
 */
export async function readTargetFacts(aws: AwsApi, cluster: DesiredCluster): Promise<TargetFacts> {
  const described = await aws.eks.describeCluster({ name: cluster.name })
  const vpcId = described.cluster?.resourcesVpcConfig?.vpcId
  const answer = await aws.ec2.describeSubnets(
    vpcId === undefined ? {} : { Filters: [{ Name: 'vpc-id', Values: [vpcId] }] },
  )
  const subnets = (answer.Subnets ?? []).map((subnet) => ({
    subnetId: subnet.SubnetId ?? '',
    zone: subnet.AvailabilityZone ?? '',
    tags: Object.fromEntries((subnet.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
  }))
  const releases = await readReleases(aws, cluster)
  return { subnets, releases, cluster: clusterFacts(cluster.name, described.cluster) }
}

/** All four or none: NodeConfig has no DescribeCluster to fall back on. */
function clusterFacts(name: string, cluster: Cluster | undefined): TargetFacts['cluster'] {
  const network = cluster?.kubernetesNetworkConfig
  const serviceCidr = network?.serviceIpv6Cidr ?? network?.serviceIpv4Cidr
  const { certificateAuthority, endpoint } = cluster ?? {}
  const data = certificateAuthority?.data
  if (endpoint === undefined || data === undefined || serviceCidr === undefined) return undefined
  return { name, endpoint, certificateAuthority: data, serviceCidr }
}

async function readReleases(
  aws: AwsApi,
  cluster: DesiredCluster,
): Promise<ReadonlyMap<string, string>> {
  const names = new Set<string>()
  for (const group of cluster.nodeGroups) {
    if (group.amiId !== undefined) continue
    const name = releaseParameterOf(group, cluster.kubernetesVersion)
    if (name !== undefined) names.add(name)
  }
  return readParameters(aws, [...names].sort())
}
