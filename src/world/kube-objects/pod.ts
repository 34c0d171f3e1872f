/** Pods and what they are made of. World layer, types only. */

import type { Affinity, Toleration, TopologySpreadConstraint } from './affinity.ts'
import type { Condition, KubeObjectBase, StringMap } from './metadata.ts'
import type { ResourceList } from './node.ts'

/** One container; only what scheduling and draining look at. */
export interface Container {
  readonly name: string
  readonly image?: string
  readonly env?: readonly { readonly name: string }[]
  readonly restartPolicy?: string
  readonly ports?: readonly {
    readonly containerPort: number
    readonly hostPort?: number
    readonly protocol?: string
    readonly hostIP?: string
  }[]
  readonly resources?: { readonly requests?: ResourceList; readonly limits?: ResourceList }
  readonly readinessProbe?: Probe
  readonly startupProbe?: Probe
  readonly lifecycle?: { readonly preStop?: Readonly<Record<string, unknown>> }
}

/** Timing of a probe; seconds, Kubernetes defaults when absent. */
export interface Probe {
  readonly initialDelaySeconds?: number
  readonly periodSeconds?: number
  readonly failureThreshold?: number
}

/** A volume; exactly one source. Other sources are kept but not interpreted. */
export interface Volume {
  readonly name: string
  readonly emptyDir?: { readonly medium?: string }
  readonly hostPath?: { readonly path: string }
  readonly persistentVolumeClaim?: { readonly claimName: string }
}

/** What a pod asks for; only what scheduling and draining look at. */
export interface PodSpec {
  readonly nodeName?: string
  readonly containers: readonly Container[]
  readonly initContainers?: readonly Container[]
  readonly nodeSelector?: StringMap
  readonly affinity?: Affinity
  readonly tolerations?: readonly Toleration[]
  readonly topologySpreadConstraints?: readonly TopologySpreadConstraint[]
  readonly terminationGracePeriodSeconds?: number
  readonly priority?: number
  readonly priorityClassName?: string
  readonly restartPolicy?: string
  readonly hostNetwork?: boolean
  readonly schedulerName?: string
  readonly schedulingGates?: readonly { readonly name: string }[]
  readonly serviceAccountName?: string
  readonly volumes?: readonly Volume[]
  readonly overhead?: ResourceList
}

/** A pod; `phase` absent = Pending. */
export interface Pod extends KubeObjectBase<'v1', 'Pod'> {
  readonly spec: PodSpec
  readonly status?: {
    readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'
    readonly conditions?: readonly Condition[]
    readonly reason?: string
    readonly podIP?: string
    readonly startTime?: string
    readonly containerStatuses?: readonly Readonly<Record<string, unknown>>[]
  }
}

/** Template of a workload's pods. */
export interface PodTemplate {
  readonly metadata?: { readonly labels?: StringMap; readonly annotations?: StringMap }
  readonly spec: PodSpec
}
