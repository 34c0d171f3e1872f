/** Questions about pods that several rules ask. Twin layer. */

import type { Pod, PodDisruptionBudget } from '../../world/kube-objects.ts'
import { BudgetIndex } from '../kube/budget-index.ts'
import type { KubeCluster } from '../kube/cluster.ts'
import { isPodReady, isPodTerminal } from '../kube/conditions.ts'
import { expectationOf } from '../kube/expected-pods.ts'
import { matcherOf } from '../kube/selectors.ts'
import type { KubeStore } from '../kube/store.ts'

/** Ready and not on its way out. */
export function isHealthy(pod: Pod): boolean {
  return isPodReady(pod) && pod.metadata.deletionTimestamp === undefined
}

/** The controller reference. */
export function ownerOf(pod: Pod) {
  return pod.metadata.ownerReferences?.find((one) => one.controller === true)
}

/** Pods that have to move when their node goes: not of a DaemonSet, not mirror, not ended. */
export function isMovable(pod: Pod): boolean {
  if (isPodTerminal(pod) || ownerOf(pod)?.kind === 'DaemonSet') return false
  return pod.metadata.annotations?.['kubernetes.io/config.mirror'] === undefined
}

/** `namespace/name`. */
export function nameOf(pod: Pod): string {
  return `${pod.metadata.namespace}/${pod.metadata.name}`
}

const indexes = new WeakMap<KubeStore, BudgetIndex>()

/** Budgets over the pod. */
export function budgetsOver(pod: Pod, { store }: KubeCluster): readonly PodDisruptionBudget[] {
  let index = indexes.get(store)
  if (index === undefined) {
    index = new BudgetIndex(store)
    indexes.set(store, index)
  }
  return index.over(pod)
}

/** What the pods themselves say of a budget: not its status, which may lag. */
export function truthOf(
  budget: PodDisruptionBudget,
  cluster: KubeCluster,
  without?: (pod: Pod) => boolean,
):
  | {
      readonly healthyCount: number
      readonly desiredHealthy: number
      readonly expectedPods: number
    }
  | undefined {
  const matches = matcherOf(budget.spec.selector)
  const pods: Pod[] = []
  let healthyCount = 0
  for (const pod of cluster.store.podsInNamespace(budget.metadata.namespace ?? '').values()) {
    if (!matches(pod.metadata.labels ?? {})) continue
    pods.push(pod)
    if (isHealthy(pod) && without?.(pod) !== true) healthyCount += 1
  }
  const expectation = expectationOf(budget, pods, cluster.store)
  if (expectation.kind === 'failed') return undefined
  const { desiredHealthy, expectedPods } = expectation
  return { healthyCount, desiredHealthy, expectedPods }
}

/** Healthy pods of a controller and how many it wants; undefined for kinds without replicas. */
export function controllerState(
  pod: Pod,
  cluster: KubeCluster,
  without?: (pod: Pod) => boolean,
): { readonly key: string; readonly healthyCount: number; readonly wanted: number } | undefined {
  const owner = ownerOf(pod)
  if (owner?.kind !== 'ReplicaSet' && owner?.kind !== 'StatefulSet') return undefined
  const set = cluster.store.get(owner.kind, pod.metadata.namespace, owner.name)
  let healthyCount = 0
  for (const one of cluster.store.podsOfController(owner.uid).values()) {
    if (isHealthy(one) && without?.(one) !== true) healthyCount += 1
  }
  return { key: owner.uid, healthyCount, wanted: set?.spec.replicas ?? 1 }
}
