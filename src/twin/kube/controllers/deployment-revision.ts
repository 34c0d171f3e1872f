/** Revisions of Deployments, as `kubectl rollout history` and `undo` read them. Twin layer. */

import type { Deployment, ReplicaSet } from '../../../world/kube-objects.ts'
import { type ClusterTwin, systemUsers } from '../../contracts.ts'

/** Annotation of Deployments and their ReplicaSets: a counter as text. */
export const revisionKey = 'deployment.kubernetes.io/revision'

/** Annotations of a Deployment that its ReplicaSets do not get. */
const ownKeys: ReadonlySet<string> = new Set([
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deployment.kubernetes.io/revision-history',
  'deprecated.deployment.rollback.to',
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionKey,
])

/** 0 where nothing was written. */
function revisionOf({ metadata }: ReplicaSet): number {
  return Number(metadata.annotations?.[revisionKey] ?? 0) || 0
}

/** What the set of the present template is annotated with: it has the highest revision of all. */
export function annotationsOfSet(
  set: ReplicaSet | undefined,
  deployment: Deployment,
  others: readonly ReplicaSet[],
): Readonly<Record<string, string>> {
  const own = Object.entries(deployment.metadata.annotations ?? {})
  const copied = Object.fromEntries(own.filter(([key]) => !ownKeys.has(key)))
  const next = Math.max(0, ...others.map(revisionOf)) + 1
  const revision = Math.max(next, set === undefined ? 0 : revisionOf(set))
  return { ...set?.metadata.annotations, ...copied, [revisionKey]: String(revision) }
}

/** Removes the oldest empty sets beyond `revisionHistoryLimit` once nothing rolls any more. */
export function forgetOldSets(
  { spec }: Deployment,
  current: ReplicaSet,
  context: { readonly others: readonly ReplicaSet[]; readonly cluster: ClusterTwin },
): void {
  const { cluster, others } = context
  const surplus = others.length - (spec.revisionHistoryLimit ?? 10)
  if (surplus <= 0 || current.status?.availableReplicas !== (spec.replicas ?? 1)) return
  const oldest = [...others].sort((one, other) => revisionOf(one) - revisionOf(other))
  for (const { metadata, spec: own, status } of oldest.slice(0, surplus)) {
    if ((own.replicas ?? 1) !== 0 || (status?.replicas ?? 0) !== 0) continue
    const ref = { namespace: metadata.namespace, name: metadata.name }
    cluster.server.delete('ReplicaSet', ref, {}, systemUsers.controllerManager)
  }
}
