/** How a pod goes: at once, gracefully, or held by finalizers. Twin layer, pure. */

import type { DeleteOptions } from '../../world/kube-api.ts'
import type { KubeObject, Pod } from '../../world/kube-objects.ts'
import { timeText } from '../kernel/kernel.ts'
import { isPodTerminal } from './conditions.ts'

/** Grace of a pod that does not say any; the API server's default, seconds. */
const defaultGraceSeconds = 30

/** What a DELETE does to a pod. `wait`: it is already going and the request changes nothing. */
export type PodDeletion =
  | { readonly kind: 'remove' }
  | { readonly kind: 'mark'; readonly pod: Pod }
  | { readonly kind: 'wait' }

/**
 * The effect of a DELETE with this grace (seconds; undefined = the pod's own, 0 = at once, negative
 * counts as 1). A pod that is already going can only be hurried, never granted more time.
 */
export function deletionOf(pod: Pod, askedSeconds: number | undefined, nowMs: number): PodDeletion {
  const { deletionGracePeriodSeconds: grantedSeconds = 0, deletionTimestamp } = pod.metadata
  if (deletionTimestamp === undefined) {
    return withGrace(pod, firstGrace(pod, askedSeconds), nowMs)
  }
  const hurriedSeconds = askedSeconds === undefined ? grantedSeconds : positive(askedSeconds)
  if (hurriedSeconds < grantedSeconds) {
    const startMs = Date.parse(deletionTimestamp) - grantedSeconds * 1000
    return withGrace(pod, hurriedSeconds, startMs)
  }
  return grantedSeconds === 0 && !isHeld(pod) ? { kind: 'remove' } : { kind: 'wait' }
}

/** Finalizer of a delete that waits for the dependents to be deleted. */
export const foregroundFinalizer = 'foregroundDeletion'
/** Finalizer of a delete that waits for the dependents to be set free. */
export const orphanFinalizer = 'orphan'

/** The object as a delete with this policy holds it: the garbage collector frees it when it is done. */
export function heldFor<T extends KubeObject>(
  object: T,
  policy: DeleteOptions['propagationPolicy'],
): T {
  if (policy !== 'Foreground' && policy !== 'Orphan') return object
  const finalizer = policy === 'Orphan' ? orphanFinalizer : foregroundFinalizer
  const finalizers = object.metadata.finalizers ?? []
  if (finalizers.includes(finalizer)) return object
  return { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] } }
}

/** A pod that goes at once. */
export function markedGone(pod: Pod, now: string): Pod {
  const deletion = { deletionTimestamp: now, deletionGracePeriodSeconds: 0 }
  return { ...pod, metadata: { ...pod.metadata, ...deletion } }
}

/** True while a finalizer keeps the object. */
export function isHeld(object: {
  readonly metadata: { readonly finalizers?: readonly string[] }
}): boolean {
  return (object.metadata.finalizers ?? []).length > 0
}

/** Nothing runs for a pod that was never bound or has ended: it gets no time, whatever was asked. */
function firstGrace(pod: Pod, askedSeconds: number | undefined): number {
  if (pod.spec.nodeName === undefined || isPodTerminal(pod)) return 0
  return positive(askedSeconds ?? pod.spec.terminationGracePeriodSeconds ?? defaultGraceSeconds)
}

function positive(seconds: number): number {
  return seconds < 0 ? 1 : seconds
}

function withGrace(pod: Pod, graceSeconds: number, startMs: number): PodDeletion {
  if (graceSeconds === 0 && !isHeld(pod)) return { kind: 'remove' }
  const deletionTimestamp = timeText(startMs + graceSeconds * 1000)
  const deletion = { deletionTimestamp, deletionGracePeriodSeconds: graceSeconds }
  return { kind: 'mark', pod: { ...pod, metadata: { ...pod.metadata, ...deletion } } }
}
