/** How a drain behaves: the choices of the fleet file's `migration` block. Drain layer, types only. */

/** Whether pods that end by themselves are left alone until they do. */
export interface DrainPolicy {
  /** Share of a controller without budget that may be away at once; at least one pod. */
  readonly virtualBudgetFraction: number
  /** After this long behind a budget held by unhealthy pods, a pod counts as blocked. Milliseconds. */
  readonly podDeadlineMs: number
  /** `wait`: Jobs and pods that run to completion are never evicted. `evict`: like any other. */
  readonly jobs: 'wait' | 'evict'
  /** Pods without controller: `block` names them, `wait` waits for their end, `delete` evicts them. */
  readonly barePods: 'block' | 'wait' | 'delete'
  /** How long a pod that runs to completion is waited for. Milliseconds since its node was cordoned. */
  readonly jobDeadlineMs: number
  /** Pods that someone answers for, by `namespace/name`: evict them although they would be blocked. */
  readonly overrides: ReadonlyMap<string, 'delete' | 'skip'>
}
