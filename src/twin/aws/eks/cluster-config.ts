/** UpdateClusterConfig: one kind of change a call. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import { between } from '../../kernel/draws.ts'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import type { ClusterSettings, ClusterState } from '../state.ts'
import { requireClusterIdle } from './cluster.ts'
import { enabledTypes, settingsOf } from './cluster-settings.ts'
import { startUpdate, updateView } from './updates.ts'

/** A change of settings takes one to three minutes (assumed). */
const configMs = [60_000, 180_000] as const

/** A change: what it is called, its parameters, and what the settings are afterwards. */
interface Change {
  readonly type: Sdk.UpdateType
  readonly params: Readonly<Record<string, string | undefined>>
  readonly settings: Partial<ClusterSettings>
  readonly subnetIds?: readonly string[]
}

/** @throws RegroupError ResourceInUseException, InvalidParameterException. */
export function updateClusterConfig(
  account: AwsAccount,
  input: Sdk.UpdateClusterConfigRequest,
): Sdk.UpdateClusterConfigResponse {
  const cluster = account.cluster(input.name)
  return account.once(`cluster-config/${cluster.name}`, input.clientRequestToken, () => {
    const change = changeOf(account, cluster, input)
    requireClusterIdle(cluster)
    const update = startUpdate(account, cluster.updates, change.type, change.params)
    cluster.status = 'UPDATING'
    const random = account.kernel.random(`cluster-config/${update.id}`)
    account.kernel.after(between(random, ...configMs), 'cluster-config-updated', () => {
      Object.assign(settingsOf(cluster), change.settings)
      if (change.subnetIds !== undefined) cluster.subnetIds = change.subnetIds
      cluster.status = 'ACTIVE'
      update.status = 'Successful'
    })
    return { update: updateView(update) }
  })
}

function changeOf(
  account: AwsAccount,
  cluster: ClusterState,
  input: Sdk.UpdateClusterConfigRequest,
): Change {
  const changes = [
    vpcChange(account, cluster, input.resourcesVpcConfig),
    loggingChange(cluster, input.logging),
    accessChange(cluster, input.accessConfig),
    ...plainChanges(input),
  ].filter((one) => one !== undefined)
  const [change] = changes
  if (change === undefined) {
    throw awsError('InvalidParameterException', 'No cluster configuration changes were requested')
  }
  if (changes.length > 1) {
    const text = 'Only one type of update can be allowed per call'
    throw awsError('InvalidParameterException', text)
  }
  return change
}

function vpcChange(
  account: AwsAccount,
  cluster: ClusterState,
  vpc: Sdk.VpcConfigRequest | undefined,
): Change | undefined {
  if (vpc === undefined) return undefined
  const present = settingsOf(cluster)
  if (vpc.subnetIds !== undefined || vpc.securityGroupIds !== undefined) {
    const unknown = vpc.subnetIds?.find((id) => !account.subnets.has(id))
    if (unknown !== undefined) {
      throw awsError('InvalidParameterException', `The subnet ID '${unknown}' does not exist`)
    }
    return {
      type: 'VpcConfigUpdate',
      params: {
        SubnetIds: vpc.subnetIds && JSON.stringify(vpc.subnetIds),
        SecurityGroups: vpc.securityGroupIds && JSON.stringify(vpc.securityGroupIds),
      },
      settings: { securityGroupIds: vpc.securityGroupIds ?? present.securityGroupIds },
      subnetIds: vpc.subnetIds ?? cluster.subnetIds,
    }
  }
  const settings = {
    isEndpointPublic: vpc.endpointPublicAccess ?? present.isEndpointPublic,
    isEndpointPrivate: vpc.endpointPrivateAccess ?? present.isEndpointPrivate,
    publicAccessCidrs: vpc.publicAccessCidrs ?? present.publicAccessCidrs,
  }
  if (!settings.isEndpointPublic && !settings.isEndpointPrivate) {
    const text = 'Private and public endpoint access cannot be false'
    throw awsError('InvalidParameterException', text)
  }
  if (JSON.stringify(settings) === JSON.stringify(pick(present))) {
    throw awsError(
      'InvalidParameterException',
      `Cluster is already at the desired configuration with endpointPrivateAccess: ${settings.isEndpointPrivate} , endpointPublicAccess: ${settings.isEndpointPublic}, and Public Endpoint Restrictions: [${settings.publicAccessCidrs.join(', ')}]`,
    )
  }
  return {
    type: 'EndpointAccessUpdate',
    params: {
      EndpointPublicAccess: String(settings.isEndpointPublic),
      EndpointPrivateAccess: String(settings.isEndpointPrivate),
      PublicAccessCidrs: JSON.stringify(settings.publicAccessCidrs),
    },
    settings,
  }
}

function pick(
  present: ClusterSettings,
): Pick<ClusterSettings, 'isEndpointPublic' | 'isEndpointPrivate' | 'publicAccessCidrs'> {
  const { isEndpointPrivate, isEndpointPublic, publicAccessCidrs } = present
  return { isEndpointPublic, isEndpointPrivate, publicAccessCidrs }
}

function loggingChange(
  cluster: ClusterState,
  logging: Sdk.Logging | undefined,
): Change | undefined {
  if (logging === undefined) return undefined
  const present = settingsOf(cluster).logTypes
  const logTypes = enabledTypes(logging, present)
  if (JSON.stringify(logTypes) === JSON.stringify(present)) {
    const text = 'No changes needed for the logging config provided'
    throw awsError('InvalidParameterException', text)
  }
  return {
    type: 'LoggingUpdate',
    params: { ClusterLogging: JSON.stringify(logging) },
    settings: { logTypes },
  }
}

const modes = ['CONFIG_MAP', 'API_AND_CONFIG_MAP', 'API'] as const

/** The mode goes one way only. */
function accessChange(
  cluster: ClusterState,
  access: Sdk.UpdateAccessConfigRequest | undefined,
): Change | undefined {
  const mode = access?.authenticationMode
  if (mode === undefined) return undefined
  const present = settingsOf(cluster).authenticationMode
  if (modes.indexOf(mode) <= modes.indexOf(present)) {
    const text = `Unsupported authentication mode update from ${present} to ${mode}`
    throw awsError('InvalidParameterException', text)
  }
  return {
    type: 'AccessConfigUpdate',
    params: { AuthenticationMode: mode },
    settings: { authenticationMode: mode },
  }
}

function plainChanges(input: Sdk.UpdateClusterConfigRequest): readonly (Change | undefined)[] {
  const { deletionProtection, upgradePolicy, zonalShiftConfig } = input
  return [
    upgradePolicy?.supportType && {
      type: 'UpgradePolicyUpdate',
      params: { UpgradePolicy: upgradePolicy.supportType },
      settings: { supportType: upgradePolicy.supportType },
    },
    zonalShiftConfig && {
      type: 'ZonalShiftConfigUpdate',
      params: { ZonalShiftConfig: JSON.stringify(zonalShiftConfig) },
      settings: { isZonalShiftEnabled: zonalShiftConfig.enabled ?? false },
    },
    deletionProtection === undefined
      ? undefined
      : {
          type: 'DeletionProtectionUpdate',
          params: { DeletionProtection: String(deletionProtection) },
          settings: { isDeletionProtected: deletionProtection },
        },
  ]
}
