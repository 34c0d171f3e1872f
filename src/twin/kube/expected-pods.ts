/** How many pods a budget expects, and from whom: the arithmetic of the disruption controller. Twin layer. */

import type { KubeKind, Pod, PodDisruptionBudget } from '../../world/kube-objects.ts'
import type { KubeStore } from './store.ts'

/** Result of the count; `failure` is the text of a failed sync. */
export type Expectation =
  | {
      readonly kind: 'known'
      readonly expectedPods: number
      readonly desiredHealthy: number
      readonly hasUnmanagedPods: boolean
    }
  | { readonly kind: 'failed'; readonly failure: string }

/** Kinds of controllers without a scale subresource, as error texts name them. */
const unscalable: Readonly<Record<string, string>> = {
  DaemonSet: 'daemonsets.apps',
  Job: 'jobs.batch',
  Node: 'nodes',
}

/** Expected and desired for the budget over these pods (deleting ones included). */
export function expectationOf(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  store: KubeStore,
): Expectation {
  const { maxUnavailable, minAvailable } = budget.spec
  if (typeof minAvailable === 'number') {
    return known(pods.length, minAvailable)
  }
  if (minAvailable === undefined && maxUnavailable === undefined) return known(0, 0)
  const scale = sumOfScales(pods, store)
  if ('failure' in scale) return { kind: 'failed', failure: scale.failure }
  const { hasUnmanagedPods, replicas } = scale
  const desired =
    minAvailable !== undefined
      ? share(minAvailable, replicas)
      : Math.max(0, replicas - share(maxUnavailable ?? 0, replicas))
  return { ...known(replicas, desired), hasUnmanagedPods }
}

function known(
  expectedPods: number,
  desiredHealthy: number,
): Extract<Expectation, { kind: 'known' }> {
  return { kind: 'known', expectedPods, desiredHealthy, hasUnmanagedPods: false }
}

/** A number, or a percentage rounded up. */
function share(value: number | string, of: number): number {
  if (typeof value === 'number') return value
  return Math.ceil((Number.parseInt(value, 10) / 100) * of)
}

function sumOfScales(
  pods: readonly Pod[],
  store: KubeStore,
): { replicas: number; hasUnmanagedPods: boolean } | { failure: string } {
  const byController = new Map<string, number>()
  const seen = new Set<string>()
  let hasUnmanagedPods = false
  for (const pod of pods) {
    const owner = pod.metadata.ownerReferences?.find((reference) => reference.controller === true)
    if (owner === undefined) {
      hasUnmanagedPods = true
      continue
    }
    const name = `${owner.kind}/${owner.name}`
    if (seen.has(name)) continue
    seen.add(name)
    const scale = scaleOf(owner.kind, pod.metadata.namespace, owner.name, store)
    if (scale === undefined)
      return { failure: `found no controllers for pod "${pod.metadata.name}"` }
    if ('failure' in scale) return scale
    byController.set(scale.uid, scale.replicas)
  }
  return {
    replicas: [...byController.values()].reduce((sum, one) => sum + one, 0),
    hasUnmanagedPods,
  }
}

/** Undefined when the controller is gone. */
function scaleOf(
  kind: string,
  namespace: string | undefined,
  name: string,
  store: KubeStore,
): { uid: string; replicas: number } | { failure: string } | undefined {
  const resource = unscalable[kind]
  if (resource !== undefined)
    return { failure: `${resource} does not implement the scale subresource` }
  if (kind === 'ReplicaSet') return scaleOfReplicaSet(namespace, name, store)
  if (kind === 'StatefulSet' || kind === 'Deployment') {
    const found = store.get(kind as KubeKind, namespace, name)
    if (found === undefined) return undefined
    const { spec } = found as { spec: { replicas?: number } }
    return { uid: found.metadata.uid ?? '', replicas: spec.replicas ?? 1 }
  }
  return { failure: `${kind.toLowerCase()}s does not implement the scale subresource` }
}

function scaleOfReplicaSet(
  namespace: string | undefined,
  name: string,
  store: KubeStore,
): { uid: string; replicas: number } | undefined {
  const set = store.get('ReplicaSet', namespace, name)
  if (set === undefined) return undefined
  const owner = set.metadata.ownerReferences?.find((reference) => reference.controller === true)
  const deployment =
    owner?.kind === 'Deployment' ? store.get('Deployment', namespace, owner.name) : undefined
  return deployment === undefined
    ? { uid: set.metadata.uid ?? '', replicas: set.spec.replicas ?? 1 }
    : { uid: deployment.metadata.uid ?? '', replicas: deployment.spec.replicas ?? 1 }
}
