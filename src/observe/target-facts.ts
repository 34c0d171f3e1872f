/** Subnets and AMI releases that a target needs; read once, then frozen for the run. Observe layer. */

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
  return { subnets, releases: await readReleases(aws, cluster) }
}

async function readReleases(
  aws: AwsApi,
  cluster: DesiredCluster,
): Promise<ReadonlyMap<string, string>> {
  const names = new Set<string>()
  for (const group of cluster.nodeGroups) {
    const name = releaseParameterOf(group, cluster.kubernetesVersion)
    if (name !== undefined) names.add(name)
  }
  return readParameters(aws, [...names].sort())
}
