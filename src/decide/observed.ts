/** What a decision needs to see of the world: plain data, read by `observe`. Decide layer, types only. */

import type { DrainView } from '../drain/view.ts'
import type { StringMap } from '../world/kube-objects.ts'

/** One observation of one cluster. Times are epoch milliseconds of the injected clock. */
export interface Observed {
  readonly control: ObservedControlPlane
  readonly addons: readonly ObservedAddon[]
  readonly autoscaler: ObservedAutoscaler | undefined
  readonly nodeGroups: readonly ObservedNodeGroup[]
  /** Every Auto Scaling group that belongs to the cluster, old and new, by name. */
  readonly groups: readonly ObservedGroup[]
  /** Content of the priority expander's ConfigMap; undefined when there is none. */
  readonly priorities: ObservedPriorities | undefined
  /** What an earlier run wrote down because it cannot be observed. */
  readonly record: MigrationRecord
  readonly drain: DrainView
}

/** The control plane. */
export interface ObservedControlPlane {
  readonly name: string
  readonly arn: string
  /** Minor version, e.g. `1.32`. */
  readonly version: string
  /** EKS status: ACTIVE, UPDATING, ... */
  readonly status: string
  readonly endpoint: string
  readonly certificateAuthority: string
  readonly serviceCidr: string
  /** Id and type of an update in flight. */
  readonly update: { readonly id: string; readonly type: string } | undefined
  /** Versions EKS offers now. */
  readonly offeredVersions: readonly string[]
}

/** A managed add-on. */
export interface ObservedAddon {
  readonly name: string
  readonly version: string
  readonly status: string
  /** Default version per Kubernetes minor, as DescribeAddonVersions says. */
  readonly defaultFor: Readonly<Record<string, string>>
  /** Minors for which the present version is listed as compatible. */
  readonly compatibleWith: readonly string[]
  /** Newest version listed both for the cluster's minor and for this later minor. */
  readonly bridgeTo: Readonly<Record<string, string>>
}

/** The cluster-autoscaler Deployment. */
export interface ObservedAutoscaler {
  readonly namespace: string
  readonly name: string
  readonly image: string
  /** Minor of the image tag; undefined when the tag is not a version. */
  readonly minor: string | undefined
  readonly containerName: string
}

/** A managed node group. */
export interface ObservedNodeGroup {
  readonly name: string
  readonly status: string
  readonly version: string
  readonly releaseVersion: string
  /** Empty while CREATING. */
  readonly groupNames: readonly string[]
  readonly minSize: number
  readonly maxSize: number
  readonly issues: readonly {
    readonly code: string
    readonly message: string
    /** Instances, groups or templates that it is about. */
    readonly resourceIds: readonly string[]
  }[]
  readonly tags: StringMap
  readonly nodeRole: string
}

/** One instance of an Auto Scaling group. */
export interface ObservedInstance {
  readonly instanceId: string
  readonly zone: string
  readonly lifecycleState: string
  readonly isProtected: boolean
}

/** Launches of a group fail: no capacity, a quota, a template that EC2 refuses. */
export interface LaunchFailure {
  /** When the newest one failed; epoch milliseconds. */
  readonly atMs: number
  /** When this process first saw one of them fail with none that worked since. */
  readonly sinceMs: number
  /** What AWS says of the newest. */
  readonly message: string
}

/** An Auto Scaling group. */
export interface ObservedGroup {
  readonly name: string
  readonly minSize: number
  readonly maxSize: number
  readonly desiredCapacity: number
  readonly zones: readonly string[]
  readonly instances: readonly ObservedInstance[]
  readonly suspendedProcesses: readonly string[]
  readonly tags: StringMap
  /** The autoscaler's discovery tag is given to instances too; without meaning where there is none. */
  readonly isDiscoveryPropagated: boolean
  /** `Delete in progress` while DeleteAutoScalingGroup runs. */
  readonly isDeleting: boolean
  readonly isInstanceRefreshActive: boolean
  readonly hasWarmPool: boolean
  /** Undefined while launches work. */
  readonly launchFailure: LaunchFailure | undefined
}

/** The priority expander's map. */
export interface ObservedPriorities {
  readonly text: string
  readonly resourceVersion: string
  readonly annotations: StringMap
}

/** Facts of earlier ticks or processes, kept in the cluster's ConfigMap `regroup-migration`. */
export interface MigrationRecord {
  readonly exists: boolean
  /** When every canary node had become empty. */
  readonly canaryEmptyAtMs?: number
  /** When the canary had soaked: from then on all old nodes may be opened. */
  readonly canaryPassedAtMs?: number
  /** Old nodes of all groups when the migration began: the base of the surge. */
  readonly originalNodeCount?: number
  /** New nodes that were there when the migration began. */
  readonly originalNewNodeCount?: number
}
