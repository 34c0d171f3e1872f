/** The desired fleet: every default applied, every matrix expanded, plain frozen data. Fleet layer, types only. */

import type { AmiFamily } from '../nodes/ami-parameters.ts'
import type { SourceLocation } from '../world/finding.ts'
import type { StringMap, Taint } from '../world/kube-objects.ts'

/** The fleet of one file. */
export interface DesiredFleet {
  readonly name: string
  readonly clusters: readonly DesiredCluster[]
}

/** One cluster. */
export interface DesiredCluster {
  readonly name: string
  readonly region: string
  /** Minor, e.g. `1.35`. */
  readonly kubernetesVersion: string
  readonly labels: StringMap
  /** Groups before zones are known: `availabilityZone` may be `*`. */
  readonly nodeGroups: readonly DesiredNodeGroup[]
  readonly migration: DesiredMigration
  readonly priorityExpanderEnabled: boolean
  /** Add-ons kept at the default of the cluster's minor. */
  readonly addons: readonly string[]
  readonly managesAutoscalerImage: boolean
  readonly location: SourceLocation | undefined
}

/** One node group of one cluster, or a pattern of one per zone. */
export interface DesiredNodeGroup {
  /** May hold `$(az)` and `$(azIndex)` until zones are known. */
  readonly name: string
  readonly availabilityZone: string
  readonly capacityType: 'SPOT' | 'ON_DEMAND'
  readonly arch: 'amd64' | 'arm64'
  readonly instanceTypes: readonly string[]
  /** Only the families of Amazon Linux pass the checks: of the others there are no images yet. */
  readonly amiFamily: AmiFamily
  /** An image of the team's own: EKS then merges nothing. Undefined = EKS's image of the family. */
  readonly amiId: string | undefined
  /** `latest` or an exact release such as `1.35.6-20260714`; without meaning beside an `amiId`. */
  readonly releaseVersion: string
  readonly nodeRole: string
  readonly subnetSelector: StringMap
  readonly minSize: number
  readonly maxSize: number
  readonly labels: StringMap
  readonly taints: readonly Taint[]
  readonly tags: StringMap
  readonly kubelet: Readonly<Record<string, unknown>>
  readonly preBootstrapCommands: readonly string[]
  /** The team's own user data: MIME, a script or a NodeConfig; checked. Ours is joined to it. */
  readonly userData: string | undefined
  readonly volume: DesiredVolume
  readonly ebsOptimized: boolean
  readonly updateConfig: { maxUnavailable?: number; maxUnavailablePercentage?: number } | undefined
  readonly priority: number
  readonly location: SourceLocation | undefined
  /** Where each value of the file stands, by dotted key, e.g. `labels.team`; defaults are not in it. */
  readonly origins: Readonly<Record<string, SourceLocation>>
}

/** A finding of `check` that somebody answers for until a day. */
export interface DesiredWaiver {
  /** Code of the finding, e.g. `LT-21`. */
  readonly rule: string
  /** Groups by `cluster/group`; `*` stands for any text. */
  readonly groupGlob: string
  readonly reason: string
  readonly owner: string
  /** Last UTC day on which it holds, e.g. `2026-12-31`. */
  readonly expires: string
  readonly location: SourceLocation
}

/** Root volume; GiB. */
export interface DesiredVolume {
  readonly size: number
  readonly type: string
  readonly iops?: number
  readonly throughput?: number
}

/** The `migration` block with its defaults (drain-and-rolling section 12). Durations in milliseconds. */
export interface DesiredMigration {
  readonly from: readonly { readonly nameGlob?: string; readonly tags?: StringMap }[]
  /** Where `from` stands; undefined when it is not in the file. */
  readonly fromLocation: SourceLocation | undefined
  readonly surge: { readonly fraction: number } | { readonly count: number }
  readonly canaryNodeCount: number
  readonly canarySoakMs: number
  readonly podDeadlineMs: number
  readonly nodeDeadlineMs: number
  readonly jobDeadlineMs: number
  readonly emptySoakMs: number
  readonly soakMs: number
  readonly virtualBudgetFraction: number
  readonly barePods: 'block' | 'wait' | 'delete'
  readonly jobs: 'wait' | 'evict'
  readonly overrides: ReadonlyMap<string, 'delete' | 'skip'>
}
