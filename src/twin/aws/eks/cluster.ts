/** Clusters and their versions. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import { between } from '../../kernel/draws.ts'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import type { ClusterState } from '../state.ts'
import { startUpdate, updateInFlight, updateView } from './updates.ts'
import { offeredVersions } from './versions.ts'

/** Control plane upgrade of one minor (fleet-upgrades 8.1: about ten minutes seen). */
const upgradeMs = [480_000, 720_000] as const

/** As DescribeCluster shows it. */
export function clusterView(account: AwsAccount, cluster: ClusterState): Sdk.Cluster {
  return {
    name: cluster.name,
    arn: cluster.arn,
    createdAt: new Date(cluster.createdMs),
    version: cluster.version,
    status: cluster.status,
    endpoint:
      cluster.served?.endpoint ??
      `https://${cluster.name}.twin.${account.region}.eks.amazonaws.com`,
    roleArn: cluster.roleArn,
    certificateAuthority: { data: cluster.served?.caData ?? btoa(`CA of ${cluster.arn}`) },
    platformVersion: 'eks.1',
    kubernetesNetworkConfig: { serviceIpv4Cidr: '10.100.0.0/16', ipFamily: 'ipv4' },
    resourcesVpcConfig: {
      subnetIds: [...cluster.subnetIds],
      clusterSecurityGroupId: cluster.securityGroupId,
      vpcId: account.subnets.get(cluster.subnetIds[0] ?? '')?.vpcId,
      endpointPublicAccess: true,
      endpointPrivateAccess: true,
    },
    accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP' },
    tags: { ...cluster.tags },
    health: { issues: [] },
  }
}

/** One minor at a time; the API server changes its version at the end. */
export function updateClusterVersion(
  account: AwsAccount,
  input: Sdk.UpdateClusterVersionRequest,
): Sdk.UpdateClusterVersionResponse {
  const cluster = account.cluster(input.name)
  return account.once(`cluster-version/${cluster.name}`, input.clientRequestToken, () => {
    const wanted = input.version ?? ''
    checkUpgrade(cluster, wanted)
    const update = startUpdate(account, cluster.updates, 'VersionUpdate', { Version: wanted })
    cluster.status = 'UPDATING'
    const random = account.kernel.random(`upgrade/${cluster.name}/${wanted}`)
    account.kernel.after(between(random, ...upgradeMs), 'control-plane-updated', () => {
      cluster.version = wanted
      cluster.twin.kubernetesVersion = wanted
      cluster.status = 'ACTIVE'
      update.status = 'Successful'
      account.emit({ kind: 'cluster-version', cluster })
    })
    return { update: updateView(update) }
  })
}

function checkUpgrade(cluster: ClusterState, wanted: string): void {
  const busy = updateInFlight(cluster.updates)
  if (busy !== undefined || cluster.status !== 'ACTIVE') {
    throw awsError(
      'ResourceInUseException',
      `Cannot ${cluster.status} because cluster ${cluster.name} currently has update ${busy?.id} in progress`,
    )
  }
  const step = Number(wanted.slice(2)) - Number(cluster.version.slice(2))
  if (step !== 1) {
    const text = `Unsupported Kubernetes minor version update from ${cluster.version} to ${wanted}`
    throw awsError('InvalidParameterException', text)
  }
  if (!offeredVersions.includes(wanted)) {
    throw awsError('InvalidParameterException', `unsupported Kubernetes version ${wanted}`)
  }
}
