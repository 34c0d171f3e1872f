/** Add-ons come and go. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import { between } from '../../kernel/draws.ts'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import type { AddonState, ClusterState } from '../state.ts'
import { addonView, findAddon } from './addon.ts'
import { needsNodes, removeAddonWorkload, setAddonImage } from './addon-image.ts'
import { requireClusterIdle } from './cluster.ts'
import { updateInFlight } from './updates.ts'
import { catalogueAddons, defaultAddonVersion, isAddonCompatible } from './versions.ts'

/** CREATING to ACTIVE when there are nodes for it (assumed). */
const createMs = [25_000, 60_000] as const
const deleteMs = [15_000, 40_000] as const
/** How often EKS looks, and for how long before it calls an add-on without replicas DEGRADED. */
const lookMs = 10_000
const degradedMs = 15 * 60_000

/** @throws RegroupError ResourceInUseException, InvalidParameterException. */
export function createAddon(
  account: AwsAccount,
  input: Sdk.CreateAddonRequest,
): Sdk.CreateAddonResponse {
  const cluster = account.cluster(input.clusterName)
  const name = input.addonName ?? ''
  return account.once(`addon/${cluster.name}/${name}`, input.clientRequestToken, () => {
    const version = input.addonVersion ?? defaultAddonVersion(name, cluster.version)
    checkAddon(cluster, name, version)
    const addon: AddonState = {
      name,
      version,
      status: 'CREATING',
      createdMs: account.kernel.nowMs(),
      uuid: account.kernel.uuid('addon'),
      ...(input.serviceAccountRoleArn === undefined
        ? {}
        : { serviceAccountRoleArn: input.serviceAccountRoleArn }),
      ...(input.configurationValues === undefined
        ? {}
        : { configurationValues: input.configurationValues }),
      tags: { ...input.tags },
      updates: [],
    }
    cluster.addons.set(name, addon)
    const random = account.kernel.random(`addon-create/${cluster.name}/${addon.uuid}`)
    account.kernel.after(between(random, ...createMs), 'addon-created', () => {
      setAddonImage(cluster.twin, name, version)
      becomeActive(account, cluster, addon)
    })
    return { addon: addonView(account, cluster, addon) }
  })
}

function checkAddon(cluster: ClusterState, name: string, version: string): void {
  if (cluster.addons.has(name)) throw awsError('ResourceInUseException', 'Addon already exists.')
  if (!catalogueAddons.includes(name)) {
    throw awsError('InvalidParameterException', `Addon ${name} specified is not supported`)
  }
  if (cluster.status !== 'ACTIVE') requireClusterIdle(cluster)
  if (isAddonCompatible(name, version, cluster.version)) return
  const text = `Addon version specified is not supported in ${cluster.version} kubernetes version`
  throw awsError('InvalidParameterException', text)
}

/** Add-ons with a Deployment wait for a node; without one they are DEGRADED after a while. */
function becomeActive(account: AwsAccount, cluster: ClusterState, addon: AddonState): void {
  if (cluster.addons.get(addon.name) !== addon) return
  if (addon.status !== 'CREATING' && addon.status !== 'DEGRADED') return
  if (!needsNodes(addon.name) || cluster.twin.store.list('Node').length > 0) {
    addon.status = 'ACTIVE'
    addon.issues = []
    return
  }
  const isLate = account.kernel.nowMs() - addon.createdMs > degradedMs
  if (isLate && addon.status === 'CREATING') {
    addon.status = 'DEGRADED'
    const message =
      "The add-on is unhealthy because it doesn't have the desired number of replicas."
    addon.issues = [{ code: 'InsufficientNumberOfReplicas', message, resourceIds: [] }]
  }
  const look = (): void => becomeActive(account, cluster, addon)
  if (addon.status === 'CREATING') account.kernel.after(lookMs, 'addon-active', look)
  else account.kernel.afterInBackground(lookMs, 'addon-active', look)
}

/** Its workload goes with it unless it is to be preserved. */
export function deleteAddon(
  account: AwsAccount,
  input: Sdk.DeleteAddonRequest,
): Sdk.DeleteAddonResponse {
  const cluster = account.cluster(input.clusterName)
  const addon = findAddon(account, input.clusterName, input.addonName)
  if (updateInFlight(addon.updates) !== undefined) {
    const text = `Addon ${addon.name} cannot be deleted as it is currently in UPDATING state`
    throw awsError('ResourceInUseException', text)
  }
  if (addon.status !== 'DELETING') {
    addon.status = 'DELETING'
    const random = account.kernel.random(`addon-delete/${cluster.name}/${addon.name}`)
    account.kernel.after(between(random, ...deleteMs), 'addon-deleted', () => {
      cluster.addons.delete(addon.name)
      account.forgetTokens(`addon/${cluster.name}/${addon.name}`)
      if (input.preserve !== true) removeAddonWorkload(cluster.twin, addon.name)
    })
  }
  return { addon: addonView(account, cluster, addon) }
}
