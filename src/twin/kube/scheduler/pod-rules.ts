/** Inter-pod affinity and topology spread. Twin layer. */

import type { Pod, PodAffinityTerm, TopologySpreadConstraint } from '../../../world/kube-objects.ts'
import { matchesNodeRules } from '../node-rules.ts'
import { matcherOf } from '../selectors.ts'
import type { FilterContext } from './filters.ts'
import type { NodeInfo } from './node-cache.ts'

/** Required affinity and anti-affinity, the pod's own and that of pods that are there. */
export function interPodFault(
  pod: Pod,
  info: NodeInfo,
  context: FilterContext,
): string | undefined {
  if (isRefusedByOthers(pod, info, context)) {
    return "node(s) didn't satisfy existing pods anti-affinity rules"
  }
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {}
  const wanted = podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  if (wanted.some((term) => !isWanted(pod, term, { info, context }))) {
    return "node(s) didn't match pod affinity rules"
  }
  const unwanted = podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  if (unwanted.some((term) => hasMatchInDomain(pod, term, { info, context }))) {
    return "node(s) didn't match pod anti-affinity rules"
  }
  return undefined
}

function isRefusedByOthers(pod: Pod, info: NodeInfo, { cache }: FilterContext): boolean {
  for (const other of cache.antiAffinePods.values()) {
    const terms =
      other.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
    const theirs = cache.infos.get(other.spec.nodeName ?? '')
    for (const term of terms) {
      if (!isSelected(term, pod, other.metadata.namespace)) continue
      if (isSameDomain(term.topologyKey, info, theirs)) return true
    }
  }
  return false
}

interface Place {
  readonly info: NodeInfo
  readonly context: FilterContext
}

function hasMatchInDomain(pod: Pod, term: PodAffinityTerm, { context, info }: Place): boolean {
  for (const other of candidates(pod, term, context)) {
    const theirs = context.cache.infos.get(other.spec.nodeName ?? '')
    if (isSameDomain(term.topologyKey, info, theirs)) return true
  }
  return false
}

function isWanted(pod: Pod, term: PodAffinityTerm, place: Place): boolean {
  if (hasMatchInDomain(pod, term, place)) return true
  // The first pod of a self-affine group may start anywhere.
  const isFirst = candidates(pod, term, place.context).next().done === true
  return isFirst && isSelected(term, pod, pod.metadata.namespace)
}

/** Bound pods that the term selects. */
function* candidates(pod: Pod, term: PodAffinityTerm, context: FilterContext): Generator<Pod> {
  const namespaces =
    term.namespaces ??
    (term.namespaceSelector === undefined
      ? [pod.metadata.namespace ?? '']
      : [...context.store.values('Namespace')].map((one) => one.metadata.name))
  const matches = matcherOf(term.labelSelector)
  for (const namespace of namespaces) {
    for (const other of context.store.podsInNamespace(namespace).values()) {
      if (other.spec.nodeName === undefined || other.metadata.uid === pod.metadata.uid) continue
      if (matches(other.metadata.labels ?? {})) yield other
    }
  }
}

function isSelected(term: PodAffinityTerm, pod: Pod, home: string | undefined): boolean {
  const { namespace } = pod.metadata
  const isInside =
    term.namespaceSelector !== undefined ||
    (term.namespaces === undefined ? namespace === home : term.namespaces.includes(namespace ?? ''))
  return isInside && matcherOf(term.labelSelector)(pod.metadata.labels ?? {})
}

function isSameDomain(key: string, one: NodeInfo, other: NodeInfo | undefined): boolean {
  const domain = one.node.metadata.labels?.[key]
  return domain !== undefined && other?.node.metadata.labels?.[key] === domain
}

/** The first hard constraint that the node would break. */
export function spreadFault(pod: Pod, info: NodeInfo, context: FilterContext): string | undefined {
  for (const constraint of pod.spec.topologySpreadConstraints ?? []) {
    if (constraint.whenUnsatisfiable !== 'DoNotSchedule') continue
    const domain = info.node.metadata.labels?.[constraint.topologyKey]
    const text = "node(s) didn't match pod topology spread constraints"
    if (domain === undefined) return `${text} (missing required label)`
    const counts = countsByDomain(pod, constraint, context)
    const isShort = counts.size < (constraint.minDomains ?? 1)
    const least = isShort ? 0 : Math.min(...counts.values())
    const self = matcherOf(constraint.labelSelector)(pod.metadata.labels ?? {}) ? 1 : 0
    if ((counts.get(domain) ?? 0) + self - least > constraint.maxSkew) return text
  }
  return undefined
}

/** Matching pods per domain, over the nodes that the pod's selector and affinity admit. */
export function countsByDomain(
  pod: Pod,
  constraint: TopologySpreadConstraint,
  { cache, store }: FilterContext,
): Map<string, number> {
  const counts = new Map<string, number>()
  for (const info of cache.infos.values()) {
    const domain = info.node.metadata.labels?.[constraint.topologyKey]
    if (domain !== undefined && matchesNodeRules(pod.spec, info.node) && !counts.has(domain)) {
      counts.set(domain, 0)
    }
  }
  const matches = matcherOf(constraint.labelSelector)
  for (const other of store.podsInNamespace(pod.metadata.namespace ?? '').values()) {
    if (other.metadata.deletionTimestamp !== undefined || !matches(other.metadata.labels ?? {}))
      continue
    const info = cache.infos.get(other.spec.nodeName ?? '')
    const domain = info?.node.metadata.labels?.[constraint.topologyKey]
    if (domain !== undefined && counts.has(domain))
      counts.set(domain, (counts.get(domain) ?? 0) + 1)
  }
  return counts
}
