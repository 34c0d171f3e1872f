/** Rows of the workload table and entries of scenarios, as they stand in data/. Twin layer, types only. */

import type { Probe } from '../../world/kube-objects.ts'

/** A budget as the tables write it. */
export interface BudgetRow {
  readonly minAvailable?: number | string
  readonly maxUnavailable?: number | string
  readonly unhealthyPodEvictionPolicy?: 'IfHealthyBudget' | 'AlwaysAllow'
  readonly selector?: string
}

interface KeyMode {
  readonly key: string
  readonly mode: 'hard' | 'soft'
}

/** Facts of one workload of a public project. */
export interface WorkloadRow {
  readonly id: string
  readonly name: string
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Pod' | 'Job' | 'CronJob'
  readonly namespace: string
  readonly replicas?: { readonly default?: number; readonly ha?: number }
  readonly requests: {
    readonly cpuMilli: number
    readonly memoryMi: number
    readonly extended?: Readonly<Record<string, number>>
  }
  readonly initContainers?: number
  readonly terminationGracePeriodSeconds?: number
  readonly readiness?: Probe
  readonly startupProbe?: Probe
  readonly pdb?: 'none' | BudgetRow
  readonly pdbAllowedMaster?: number
  readonly antiAffinity?: readonly KeyMode[]
  readonly topologySpread?: readonly (KeyMode & { readonly maxSkew?: number })[]
  readonly nodeSelector?: Readonly<Record<string, string>>
  readonly nodeAffinity?: readonly (KeyMode & {
    readonly op: string
    readonly values: readonly string[]
  })[]
  readonly tolerations?: readonly string[]
  readonly priorityClass?: string
  readonly pvcs?: readonly {
    readonly name: string
    readonly perReplica: boolean
    readonly accessModes?: readonly string[]
  }[]
  readonly emptyDir?: number
  readonly preStopSleepSeconds?: number
  readonly podManagementPolicy?: 'OrderedReady' | 'Parallel'
  readonly updateStrategy?: {
    readonly type?: string
    readonly maxSurge?: number | string
    readonly maxUnavailable?: number | string
  }
  readonly ownerKind?: string
  readonly restartPolicy?: string
  readonly job?: { readonly backoffLimit?: number; readonly activeDeadlineSeconds?: number }
  readonly webhooks?: { readonly Fail?: number; readonly Ignore?: number }
  readonly evictionAnnotations?: Readonly<Record<string, string>>
  readonly ha?: Partial<WorkloadRow>
}

/** One workload of a composition: a row with overrides. */
export interface ScenarioEntry {
  readonly id: string
  readonly variant?: 'ha'
  readonly copies?: number
  readonly namespace?: string
  readonly replicas?: number
  readonly requests?: WorkloadRow['requests']
  readonly pdb?: BudgetRow
  readonly pdbs?: readonly BudgetRow[]
  readonly state?: string
  readonly terminationGracePeriodSeconds?: number
  readonly archAllowed?: readonly string[]
  readonly addTolerations?: readonly string[]
  readonly addNodeSelector?: Readonly<Record<string, string>>
  readonly removeNodeSelector?: boolean
  readonly zones?: readonly string[]
  readonly runningFor?: string
}

/** A composition. */
export interface ScenarioRow {
  readonly name: string
  readonly summary: string
  readonly azs: readonly string[]
  readonly nodeGroups: readonly {
    readonly name: string
    readonly instanceType: string
    readonly capacityType: 'SPOT' | 'ON_DEMAND'
    readonly arch: 'amd64' | 'arm64'
    readonly az: string
    readonly count: number
    readonly priority?: number
    readonly taints?: readonly string[]
    readonly labels?: Readonly<Record<string, string>>
  }[]
  readonly daemonSets: readonly string[]
  readonly fillRequests: { readonly cpuMilli: number; readonly memoryMi: number }
  readonly fillDaemonSetRequests: { readonly cpuMilli: number; readonly memoryMi: number }
  readonly workloads: readonly ScenarioEntry[]
  readonly computed: { readonly nodes: number; readonly pods: number }
}
