/** What every world is made of, whether a scenario or a user's file. Twin layer, types only. */

import type { KubeObject, StringMap, Taint } from '../../world/kube-objects.ts'
import type { Expander } from '../autoscaler/autoscaler.ts'
import type { CapacityOutage } from '../aws/capacity.ts'
import type { Fault } from '../kernel/faults.ts'
import type { KubeFault } from '../wire/kube-fault.ts'
import type { WireFault } from '../wire/wire-fault.ts'

/** A whole world: plain data. */
export interface WorldSpec {
  readonly name: string
  /** RFC 3339. */
  readonly startAt: string
  readonly region: string
  /** 12 digits. */
  readonly accountId: string
  /** Full zone names, e.g. `eu-west-1a`; one subnet each. */
  readonly zones: readonly string[]
  readonly clusters: readonly WorldCluster[]
  readonly outages: readonly CapacityOutage[]
  readonly faults: readonly Fault[]
  /** Faults between real clients and the served world; rehearsals have no wire. */
  readonly wireFaults?: readonly WireFault[]
  /** The same between clients and the clusters' API servers. */
  readonly kubeFaults?: readonly KubeFault[]
  /** Free addresses by zone; 4000 where not said. */
  readonly freeAddresses: Readonly<Record<string, number>>
}

/** One cluster of a world. */
export interface WorldCluster {
  readonly name: string
  /** Minor, e.g. `1.32`. */
  readonly kubernetesVersion: string
  readonly nodeRole: string
  readonly groups: readonly WorldGroup[]
  /** Workloads, budgets, volumes, pods. Pods with a status keep it; others are made and placed. */
  readonly objects: readonly KubeObject[]
  /** Undefined = no autoscaler in this cluster. */
  readonly autoscaler: { readonly expanders: readonly Expander[] } | undefined
  /** What the priority expander's ConfigMap says; undefined = no ConfigMap. */
  readonly priorities: string | undefined
}

/** A self-managed Auto Scaling group with its nodes. */
export interface WorldGroup {
  readonly name: string
  readonly zones: readonly string[]
  readonly instanceTypes: readonly string[]
  readonly capacityType: 'SPOT' | 'ON_DEMAND'
  readonly minSize: number
  readonly maxSize: number
  readonly desiredCapacity: number
  readonly labels: StringMap
  readonly taints: readonly Taint[]
  readonly amiFamily: 'AmazonLinux2' | 'AmazonLinux2023'
  readonly launchKind: 'template' | 'configuration' | 'mixed'
  /** Of its launch template; made up when absent. */
  readonly templateName?: string
  readonly tags: StringMap
  readonly suspendedProcesses: readonly string[]
  /** What is known of the instances that exist; the rest, up to the desired capacity, is made up. */
  readonly instances?: readonly WorldInstance[]
  /** Someone else is replacing its instances; false when absent. */
  readonly isInstanceRefreshActive?: boolean
}

/** An instance that exists. Absent parts are made up, as a launch would. */
export interface WorldInstance {
  readonly id: string
  /** Full zone name. */
  readonly zone?: string
  readonly instanceType?: string
  /** Name of its Node, which may stand among the objects of the cluster. */
  readonly nodeName?: string
}
