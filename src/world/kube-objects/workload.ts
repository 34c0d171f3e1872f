/** Controllers of pods. World layer, types only. */

import type { Condition, KubeObjectBase, LabelSelector, StringMap } from './metadata.ts'
import type { PodTemplate } from './pod.ts'

interface WorkloadStatus {
  readonly observedGeneration?: number
  readonly replicas?: number
  readonly readyReplicas?: number
  readonly availableReplicas?: number
  readonly updatedReplicas?: number
  readonly currentReplicas?: number
  readonly currentRevision?: string
  readonly updateRevision?: string
}

/** Pods of one template, replaced by rolling update. */
export interface Deployment extends KubeObjectBase<'apps/v1', 'Deployment'> {
  readonly spec: {
    readonly replicas?: number
    readonly selector: LabelSelector
    readonly template: PodTemplate
    readonly minReadySeconds?: number
    /** True = templates are not rolled out; the number of pods still follows. */
    readonly paused?: boolean
    /** Empty ReplicaSets that are kept. @default 10 */
    readonly revisionHistoryLimit?: number
    readonly strategy?: {
      readonly type?: 'RollingUpdate' | 'Recreate'
      readonly rollingUpdate?: {
        readonly maxSurge?: number | string
        readonly maxUnavailable?: number | string
      }
    }
  }
  readonly status?: WorkloadStatus
}

/** Equal pods; `replicas` absent = 1. */
export interface ReplicaSet extends KubeObjectBase<'apps/v1', 'ReplicaSet'> {
  readonly spec: {
    readonly replicas?: number
    readonly selector: LabelSelector
    readonly template: PodTemplate
    readonly minReadySeconds?: number
  }
  readonly status?: WorkloadStatus
}

/** Pods with names and volumes of their own; `replicas` absent = 1. */
export interface StatefulSet extends KubeObjectBase<'apps/v1', 'StatefulSet'> {
  readonly spec: {
    readonly replicas?: number
    readonly selector: LabelSelector
    readonly template: PodTemplate
    readonly serviceName?: string
    readonly minReadySeconds?: number
    readonly podManagementPolicy?: 'OrderedReady' | 'Parallel'
    readonly updateStrategy?: {
      readonly type?: 'RollingUpdate' | 'OnDelete'
      /** Ordinals below `partition` keep their pods. @default 0 */
      readonly rollingUpdate?: { readonly partition?: number }
    }
    readonly volumeClaimTemplates?: readonly {
      readonly metadata: { readonly name: string; readonly labels?: StringMap }
      readonly spec?: Readonly<Record<string, unknown>>
    }[]
  }
  readonly status?: WorkloadStatus
}

/** One pod per fitting node. */
export interface DaemonSet extends KubeObjectBase<'apps/v1', 'DaemonSet'> {
  readonly spec: {
    readonly selector: LabelSelector
    readonly template: PodTemplate
    readonly minReadySeconds?: number
    readonly updateStrategy?: {
      readonly type?: 'RollingUpdate' | 'OnDelete'
      /** A number or a share such as `10%`. @default 1 */
      readonly rollingUpdate?: { readonly maxUnavailable?: number | string }
    }
  }
  readonly status?: {
    readonly desiredNumberScheduled?: number
    readonly currentNumberScheduled?: number
    readonly updatedNumberScheduled?: number
    readonly numberReady?: number
    readonly numberAvailable?: number
    readonly numberUnavailable?: number
    readonly numberMisscheduled?: number
    readonly observedGeneration?: number
  }
}

/** Pods that run to completion. */
export interface Job extends KubeObjectBase<'batch/v1', 'Job'> {
  readonly spec: {
    readonly parallelism?: number
    readonly completions?: number
    readonly backoffLimit?: number
    readonly activeDeadlineSeconds?: number
    readonly podReplacementPolicy?: 'TerminatingOrFailed' | 'Failed'
    readonly podFailurePolicy?: Readonly<Record<string, unknown>>
    readonly selector?: LabelSelector
    readonly template: PodTemplate
  }
  readonly status?: {
    readonly active?: number
    readonly succeeded?: number
    readonly failed?: number
    readonly conditions?: readonly Condition[]
  }
}
