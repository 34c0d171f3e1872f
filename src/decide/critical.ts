/** Services without which the cluster does not heal: at most one of them is down at a time. Decide layer, pure. */

import { isHealthy } from '../drain/budgets.ts'
import { includesAll } from '../drain/selector.ts'
import type { DrainPod, DrainView } from '../drain/view.ts'

/** Pods that have been broken for longer are not waited for. */
const patienceMs = 15 * 60_000

/** CoreDNS, CSI and CNI controllers, and the backends of fail-closed admission webhooks. */
function isCritical(pod: DrainPod, view: DrainView): boolean {
  if (pod.namespace === 'kube-system') return true
  return view.webhookBackends.some(
    (backend) => backend.namespace === pod.namespace && includesAll(pod.labels, backend.selector),
  )
}

/** True for a critical pod with no Ready sibling: while it moves, its service is down. */
export function isSoleCritical(pod: DrainPod, view: DrainView): boolean {
  return isCritical(pod, view) && !hasHealthySibling(pod, view)
}

/** True while a critical service has no Ready pod: no other one may be taken down then. */
export function isCriticalServiceDown(view: DrainView, nowMs: number): boolean {
  for (const pod of view.unsettledPods.values()) {
    if (pod.ownerKind === 'daemon-set' || pod.ownerKind === 'job' || pod.isMirror) continue
    if (isHealthy(pod) || pod.needs.runsToCompletion) continue
    if (pod.deletionAtMs === undefined && nowMs - pod.createdAtMs > patienceMs) continue
    if (pod.deletionAtMs !== undefined && nowMs > pod.deletionAtMs + patienceMs) continue
    if (isSoleCritical(pod, view)) return true
  }
  return false
}

function hasHealthySibling(pod: DrainPod, view: DrainView): boolean {
  for (const one of view.podsByOwner.get(pod.ownerUid ?? '')?.values() ?? []) {
    if (one.uid !== pod.uid && isHealthy(one)) return true
  }
  return false
}
