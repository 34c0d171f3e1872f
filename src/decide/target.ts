/** The desired state of one migration, resolved for one cluster. Decide layer, types only. */

import type { DrainPolicy } from '../drain/policy.ts'
import type { Room } from '../drain/view.ts'
import type { StringMap, Taint } from '../world/kube-objects.ts'
import type { NodeGroupCreation } from './action.ts'

/** What a new node of a group will look like: for planning before it exists. */
export interface NodeTemplate {
  readonly labels: StringMap
  readonly taints: readonly Taint[]
  readonly allocatable: Room
}

/** A managed node group that must exist. */
export interface TargetNodeGroup {
  readonly name: string
  readonly zone: string
  readonly priority: number
  readonly minSize: number
  readonly maxSize: number
  readonly template: NodeTemplate
  /** Complete content for CreateNodegroup; undefined while AMI or subnets are not resolved yet. */
  readonly creation: NodeGroupCreation | undefined
}

/** Which Auto Scaling groups are the old ones: any rule that matches. */
export interface OldGroupRule {
  /** Name glob with `*` and `?`. */
  readonly nameGlob?: string
  /** Tags that must all be present with these values. */
  readonly tags?: StringMap
}

/** Speed and patience of a migration. Durations in milliseconds. */
export interface MigrationPolicy {
  /** Extra nodes per old group: a share of its nodes or a count; at least 1, at most `surgeMax`. */
  readonly surge: { readonly fraction: number } | { readonly count: number }
  readonly surgeMax: number
  readonly canaryNodeCount: number
  readonly canarySoakMs: number
  /** A node must have been empty this long before its instance is terminated. */
  readonly emptySoakMs: number
  /** An old group stays at zero this long before it is deleted. */
  readonly groupSoakMs: number
  /** A node that was cordoned so long ago and still has movable pods counts as blocked. */
  readonly nodeDeadlineMs: number
  readonly drain: DrainPolicy
}

/** The whole desired state. */
export interface MigrationTarget {
  readonly clusterName: string
  /** Minor version of control plane and nodes. */
  readonly kubernetesVersion: string
  readonly nodeGroups: readonly TargetNodeGroup[]
  readonly oldGroups: readonly OldGroupRule[]
  /** Add-ons that Regroup keeps at the default version of the cluster's minor; others are left alone. */
  readonly addons: readonly string[]
  /** Image repository without tag, tag per Kubernetes minor; undefined = do not touch the Deployment. */
  readonly autoscalerTags: Readonly<Record<string, string>> | undefined
  readonly managesPriorities: boolean
  readonly policy: MigrationPolicy
}
