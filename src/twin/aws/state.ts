/** The state of an account: plain mutable records, owned by AwsAccount. Twin layer, types only. */

import type { StringMap, Taint } from '../../world/kube-objects.ts'
import type {
  GroupLaunch,
  GroupSettings,
  HookState,
  PolicyState,
  RefreshState,
} from './autoscaling/state.ts'
import type { ClusterState, NodeGroupState } from './eks/state.ts'

export type {
  AccessEntryState,
  AccessScope,
  AddonState,
  ClusterSettings,
  ClusterState,
  NodeGroupState,
  UpdateState,
} from './eks/state.ts'

/** What EC2 gives to instances besides the machine itself. */
export interface LaunchFacts {
  readonly volumes: readonly {
    readonly deviceName: string
    readonly sizeGiB: number
    readonly volumeType: string
    readonly isEncrypted: boolean
  }[]
  /** Empty = the groups that the launch's owner gives. */
  readonly securityGroupIds: readonly string[]
  readonly keyName: string | undefined
  readonly instanceProfile: string | undefined
  /** Tags of the instances, from the template. */
  readonly tags: StringMap
  /** Base64. */
  readonly userData: string | undefined
}

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
  /** Undefined for worlds that say nothing of it: one 20 GiB gp3 volume. */
  readonly launch?: LaunchFacts
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
  subnetIds: readonly string[]
  launchKind: 'template' | 'configuration' | 'mixed'
  templateId: string | undefined
  templateName: string | undefined
  configurationName: string | undefined
  recipe: MachineRecipe
  minSize: number
  maxSize: number
  desiredCapacity: number
  isDeleting: boolean
  /** What callers set; undefined for groups of EKS and of a world's start. */
  settings?: GroupSettings
  /** What the caller said to launch; undefined for groups of EKS and of a world's start. */
  launch?: GroupLaunch
  isInstanceRefreshActive: boolean
  /** Newest first; undefined = never one. */
  refreshes?: RefreshState[]
  /** Scaling policies by name; undefined = none. */
  policies?: Map<string, PolicyState>
  hasWarmPool: boolean
  readonly tags: Map<string, { value: string; isPropagated: boolean }>
  readonly suspended: Set<string>
  readonly instanceIds: Set<string>
  /** Newest first. */
  readonly activities: ActivityState[]
  readonly hooks: HookState[]
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
  /** Empty for instances of no group. */
  groupName: string
  /** Empty for instances of no cluster. */
  readonly clusterName: string
  readonly zone: string
  readonly subnetId: string
  readonly instanceType: string
  readonly capacityType: 'SPOT' | 'ON_DEMAND'
  readonly recipe: MachineRecipe
  readonly launchedMs: number
  state: 'pending' | 'running' | 'shutting-down' | 'terminated'
  lifecycleState:
    | 'Pending'
    | 'Pending:Wait'
    | 'Pending:Proceed'
    | 'InService'
    | 'Standby'
    | 'Detached'
    | 'Terminating:Wait'
    | 'Terminating:Proceed'
    | 'Terminating'
  isProtected: boolean
  /** Told by SetInstanceHealth; undefined = healthy. */
  isUnhealthy?: boolean
  securityGroupIds?: readonly string[]
  tags: StringMap
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
  | { readonly kind: 'cluster'; readonly cluster: ClusterState; readonly status: string }
  | { readonly kind: 'cluster-version'; readonly cluster: ClusterState }

/** Who or what is behind a change. */
export interface Cause {
  /** Session name of the caller, or a part of AWS: `autoscaling`, `eks`, `ec2-spot`, `world`. */
  readonly user: string
  /** Operation or reason, e.g. `TerminateInstanceInAutoScalingGroup`, `scale-in`. */
  readonly operation: string
}
