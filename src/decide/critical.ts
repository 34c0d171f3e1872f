/** Pods whose absence stops the cluster itself from healing: moved one at a time. Decide layer, pure. */

import { isHealthy } from '../drain/budgets.ts'
import { includesAll } from '../drain/selector.ts'
import type { DrainPod, DrainView } from '../drain/view.ts'

/** Pods that have been broken for longer are not waited for. */
const patienceMs = 15 * 60_000

/** CoreDNS, CSI and CNI controllers, and the backends of fail-closed admission webhooks. */
export function isCritical(pod: DrainPod, view: DrainView): boolean {
  if (pod.namespace === 'kube-system') return true
  return view.webhookBackends.some(
    (backend) => backend.namespace === pod.namespace && includesAll(pod.labels, backend.selector),
  )
}

/** True while a critical pod is away or not Ready yet: no other critical pod may go then. */
export function isCriticalPodAway(view: DrainView, nowMs: number): boolean {
  for (const pod of view.unsettledPods.values()) {
    if (pod.ownerKind === 'daemon-set' || pod.ownerKind === 'job' || pod.isMirror) continue
    if (isHealthy(pod) || pod.needs.runsToCompletion) continue
    if (pod.deletionAtMs === undefined && nowMs - pod.createdAtMs > patienceMs) continue
    if (pod.deletionAtMs !== undefined && nowMs > pod.deletionAtMs + patienceMs) continue
    if (isCritical(pod, view)) return true
  }
  return false
}
