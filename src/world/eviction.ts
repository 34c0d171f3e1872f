/** What an eviction request can answer: states of the world, not errors. World layer, types only. */

/**
 * Answer of POST pods/eviction, as measured on kube-apiserver 1.35 (see data/eviction-cases.json).
 * Anything else (timeouts, 403 of RBAC, overload without a budget cause) is a RegroupError.
 */
export type EvictionResult =
  /** 201: the pod has a deletionTimestamp now (or had one already). */
  | { readonly kind: 'evicted' }
  /** 404: no such pod. */
  | { readonly kind: 'gone' }
  /** 429 with a DisruptionBudget cause. `retryAfterMs` only while the budget is being processed. */
  | { readonly kind: 'refused'; readonly message: string; readonly retryAfterMs?: number }
  /** 500: more than one budget selects the pod; no eviction can ever succeed. */
  | { readonly kind: 'multiple-budgets'; readonly message: string }
  /** 409: another pod has the name now (uid), or the pod changed (resourceVersion). */
  | { readonly kind: 'precondition-failed'; readonly message: string }
  /** 403 with cause NamespaceTerminating: the namespace controller deletes the pod anyway. */
  | { readonly kind: 'namespace-terminating' }
  /** An admission webhook or policy denied it, or the webhook could not be called (500). */
  | { readonly kind: 'denied'; readonly message: string; readonly webhookDown: boolean }
