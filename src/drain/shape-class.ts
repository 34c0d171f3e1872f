/** Nodes that differ only by name are one class: whether a pod may run there is asked once. Drain layer, pure. */

import { misfit, type NodeShape } from './node-fit.ts'
import type { DrainPod, DrainView, PodNeeds } from './view.ts'

/** All nodes with equal labels (but the host name), taints and zone. */
export interface ShapeClass {
  readonly shape: NodeShape
  readonly fits: WeakMap<PodNeeds, boolean>
}

const hostnameLabel = 'kubernetes.io/hostname'
const classes = new Map<string, ShapeClass>()
/** Beyond it the memory of classes starts anew; it only saves time. */
const classesMax = 5_000

/** The class of a node; the same object for equal shapes. */
export function shapeClassOf({ labels, taints, zone }: NodeShape): ShapeClass {
  const { [hostnameLabel]: _, ...shared } = labels
  const key = JSON.stringify([zone, Object.entries(shared).sort(), taints])
  const known = classes.get(key)
  if (known !== undefined) return known
  if (classes.size >= classesMax) classes.clear()
  const fresh = { shape: { name: '', zone, labels: shared, taints }, fits: new WeakMap() }
  classes.set(key, fresh)
  return fresh
}

/** Whether nodes of the class may run the pod, for pods that {@link isNameBound} says no of. */
export function classFits(pod: DrainPod, one: ShapeClass, view: DrainView): boolean {
  // Where volumes lie is not part of the template: such pods are looked at each time.
  if (pod.needs.claimNames.length > 0) return misfit(pod, one.shape, view) === undefined
  const known = one.fits.get(pod.needs)
  if (known !== undefined) return known
  const fits = misfit(pod, one.shape, view) === undefined
  one.fits.set(pod.needs, fits)
  return fits
}

/** True when the pod asks for a node by its name: through selector, affinity or a local volume. */
export function isNameBound(pod: DrainPod, view: DrainView): boolean {
  for (const claim of pod.needs.claimNames) {
    const volume = view.volumesByClaim.get(`${pod.namespace}/${claim}`)
    if (volume?.localNodeName !== undefined) return true
  }
  return asksForName(pod.needs)
}

const nameAskers = new WeakMap<PodNeeds, boolean>()

function asksForName(needs: PodNeeds): boolean {
  const known = nameAskers.get(needs)
  if (known !== undefined) return known
  const required = needs.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  const asks =
    needs.nodeSelector[hostnameLabel] !== undefined ||
    (required?.nodeSelectorTerms ?? []).some(
      ({ matchExpressions = [], matchFields = [] }) =>
        matchFields.length > 0 || matchExpressions.some((rule) => rule.key === hostnameLabel),
    )
  nameAskers.set(needs, asks)
  return asks
}
