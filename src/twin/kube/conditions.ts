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

/** True for pods that have ended. */
export function isPodTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}
