/** State of EKS: clusters, node groups, add-ons, access, updates. Twin layer, types only. */

import type { StringMap } from '../../../world/kube-objects.ts'
import type { ClusterTwin } from '../../contracts.ts'

/** An update of a cluster, add-on or node group. */
export interface UpdateState {
  readonly id: string
  readonly type: string
  status: 'InProgress' | 'Successful' | 'Failed' | 'Cancelled'
  readonly createdMs: number
  readonly params: readonly { readonly type: string; readonly value: string }[]
  errors: { errorCode: string; errorMessage: string; resourceIds: string[] }[]
}

/** A managed add-on. */
export interface AddonState {
  readonly name: string
  version: string
  status: 'ACTIVE' | 'UPDATING' | 'CREATING' | 'DELETING' | 'DEGRADED'
  readonly createdMs: number
  /** Undefined = never changed since it was created. */
  modifiedMs?: number
  /** Last part of the ARN; undefined for add-ons that a world starts with. */
  readonly uuid?: string
  serviceAccountRoleArn?: string
  /** JSON text, as given. */
  configurationValues?: string
  issues?: readonly { code: string; message: string; resourceIds: string[] }[]
  tags?: StringMap
  readonly updates: UpdateState[]
}

/** Who may come to a cluster: a role or user, as what. */
export interface AccessEntryState {
  readonly principalArn: string
  /** `STANDARD`, `EC2_LINUX`, ... */
  readonly type: string
  readonly uuid: string
  readonly createdMs: number
  modifiedMs: number
  username: string
  groups: readonly string[]
  /** Access policies by ARN. */
  readonly policies: Map<string, AccessScope>
  tags: StringMap
}

/** Where an access policy holds. */
export interface AccessScope {
  readonly type: 'cluster' | 'namespace'
  readonly namespaces: readonly string[]
  readonly associatedMs: number
  readonly modifiedMs: number
}

/** What a cluster's callers may set. */
export interface ClusterSettings {
  securityGroupIds: readonly string[]
  isEndpointPublic: boolean
  isEndpointPrivate: boolean
  publicAccessCidrs: readonly string[]
  authenticationMode: 'API' | 'API_AND_CONFIG_MAP' | 'CONFIG_MAP'
  readonly isCreatorAdmin: boolean
  /** Log types that are on. */
  logTypes: readonly string[]
  supportType: 'STANDARD' | 'EXTENDED'
  readonly serviceCidr: string
  /** Undefined = `ipv4`. */
  readonly ipFamily?: 'ipv4' | 'ipv6'
  /** Secrets are encrypted with this key; undefined = none. */
  readonly encryptionKeyArn: string | undefined
  isDeletionProtected: boolean
  isZonalShiftEnabled: boolean
}

/** An EKS cluster. */
export interface ClusterState {
  readonly name: string
  readonly arn: string
  readonly createdMs: number
  readonly twin: ClusterTwin
  version: string
  status: 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING'
  subnetIds: readonly string[]
  readonly securityGroupId: string
  readonly roleArn: string
  readonly addons: Map<string, AddonState>
  readonly updates: UpdateState[]
  /** By principal ARN. */
  readonly accessEntries: Map<string, AccessEntryState>
  /** Where the cluster's API is served, and the base64 of its authority; absent while nobody serves it. */
  served?: { readonly endpoint: string; readonly caData: string }
  /** Undefined for clusters that a world starts with: EKS's defaults. */
  settings?: ClusterSettings
  tags: StringMap
}

/** A managed node group. */
export interface NodeGroupState {
  readonly name: string
  readonly clusterName: string
  readonly arn: string
  readonly uuid: string
  readonly createdMs: number
  status:
    | 'CREATING'
    | 'ACTIVE'
    | 'UPDATING'
    | 'DELETING'
    | 'CREATE_FAILED'
    | 'DELETE_FAILED'
    | 'DEGRADED'
  version: string
  releaseVersion: string
  readonly amiType: string
  readonly capacityType: 'SPOT' | 'ON_DEMAND'
  readonly instanceTypes: readonly string[]
  readonly subnetIds: readonly string[]
  readonly nodeRole: string
  labels: StringMap
  taints: readonly { key: string; value?: string; effect: string }[]
  tags: StringMap
  launchTemplate: { id: string; name: string; version: string } | undefined
  updateConfig: {
    maxUnavailable?: number
    maxUnavailablePercentage?: number
    updateStrategy?: string
  }
  /** Mirrors the group with a lag. */
  scaling: { minSize: number; maxSize: number; desiredSize: number }
  groupName: string | undefined
  /** When it last changed; undefined = never since it was created. */
  modifiedMs?: number
  /** GiB; undefined with a launch template. */
  readonly diskSize?: number
  readonly remoteAccess?: {
    readonly ec2SshKey?: string
    readonly sourceSecurityGroups?: readonly string[]
  }
  /** As the caller gave it. */
  nodeRepairConfig?: Readonly<Record<string, unknown>>
  issues: { code: string; message: string; resourceIds: string[] }[]
  readonly updates: UpdateState[]
}
