/** Metadata and selectors that all kinds share. World layer, types only. */

/** Label or annotation map. */
export type StringMap = Readonly<Record<string, string>>

/** Standard object metadata; times are RFC 3339 with seconds, as the API server writes them. */
export interface ObjectMeta {
  readonly name: string
  readonly namespace?: string
  readonly generateName?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly generation?: number
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly deletionGracePeriodSeconds?: number
  readonly labels?: StringMap
  readonly annotations?: StringMap
  readonly ownerReferences?: readonly OwnerReference[]
  readonly finalizers?: readonly string[]
}

/** Owner of an object; at most one has `controller: true`. */
export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
  readonly blockOwnerDeletion?: boolean
}

/** `status` is the text 'True', 'False' or 'Unknown'. */
export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string
  readonly lastHeartbeatTime?: string
  readonly observedGeneration?: number
}

/** Selector of workloads and budgets: all of both parts must hold; `{}` matches everything. */
export interface LabelSelector {
  readonly matchLabels?: StringMap
  readonly matchExpressions?: readonly SelectorRequirement[]
}

/** One requirement; `values` is empty for Exists and DoesNotExist. */
export interface SelectorRequirement {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt'
  readonly values?: readonly string[]
}

/** What every object begins with. */
export interface KubeObjectBase<ApiVersion extends string, Kind extends string> {
  readonly apiVersion: ApiVersion
  readonly kind: Kind
  readonly metadata: ObjectMeta
}
