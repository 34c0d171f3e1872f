/** Pods that are owed a place already: pending ones, and replacements that are still to come. Drain layer, pure. */

import type { DrainPod, DrainView } from './view.ts'

/** Pods that exist and wait for a node, oldest first. */
export function waitingPods(view: DrainView): readonly DrainPod[] {
  const waiting: DrainPod[] = []
  for (const pod of view.unsettledPods.values()) {
    if (pod.nodeName === undefined && pod.deletionAtMs === undefined && pod.phase === 'Pending') {
      waiting.push(pod)
    }
  }
  return waiting.sort((a, b) => a.createdAtMs - b.createdAtMs || (a.key < b.key ? -1 : 1))
}

/**
 * Replacements not created yet: a StatefulSet makes them only when the old pod is gone, a ReplicaSet a
 * moment after. Each stands as the leaving pod itself, which has the same needs.
 */
export function owedPods(view: DrainView): readonly DrainPod[] {
  const leavingByOwner = new Map<string, DrainPod[]>()
  for (const pod of view.unsettledPods.values()) {
    if (pod.deletionAtMs === undefined || pod.ownerUid === undefined) continue
    if (pod.ownerKind === 'daemon-set' || pod.ownerKind === 'job') continue
    const leaving = leavingByOwner.get(pod.ownerUid)
    if (leaving === undefined) leavingByOwner.set(pod.ownerUid, [pod])
    else leaving.push(pod)
  }
  const owed: DrainPod[] = []
  for (const [ownerUid, leaving] of leavingByOwner) {
    const missing = missingCount(ownerUid, leaving.length, view)
    owed.push(...leaving.slice(0, missing))
  }
  return owed
}

function missingCount(ownerUid: string, leavingCount: number, view: DrainView): number {
  let presentCount = 0
  for (const pod of view.podsByOwner.get(ownerUid)?.values() ?? []) {
    const isOver = pod.phase === 'Succeeded' || pod.phase === 'Failed'
    if (pod.deletionAtMs === undefined && !isOver) presentCount += 1
  }
  const wanted = view.controllers.get(ownerUid)?.replicas ?? presentCount + leavingCount
  return Math.max(0, Math.min(leavingCount, wanted - presentCount))
}
