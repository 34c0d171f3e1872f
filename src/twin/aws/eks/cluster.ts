/** Clusters and their versions. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import { hash32 } from '../../../world/random.ts'
import { between } from '../../kernel/draws.ts'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import type { ClusterState } from '../state.ts'
import { settingsView } from './cluster-settings.ts'
import { startUpdate, updateInFlight, updateView } from './updates.ts'
import { offeredVersions } from './versions.ts'

/** Control plane upgrade of one minor (fleet-upgrades 8.1: about ten minutes seen). */
const upgradeMs = [480_000, 720_000] as const

/** As DescribeCluster shows it; the endpoint comes with the first ACTIVE. */
export function clusterView(account: AwsAccount, cluster: ClusterState): Sdk.Cluster {
  const isMade = cluster.status !== 'CREATING'
  const name = `https://${cluster.name}.twin.${account.region}.eks.amazonaws.com`
  const endpoint = cluster.served?.endpoint ?? name
  const data = cluster.served?.caData ?? btoa(`CA of ${cluster.arn}`)
  const issuer = `https://oidc.eks.${account.region}.amazonaws.com/id/${oidcId(cluster)}`
  return {
    name: cluster.name,
    arn: cluster.arn,
    createdAt: new Date(cluster.createdMs),
    version: cluster.version,
    status: cluster.status,
    ...(isMade ? { endpoint, certificateAuthority: { data } } : { certificateAuthority: {} }),
    ...(isMade ? { identity: { oidc: { issuer } } } : {}),
    roleArn: cluster.roleArn,
    platformVersion: 'eks.1',
    ...settingsView(account, cluster),
    tags: { ...cluster.tags },
    health: { issues: [] },
  }
}

/** 32 digits, made of the ARN and the time of creation. */
function oidcId({ arn, createdMs }: ClusterState): string {
  const parts = [0, 1, 2, 3].map((part) => hash32(`${arn}/${createdMs}/${part}`))
  return parts.map((one) => one.toString(16).padStart(8, '0').toUpperCase()).join('')
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

/** @throws RegroupError ResourceInUseException unless the cluster is ACTIVE and idle. */
export function requireClusterIdle(cluster: ClusterState): void {
  const busy = updateInFlight(cluster.updates)
  if (busy === undefined && cluster.status === 'ACTIVE') return
  const why =
    busy === undefined
      ? `is currently ${cluster.status}`
      : `currently has update ${busy.id} in progress`
  const text = `Cannot update because cluster ${cluster.name} ${why}`
  throw awsError('ResourceInUseException', text)
}

function checkUpgrade(cluster: ClusterState, wanted: string): void {
  requireClusterIdle(cluster)
  const step = Number(wanted.slice(2)) - Number(cluster.version.slice(2))
  if (step !== 1) {
    const text = `Unsupported Kubernetes minor version update from ${cluster.version} to ${wanted}`
    throw awsError('InvalidParameterException', text)
  }
  if (!offeredVersions.includes(wanted)) {
    throw awsError('InvalidParameterException', `unsupported Kubernetes version ${wanted}`)
  }
}
