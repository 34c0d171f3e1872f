/** Clusters, their versions and add-ons. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import { between } from '../../kernel/draws.ts'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import type { AddonState, ClusterState } from '../state.ts'
import { startUpdate, updateInFlight, updateView } from './updates.ts'
import { isAddonCompatible, offeredVersions } from './versions.ts'

/** Control plane upgrade of one minor (fleet-upgrades 8.1: about ten minutes seen). */
const upgradeMs = [480_000, 720_000] as const
/** Add-on update. */
const addonMs = [50_000, 90_000] as const

/** As DescribeCluster shows it. */
export function clusterView(account: AwsAccount, cluster: ClusterState): Sdk.Cluster {
  return {
    name: cluster.name,
    arn: cluster.arn,
    createdAt: new Date(cluster.createdMs),
    version: cluster.version,
    status: cluster.status,
    endpoint: `https://${cluster.name}.twin.${account.region}.eks.amazonaws.com`,
    roleArn: cluster.roleArn,
    certificateAuthority: { data: btoa(`CA of ${cluster.arn}`) },
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
    throw awsError('ResourceInUseException', `Cannot ${cluster.status} because cluster ${cluster.name} currently has update ${busy?.id} in progress`)
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

/** As DescribeAddon shows it. */
export function describeAddon(
  account: AwsAccount,
  input: Sdk.DescribeAddonRequest,
): Sdk.DescribeAddonResponse {
  return { addon: addonView(account, findAddon(account, input.clusterName, input.addonName)) }
}

function findAddon(
  account: AwsAccount,
  clusterName: string | undefined,
  name: string | undefined,
): AddonState {
  const addon = account.cluster(clusterName).addons.get(name ?? '')
  if (addon === undefined) {
    throw awsError('ResourceNotFoundException', `No addon: ${name} found in cluster: ${clusterName}`)
  }
  return addon
}

function addonView(account: AwsAccount, addon: AddonState): Sdk.Addon {
  return {
    addonName: addon.name,
    addonVersion: addon.version,
    status: addon.status,
    createdAt: new Date(addon.createdMs),
    modifiedAt: new Date(account.kernel.nowMs()),
    health: { issues: [] },
  }
}

/** Also sets the image tag of the add-on's workload, which rolls it. */
export function updateAddon(
  account: AwsAccount,
  input: Sdk.UpdateAddonRequest,
): Sdk.UpdateAddonResponse {
  const cluster = account.cluster(input.clusterName)
  const addon = findAddon(account, input.clusterName, input.addonName)
  return account.once(`addon/${cluster.name}/${addon.name}`, input.clientRequestToken, () => {
    const version = input.addonVersion ?? addon.version
    if (addon.status !== 'ACTIVE') {
      throw awsError('ResourceInUseException', `Addon ${addon.name} cannot be updated as it is currently in UPDATING state`)
    }
    if (!isAddonCompatible(addon.name, version, cluster.version)) {
      throw awsError('InvalidParameterException', `Addon version specified is not supported`)
    }
    addon.status = 'UPDATING'
    const update = startUpdate(account, addon.updates, 'AddonUpdate', { AddonVersion: version })
    const random = account.kernel.random(`addon/${cluster.name}/${addon.name}/${version}`)
    account.kernel.after(between(random, ...addonMs), 'addon-updated', () => {
      addon.version = version
      addon.status = 'ACTIVE'
      update.status = 'Successful'
    })
    return { update: updateView(update) }
  })
}

/** Names, sorted. */
export function listAddons(account: AwsAccount, input: Sdk.ListAddonsRequest): Sdk.ListAddonsResponse {
  return { addons: [...account.cluster(input.clusterName).addons.keys()].sort() }
}
