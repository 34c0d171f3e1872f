/** What callers may set of a cluster, and EKS's defaults. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import type { ClusterSettings, ClusterState } from '../state.ts'

const logTypes: readonly Sdk.LogType[] = [
  'api',
  'audit',
  'authenticator',
  'controllerManager',
  'scheduler',
]

/** Settings of a request; what it leaves out is EKS's default. */
export function settingsFor(
  input: Partial<
    Pick<
      Sdk.CreateClusterRequest,
      | 'accessConfig'
      | 'deletionProtection'
      | 'encryptionConfig'
      | 'kubernetesNetworkConfig'
      | 'logging'
      | 'resourcesVpcConfig'
      | 'upgradePolicy'
      | 'zonalShiftConfig'
    >
  >,
): ClusterSettings {
  const vpc = input.resourcesVpcConfig
  return {
    securityGroupIds: vpc?.securityGroupIds ?? [],
    isEndpointPublic: vpc?.endpointPublicAccess ?? true,
    isEndpointPrivate: vpc?.endpointPrivateAccess ?? false,
    publicAccessCidrs: vpc?.publicAccessCidrs ?? ['0.0.0.0/0'],
    authenticationMode: input.accessConfig?.authenticationMode ?? 'CONFIG_MAP',
    isCreatorAdmin: input.accessConfig?.bootstrapClusterCreatorAdminPermissions ?? true,
    logTypes: enabledTypes(input.logging, []),
    supportType: input.upgradePolicy?.supportType ?? 'EXTENDED',
    serviceCidr: input.kubernetesNetworkConfig?.serviceIpv4Cidr ?? '10.100.0.0/16',
    encryptionKeyArn: input.encryptionConfig?.[0]?.provider?.keyArn,
    isDeletionProtected: input.deletionProtection ?? false,
    isZonalShiftEnabled: input.zonalShiftConfig?.enabled ?? false,
  }
}

/** Log types that are on after the change. */
export function enabledTypes(
  logging: Sdk.Logging | undefined,
  before: readonly string[],
): readonly string[] {
  const on = new Set(before)
  for (const { enabled, types } of logging?.clusterLogging ?? []) {
    for (const type of types ?? []) {
      if (enabled === true) on.add(type)
      else on.delete(type)
    }
  }
  return logTypes.filter((type) => on.has(type))
}

/** A cluster's settings; those of a world's own clusters are made now. */
export function settingsOf(cluster: ClusterState): ClusterSettings {
  cluster.settings ??= {
    ...settingsFor({}),
    isEndpointPrivate: true,
    authenticationMode: 'API_AND_CONFIG_MAP',
  }
  return cluster.settings
}

/** As DescribeCluster shows them. */
export function settingsView(account: AwsAccount, cluster: ClusterState): Partial<Sdk.Cluster> {
  const settings = settingsOf(cluster)
  const off = logTypes.filter((type) => !settings.logTypes.includes(type))
  const on = logTypes.filter((type) => settings.logTypes.includes(type))
  const { encryptionKeyArn } = settings
  return {
    kubernetesNetworkConfig: {
      serviceIpv4Cidr: settings.serviceCidr,
      ipFamily: settings.ipFamily ?? 'ipv4',
    },
    resourcesVpcConfig: {
      subnetIds: [...cluster.subnetIds],
      securityGroupIds: [...settings.securityGroupIds],
      clusterSecurityGroupId: cluster.securityGroupId,
      vpcId: account.subnets.get(cluster.subnetIds[0] ?? '')?.vpcId,
      endpointPublicAccess: settings.isEndpointPublic,
      endpointPrivateAccess: settings.isEndpointPrivate,
      publicAccessCidrs: settings.isEndpointPublic ? [...settings.publicAccessCidrs] : [],
    },
    accessConfig: { authenticationMode: settings.authenticationMode },
    logging: {
      clusterLogging: [
        ...(on.length === 0 ? [] : [{ types: on, enabled: true }]),
        ...(off.length === 0 ? [] : [{ types: off, enabled: false }]),
      ],
    },
    upgradePolicy: { supportType: settings.supportType },
    deletionProtection: settings.isDeletionProtected,
    ...(settings.isZonalShiftEnabled ? { zonalShiftConfig: { enabled: true } } : {}),
    ...(encryptionKeyArn === undefined
      ? {}
      : {
          encryptionConfig: [{ resources: ['secrets'], provider: { keyArn: encryptionKeyArn } }],
        }),
  }
}

/** @throws RegroupError InvalidRequestException unless access entries are on. */
export function requireEntriesOn(cluster: ClusterState): void {
  if (settingsOf(cluster).authenticationMode !== 'CONFIG_MAP') return
  throw awsError(
    'InvalidRequestException',
    "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
  )
}
