/** Managed add-ons of a cluster. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import { between } from '../../kernel/draws.ts'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import type { AddonState, ClusterState } from '../state.ts'
import { setAddonImage } from './addon-image.ts'
import { startUpdate, updateInFlight, updateView } from './updates.ts'
import { isAddonCompatible } from './versions.ts'

/** Add-on update. */
const addonMs = [50_000, 90_000] as const

/** As DescribeAddon shows it. */
export function describeAddon(
  account: AwsAccount,
  input: Sdk.DescribeAddonRequest,
): Sdk.DescribeAddonResponse {
  const addon = findAddon(account, input.clusterName, input.addonName)
  return { addon: addonView(account, account.cluster(input.clusterName), addon) }
}

/** @throws RegroupError ResourceNotFoundException. */
export function findAddon(
  account: AwsAccount,
  clusterName: string | undefined,
  name: string | undefined,
): AddonState {
  const addon = account.cluster(clusterName).addons.get(name ?? '')
  if (addon === undefined) {
    throw awsError(
      'ResourceNotFoundException',
      `No addon: ${name} found in cluster: ${clusterName}`,
    )
  }
  return addon
}

/** As DescribeAddon shows it. */
export function addonView(
  account: AwsAccount,
  cluster: ClusterState,
  addon: AddonState,
): Sdk.Addon {
  const { configurationValues, serviceAccountRoleArn } = addon
  return {
    addonName: addon.name,
    clusterName: cluster.name,
    addonArn: addonArn(account, cluster, addon),
    addonVersion: addon.version,
    status: addon.status,
    createdAt: new Date(addon.createdMs),
    modifiedAt: new Date(addon.modifiedMs ?? addon.createdMs),
    health: { issues: (addon.issues ?? []).map((one) => ({ ...one })) as Sdk.AddonIssue[] },
    ...(serviceAccountRoleArn === undefined ? {} : { serviceAccountRoleArn }),
    ...(configurationValues === undefined ? {} : { configurationValues }),
    tags: { ...addon.tags },
  }
}

/** Add-ons that a world starts with have a fixed last part. */
export function addonArn(account: AwsAccount, cluster: ClusterState, addon: AddonState): string {
  const uuid = addon.uuid ?? '00000000-0000-4000-8000-000000000000'
  return `arn:aws:eks:${account.region}:${account.accountId}:addon/${cluster.name}/${addon.name}/${uuid}`
}

/**
 * One version to another. The workload's image changes with it, which rolls a Deployment.
 * @throws RegroupError ResourceInUseException, InvalidParameterException for an incompatible
 * version.
 */
export function updateAddon(
  account: AwsAccount,
  input: Sdk.UpdateAddonRequest,
): Sdk.UpdateAddonResponse {
  const cluster = account.cluster(input.clusterName)
  const addon = findAddon(account, input.clusterName, input.addonName)
  return account.once(`addon/${cluster.name}/${addon.name}`, input.clientRequestToken, () => {
    const version = input.addonVersion ?? addon.version
    if (addon.status !== 'ACTIVE' || updateInFlight(addon.updates) !== undefined) {
      throw awsError(
        'ResourceInUseException',
        `Addon ${addon.name} cannot be updated as it is currently in UPDATING state`,
      )
    }
    if (!isAddonCompatible(addon.name, version, cluster.version)) {
      throw awsError('InvalidParameterException', `Addon version specified is not supported`)
    }
    addon.status = 'UPDATING'
    const { configurationValues, serviceAccountRoleArn } = input
    if (configurationValues !== undefined) addon.configurationValues = configurationValues
    if (serviceAccountRoleArn !== undefined) addon.serviceAccountRoleArn = serviceAccountRoleArn
    const update = startUpdate(account, addon.updates, 'AddonUpdate', { AddonVersion: version })
    const random = account.kernel.random(`addon/${cluster.name}/${addon.name}/${version}`)
    account.kernel.after(between(random, ...addonMs), 'addon-updated', () => {
      addon.version = version
      addon.modifiedMs = account.kernel.nowMs()
      setAddonImage(cluster.twin, addon.name, version)
      addon.status = 'ACTIVE'
      update.status = 'Successful'
    })
    return { update: updateView(update) }
  })
}
