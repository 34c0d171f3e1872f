/** Nodes and their taints. World layer, types only. */

import type { Condition, KubeObjectBase } from './metadata.ts'

/** Node taint, Kubernetes spelling of the effect. */
export interface Taint {
  readonly key: string
  readonly value?: string
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute'
  readonly timeAdded?: string
}

/** Quantities as text, e.g. `{cpu: '500m', memory: '1Gi'}`. */
export type ResourceList = Readonly<Record<string, string>>

/** A machine of the cluster. */
export interface Node extends KubeObjectBase<'v1', 'Node'> {
  readonly spec?: {
    readonly providerID?: string
    readonly unschedulable?: boolean
    readonly taints?: readonly Taint[]
    readonly podCIDR?: string
  }
  readonly status?: {
    readonly capacity?: ResourceList
    readonly allocatable?: ResourceList
    readonly conditions?: readonly Condition[]
    readonly addresses?: readonly { readonly type: string; readonly address: string }[]
    readonly nodeInfo?: Readonly<Record<string, string>>
  }
}
