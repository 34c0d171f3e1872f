/** What limits disruptions: budgets, webhooks, priority classes. World layer, types only. */

import type { Condition, KubeObjectBase, LabelSelector, StringMap } from './metadata.ts'

/** How many pods of a selector may be away at once; `minAvailable` or `maxUnavailable`. */
export interface PodDisruptionBudget extends KubeObjectBase<'policy/v1', 'PodDisruptionBudget'> {
  readonly spec: {
    readonly minAvailable?: number | string
    readonly maxUnavailable?: number | string
    readonly selector?: LabelSelector
    readonly unhealthyPodEvictionPolicy?: 'IfHealthyBudget' | 'AlwaysAllow'
  }
  readonly status?: {
    readonly observedGeneration?: number
    readonly disruptedPods?: StringMap
    readonly disruptionsAllowed: number
    readonly currentHealthy: number
    readonly desiredHealthy: number
    readonly expectedPods: number
    readonly conditions?: readonly Condition[]
  }
}

/** A webhook configuration; only what tells whether it can stop an eviction or a new pod. */
export interface WebhookConfiguration<Kind extends string>
  extends KubeObjectBase<'admissionregistration.k8s.io/v1', Kind> {
  readonly webhooks?: readonly {
    readonly name: string
    readonly failurePolicy?: 'Fail' | 'Ignore'
    readonly clientConfig?: {
      readonly service?: { readonly namespace: string; readonly name: string }
    }
    readonly rules?: readonly {
      readonly apiGroups?: readonly string[]
      readonly resources?: readonly string[]
      readonly operations?: readonly string[]
    }[]
  }[]
}

/** Priority of pods by class name. */
export interface PriorityClass extends KubeObjectBase<'scheduling.k8s.io/v1', 'PriorityClass'> {
  readonly value: number
  readonly globalDefault?: boolean
}
