/** From old ReplicaSets to the new one, within surge and unavailability. Twin layer. */

import type { Deployment, ReplicaSet } from '../../../world/kube-objects.ts'
import type { ClusterTwin } from '../../contracts.ts'
import { isPodTerminal } from '../conditions.ts'

interface Rollout {
  /** Every ReplicaSet of the Deployment but the one of its template. */
  readonly others: readonly ReplicaSet[]
  readonly cluster: ClusterTwin
}

/** One step; what it changes is an event that leads to the next one. */
export function rollOver(deployment: Deployment, current: ReplicaSet, rollout: Rollout): void {
  const wanted = deployment.spec.replicas ?? 1
  if (deployment.spec.strategy?.type === 'Recreate') {
    if (isEmptied(rollout)) scale(current, wanted, rollout.cluster)
    return
  }
  const bounds = boundsOf(deployment, wanted)
  const mine = current.spec.replicas ?? 1
  const total = mine + sumOf(rollout.others)
  const scaledTo =
    mine > wanted ? wanted : Math.min(wanted, mine + Math.max(0, bounds.totalMax - total))
  if (scaledTo !== mine) scale(current, scaledTo, rollout.cluster)
  else shrinkOthers(current, bounds.availableMin, rollout)
}

/** Recreate: nothing new before the last old pod is gone. */
function isEmptied({ cluster, others }: Rollout): boolean {
  for (const set of others) scale(set, 0, cluster)
  return others.every((set) =>
    [...cluster.store.podsOfController(set.metadata.uid ?? '').values()].every(isPodTerminal),
  )
}

function boundsOf(deployment: Deployment, wanted: number) {
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec.strategy?.rollingUpdate ?? {}
  const surge = amount(maxSurge, wanted, true)
  const unavailable = Math.max(surge === 0 ? 1 : 0, amount(maxUnavailable, wanted, false))
  return { totalMax: wanted + surge, availableMin: wanted - unavailable }
}

/** Pods that are of no use go first, then as many as the new ones make up for. */
function shrinkOthers(current: ReplicaSet, availableMin: number, rollout: Rollout): void {
  const { cluster } = rollout
  const olds = rollout.others
    .filter((set) => (set.spec.replicas ?? 1) > 0)
    .sort((one, other) => (bornAt(one) < bornAt(other) ? -1 : 1))
  const availableNew = current.status?.availableReplicas ?? 0
  let idleMax = sumOf(olds) + availableNew - availableMin
  if (idleMax <= 0) return
  let spare = availableNew - availableMin
  for (const { status } of olds) spare += status?.availableReplicas ?? 0
  for (const set of olds) {
    const count = set.spec.replicas ?? 1
    const idle = Math.min(idleMax, Math.max(0, count - (set.status?.availableReplicas ?? 0)))
    idleMax -= idle
    const taken = Math.max(0, Math.min(spare, count - idle))
    spare -= taken
    scale(set, count - idle - taken, cluster)
  }
}

function bornAt({ metadata }: ReplicaSet): string {
  return metadata.creationTimestamp ?? ''
}

function sumOf(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + (set.spec.replicas ?? 1), 0)
}

function amount(value: number | string, of: number, isRoundedUp: boolean): number {
  if (typeof value === 'number') return value
  const share = (Number.parseInt(value, 10) / 100) * of
  return isRoundedUp ? Math.ceil(share) : Math.floor(share)
}

/** Writes the number of pods of a set; nothing when it has it. */
export function scale(set: ReplicaSet, replicas: number, { store }: ClusterTwin): void {
  if ((set.spec.replicas ?? 1) === replicas) return
  store.replace('ReplicaSet', { ...set, spec: { ...set.spec, replicas } })
}
