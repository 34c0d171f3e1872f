/** Managed add-ons of a cluster. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import { between } from '../../kernel/draws.ts'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import type { AddonState } from '../state.ts'
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
  return { addon: addonView(account, findAddon(account, input.clusterName, input.addonName)) }
}

function findAddon(
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
    const update = startUpdate(account, addon.updates, 'AddonUpdate', { AddonVersion: version })
    const random = account.kernel.random(`addon/${cluster.name}/${addon.name}/${version}`)
    account.kernel.after(between(random, ...addonMs), 'addon-updated', () => {
      addon.version = version
      setAddonImage(cluster.twin, addon.name, version)
      addon.status = 'ACTIVE'
      update.status = 'Successful'
    })
    return { update: updateView(update) }
  })
}

/** Names, sorted. */
export function listAddons(
  account: AwsAccount,
  input: Sdk.ListAddonsRequest,
): Sdk.ListAddonsResponse {
  return { addons: [...account.cluster(input.clusterName).addons.keys()].sort() }
}
