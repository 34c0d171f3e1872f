/** Conditions on objects: set by type, times only on change. Twin layer. */

import type { Condition, Pod } from '../../world/kube-objects.ts'

/** A new list with the condition set; `lastTransitionTime` moves only when the status changes. */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  condition: Condition,
  nowText: string,
): readonly Condition[] {
  const list = conditions ?? []
  const previous = list.find((one) => one.type === condition.type)
  const isSame = previous?.status === condition.status
  const lastTransitionTime = (isSame ? previous?.lastTransitionTime : undefined) ?? nowText
  const next: Condition = { ...condition, lastTransitionTime }
  return previous === undefined
    ? [...list, next]
    : list.map((one) => (one.type === condition.type ? next : one))
}

/** True when the pod's Ready condition is True. */
export function isPodReady(pod: Pod): boolean {
  return (
    pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false
  )
}

/** Milliseconds until the pod has been Ready for so long; 0 = available, undefined = not Ready. */
export function msUntilAvailable(
  pod: Pod,
  minReadySeconds: number | undefined,
  nowMs: number,
): number | undefined {
  const ready = pod.status?.conditions?.find((one) => one.type === 'Ready')
  if (ready?.status !== 'True') return undefined
  if (minReadySeconds === undefined || minReadySeconds <= 0) return 0
  const sinceMs = Date.parse(ready.lastTransitionTime ?? '')
  return Number.isNaN(sinceMs) ? 0 : Math.max(0, sinceMs + minReadySeconds * 1000 - nowMs)
}

/** True for pods that have ended. */
export function isPodTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}
