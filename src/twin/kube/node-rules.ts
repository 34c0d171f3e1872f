/** Taints, selectors and node affinity as Kubernetes applies them. Twin layer, pure. */

import type {
  Node,
  NodeSelectorTerm,
  PodSpec,
  Taint,
  Toleration,
} from '../../world/kube-objects.ts'
import { meets } from './selectors.ts'

/** True for hard taints that no toleration covers. */
export function isUntolerated(taint: Taint, tolerations: readonly Toleration[]): boolean {
  if (taint.effect === 'PreferNoSchedule') return false
  return !tolerations.some((one) => covers(one, taint))
}

/** Kubernetes' match of a toleration with a taint. */
export function covers(toleration: Toleration, taint: Taint): boolean {
  const { effect, key, operator = 'Equal', value = '' } = toleration
  if (effect !== undefined && effect !== '' && effect !== taint.effect) return false
  if (key === undefined || key === '') return operator === 'Exists'
  return key === taint.key && (operator === 'Exists' || value === (taint.value ?? ''))
}

/** nodeSelector and required node affinity. */
export function matchesNodeRules(spec: PodSpec, node: Node): boolean {
  return nodeRulesOf(spec)(node)
}

/** The same for many nodes. */
export function nodeRulesOf(spec: PodSpec): (node: Node) => boolean {
  const pairs = Object.entries(spec.nodeSelector ?? {})
  const terms =
    spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  return (node) => {
    const labels = node.metadata.labels ?? {}
    for (const [key, value] of pairs) if (labels[key] !== value) return false
    return terms === undefined || terms.some((term) => matchesTerm(term, node))
  }
}

/** A term without any requirement matches nothing. */
export function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  const expressions = term.matchExpressions ?? []
  const fields = term.matchFields ?? []
  if (expressions.length === 0 && fields.length === 0) return false
  const labels = node.metadata.labels ?? {}
  const names = { 'metadata.name': node.metadata.name }
  return (
    expressions.every((rule) => meets(rule, labels)) && fields.every((rule) => meets(rule, names))
  )
}
