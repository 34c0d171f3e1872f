/** State of Auto Scaling beyond sizes and instances. Twin layer, types only. */

import type * as Sdk from '@aws-sdk/client-auto-scaling'

/** What callers may set of a group, apart from its sizes. */
export interface GroupSettings {
  readonly cooldownSeconds: number
  readonly healthCheckType: string
  readonly graceSeconds: number
  readonly terminationPolicies: readonly string[]
  readonly areNewInstancesProtected: boolean
  readonly isCapacityRebalanced: boolean
  /** 0 = no limit. */
  readonly maxInstanceLifetimeSeconds: number
  /** Undefined = that of the health check. */
  readonly warmupSeconds: number | undefined
  readonly context: string | undefined
  readonly placementGroup: string | undefined
  readonly maintenance: Sdk.InstanceMaintenancePolicy | undefined
  /** Metrics that are collected, sorted. */
  readonly metrics: readonly string[]
}

/** What a group starts its instances from, as its caller said it. */
export type GroupLaunch =
  | { readonly kind: 'template'; readonly spec: Sdk.LaunchTemplateSpecification }
  | { readonly kind: 'mixed'; readonly policy: Sdk.MixedInstancesPolicy }
  | { readonly kind: 'configuration'; readonly name: string }

/** A launch configuration: what was given, and when. */
export interface ConfigurationState {
  readonly uuid: string
  readonly createdMs: number
  readonly given: Sdk.CreateLaunchConfigurationType
}

/** A lifecycle hook. */
export interface HookState {
  readonly name: string
  readonly transition: string
  readonly timeoutSeconds: number
  /** Undefined for the hooks that EKS completes itself. */
  readonly defaultResult?: string
  readonly metadata?: string
  readonly roleArn?: string
  readonly targetArn?: string
}

/** An instance refresh. */
export interface RefreshState {
  readonly id: string
  readonly startMs: number
  readonly preferences: Sdk.RefreshPreferences
  readonly desired: Sdk.DesiredConfiguration | undefined
  /** Instances to replace at its start. */
  readonly totalCount: number
  endMs: number | undefined
  status: 'Pending' | 'InProgress' | 'Successful' | 'Failed' | 'Cancelling' | 'Cancelled'
  reason: string | undefined
  /** Instances that are still to be replaced. */
  readonly leftIds: Set<string>
}

/** A scaling policy, as it was put. */
export interface PolicyState {
  readonly arn: string
  readonly given: Sdk.PutScalingPolicyType
}
