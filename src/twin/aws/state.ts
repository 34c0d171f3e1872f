/** The state of an account: plain mutable records, owned by AwsAccount. Twin layer, types only. */

import type { StringMap, Taint } from '../../world/kube-objects.ts'
import type { ClusterTwin } from '../contracts.ts'

/** How machines of a group come up. */
export interface MachineRecipe {
  readonly instanceTypes: readonly string[]
  readonly capacityType: 'SPOT' | 'ON_DEMAND'
  readonly amiFamily: 'AmazonLinux2' | 'AmazonLinux2023'
  readonly imageId: string
  readonly kubeletVersion: string
  readonly labels: StringMap
  readonly taints: readonly Taint[]
  /** Why no machine ever joins; undefined when they do. */
  readonly joinFailure?: string
  /** Version of the launch template, for node labels and rolling updates. */
  readonly templateVersion: string
}

/** One line of a group's history. */
export interface ActivityState {
  readonly id: string
  readonly groupName: string
  description: string
  readonly cause: string
  readonly startMs: number
  endMs: number | undefined
  statusCode: 'InProgress' | 'Successful' | 'Failed' | 'WaitingForInstanceWarmup'
  statusMessage: string | undefined
}

/** An Auto Scaling group. */
export interface GroupState {
  readonly name: string
  readonly clusterName: string
  readonly nodeGroupName: string | undefined
  readonly createdMs: number
  readonly subnetIds: readonly string[]
  readonly launchKind: 'template' | 'configuration' | 'mixed'
  templateId: string | undefined
  templateName: string | undefined
  configurationName: string | undefined
  recipe: MachineRecipe
  minSize: number
  maxSize: number
  desiredCapacity: number
  isDeleting: boolean
  isInstanceRefreshActive: boolean
  hasWarmPool: boolean
  readonly tags: Map<string, { value: string; isPropagated: boolean }>
  readonly suspended: Set<string>
  readonly instanceIds: Set<string>
  /** Newest first. */
  readonly activities: ActivityState[]
  readonly hooks: { name: string; transition: string; timeoutSeconds: number }[]
  /** Consecutive failed launches, for the growing delay. */
  failedLaunchCount: number
  /**
   * When the next look at the sizes is due, virtual epoch milliseconds; undefined = none pending.
   */
  reconcileAtMs: number | undefined
  /** A look at the zone balance is pending. */
  isRebalanceDue: boolean
  /** One instance more than desired is on its way into an emptier zone. */
  isRebalancing: boolean
  /** Instances lost while ReplaceUnhealthy was suspended; Auto Scaling does not replace them. */
  unreplacedCount: number
}

/** An EC2 instance. */
export interface InstanceState {
  readonly id: string
  readonly groupName: string
  readonly clusterName: string
  readonly zone: string
  readonly subnetId: string
  readonly instanceType: string
  readonly capacityType: 'SPOT' | 'ON_DEMAND'
  readonly recipe: MachineRecipe
  readonly launchedMs: number
  state: 'pending' | 'running' | 'shutting-down' | 'terminated'
  lifecycleState: 'Pending' | 'InService' | 'Terminating:Wait' | 'Terminating'
  isProtected: boolean
}

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
  status: 'ACTIVE' | 'UPDATING' | 'CREATING' | 'DELETING'
  readonly createdMs: number
  readonly updates: UpdateState[]
}

/** An EKS cluster. */
export interface ClusterState {
  readonly name: string
  readonly arn: string
  readonly createdMs: number
  readonly twin: ClusterTwin
  version: string
  status: 'ACTIVE' | 'UPDATING' | 'DELETING'
  readonly subnetIds: readonly string[]
  readonly securityGroupId: string
  readonly roleArn: string
  readonly addons: Map<string, AddonState>
  readonly updates: UpdateState[]
  readonly accessEntries: Map<string, string>
  tags: StringMap
  /** Where the cluster's API is served, and the base64 of its authority; absent while nobody serves it. */
  served?: { readonly endpoint: string; readonly caData: string }
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
  issues: { code: string; message: string; resourceIds: string[] }[]
  readonly updates: UpdateState[]
}

/** Something that happened in the account; what the judge looks at. */
export type AccountChange =
  | { readonly kind: 'instance-launched'; readonly instance: InstanceState; readonly cause: Cause }
  | {
      readonly kind: 'instance-terminating'
      readonly instance: InstanceState
      readonly cause: Cause
    }
  | { readonly kind: 'instance-terminated'; readonly instance: InstanceState }
  | {
      readonly kind: 'group-changed'
      readonly group: GroupState
      readonly what: string
      readonly cause: Cause
    }
  | { readonly kind: 'group-deleted'; readonly group: GroupState; readonly cause: Cause }
  | { readonly kind: 'node-group'; readonly nodeGroup: NodeGroupState; readonly status: string }
  | { readonly kind: 'cluster-version'; readonly cluster: ClusterState }

/** Who or what is behind a change. */
export interface Cause {
  /** Session name of the caller, or a part of AWS: `autoscaling`, `eks`, `ec2-spot`, `world`. */
  readonly user: string
  /** Operation or reason, e.g. `TerminateInstanceInAutoScalingGroup`, `scale-in`. */
  readonly operation: string
}
