/** The budgets of a store by namespace: who guards a pod. Twin layer. */

import type { Pod, PodDisruptionBudget } from '../../world/kube-objects.ts'
import { matcherOf } from './selectors.ts'
import type { KubeStore } from './store.ts'

const noLabels = {}
const none: readonly PodDisruptionBudget[] = []

/** Follows the store; always as new as the store itself. */
export class BudgetIndex {
  private readonly byNamespace = new Map<string, Map<string, PodDisruptionBudget>>()

  constructor(store: KubeStore) {
    for (const budget of store.values('PodDisruptionBudget')) this.put(budget)
    store.subscribe(({ kind, object, type }) => {
      if (kind !== 'PodDisruptionBudget') return
      const { name, namespace = '' } = object.metadata
      if (type === 'DELETED') this.byNamespace.get(namespace)?.delete(name)
      else this.put(object as PodDisruptionBudget)
    })
  }

  /** Budgets whose selector matches the pod, in order of creation. */
  over(pod: Pod): readonly PodDisruptionBudget[] {
    const { labels = noLabels, namespace = '' } = pod.metadata
    const budgets = this.byNamespace.get(namespace)
    if (budgets === undefined) return none
    const found: PodDisruptionBudget[] = []
    for (const budget of budgets.values()) {
      if (matcherOf(budget.spec.selector)(labels)) found.push(budget)
    }
    return found
  }

  private put(budget: PodDisruptionBudget): void {
    const { name, namespace = '' } = budget.metadata
    const budgets = this.byNamespace.get(namespace)
    if (budgets === undefined) this.byNamespace.set(namespace, new Map([[name, budget]]))
    else budgets.set(name, budget)
  }
}
