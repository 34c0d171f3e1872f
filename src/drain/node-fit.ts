/** Which nodes a pod may run on, whatever their room: taints, selectors, affinity, volumes. Drain layer, pure. */

import type { NodeSelectorTerm, StringMap, Taint, Toleration } from '../world/kube-objects.ts'
import { includesAll, satisfies } from './selector.ts'
import type { DrainPod, DrainView } from './view.ts'

/** What of a node decides; also built for nodes that do not exist yet. */
export interface NodeShape {
  readonly name: string
  readonly zone: string
  readonly labels: StringMap
  readonly taints: readonly Taint[]
}

/** Why the pod cannot run on a node of this shape, in the field's words; undefined when it can. */
export function misfit(pod: DrainPod, node: NodeShape, view: DrainView): string | undefined {
  const taint = untoleratedTaint(node.taints, pod.needs.tolerations)
  if (taint !== undefined) return `taint ${taint.key}=${taint.value ?? ''}:${taint.effect}`
  if (!includesAll(node.labels, pod.needs.nodeSelector)) return 'node selector'
  if (!satisfiesNodeAffinity(pod, node)) return 'node affinity'
  return volumeMisfit(pod, node, view)
}

/** The first hard taint that no toleration matches. */
function untoleratedTaint(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
): Taint | undefined {
  return taints.find(
    (taint) =>
      taint.effect !== 'PreferNoSchedule' && !tolerations.some((one) => tolerates(one, taint)),
  )
}

/** Kubernetes' rule: empty effect and, with Exists, empty key match everything. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { effect, key, operator, value } = toleration
  if (effect !== undefined && effect !== '' && effect !== taint.effect) return false
  if (key === undefined || key === '') return operator === 'Exists'
  if (key !== taint.key) return false
  return operator === 'Exists' || (value ?? '') === (taint.value ?? '')
}

function satisfiesNodeAffinity(pod: DrainPod, node: NodeShape): boolean {
  const required = pod.needs.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  if (required === undefined) return true
  return required.nodeSelectorTerms.some((term) => satisfiesTerm(term, node))
}

/** A term with no requirement at all matches nothing. */
export function satisfiesTerm(term: NodeSelectorTerm, node: NodeShape): boolean {
  const expressions = term.matchExpressions ?? []
  const fields = term.matchFields ?? []
  if (expressions.length + fields.length === 0) return false
  return (
    expressions.every((rule) => satisfies(rule, node.labels)) &&
    fields.every((rule) => satisfies(rule, { 'metadata.name': node.name }))
  )
}

function volumeMisfit(pod: DrainPod, node: NodeShape, view: DrainView): string | undefined {
  for (const claim of pod.needs.claimNames) {
    const volume = view.volumesByClaim.get(`${pod.namespace}/${claim}`)
    if (volume === undefined) continue
    if (volume.localNodeName !== undefined && volume.localNodeName !== node.name) {
      return `local volume ${volume.volumeName} on ${volume.localNodeName}`
    }
    if (volume.zones === undefined) continue
    const { zoneLabel, zones } = volume
    const zone = zoneLabel === undefined ? node.zone : node.labels[zoneLabel]
    if (zone === undefined) return `volume ${volume.volumeName} needs node label ${zoneLabel}`
    if (!zones.includes(zone)) return `volume ${volume.volumeName} in zone ${zones.join(', ')}`
  }
  return undefined
}
