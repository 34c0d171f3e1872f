/** Inter-pod affinity and topology spread, as the topology domains that they open and close. Twin layer. */

import type { Pod, PodAffinityTerm, TopologySpreadConstraint } from '../../../world/kube-objects.ts'
import { nodeRulesOf } from '../node-rules.ts'
import { matcherOf } from '../selectors.ts'
import type { FilterContext } from './filters.ts'
import type { NodeInfo } from './node-cache.ts'

/** Domains (label values) by topology key. */
type Domains = ReadonlyMap<string, ReadonlySet<string>>

interface SpreadRule {
  readonly key: string
  readonly maxSkew: number
  readonly counts: ReadonlyMap<string, number>
  /** Smallest count of a domain; 0 with fewer domains than minDomains. */
  readonly least: number
  /** 1 when the pod itself counts. */
  readonly self: number
}

/** What other pods mean for the places of one pod, at one moment. */
export interface DomainRules {
  /** Domains that pods with anti-affinity keep this one out of. */
  readonly refused: Domains
  /** Each term's domains; undefined = anywhere, as for the first pod of a self-affine group. */
  readonly wanted: readonly {
    readonly key: string
    readonly domains: ReadonlySet<string> | undefined
  }[]
  readonly unwanted: readonly { readonly key: string; readonly domains: ReadonlySet<string> }[]
  readonly spread: readonly SpreadRule[]
}

/** Works out the rules of one pod. */
export function domainRulesOf(pod: Pod, context: FilterContext): DomainRules {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {}
  const wanted = podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  const unwanted = podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  const hard = (pod.spec.topologySpreadConstraints ?? []).filter(
    (one) => one.whenUnsatisfiable === 'DoNotSchedule',
  )
  return {
    refused: refusedDomains(pod, context),
    wanted: wanted.map((term) => wantedOf(pod, term, context)),
    unwanted: unwanted.map((term) => ({
      key: term.topologyKey,
      domains: matchedDomains(pod, term, context).domains,
    })),
    spread: hard.map((constraint) => spreadRuleOf(pod, constraint, context)),
  }
}

/** Required affinity and anti-affinity, the pod's own and that of pods that are there. */
export function interPodFault(rules: DomainRules, { node }: NodeInfo): string | undefined {
  const labels = node.metadata.labels ?? {}
  for (const [key, domains] of rules.refused) {
    if (domains.has(labels[key] ?? '')) {
      return "node(s) didn't satisfy existing pods anti-affinity rules"
    }
  }
  for (const { domains, key } of rules.wanted) {
    if (domains !== undefined && !domains.has(labels[key] ?? '')) {
      return "node(s) didn't match pod affinity rules"
    }
  }
  for (const { domains, key } of rules.unwanted) {
    if (domains.has(labels[key] ?? '')) return "node(s) didn't match pod anti-affinity rules"
  }
  return undefined
}

/** The first hard constraint that the node would break. */
export function spreadFault(rules: DomainRules, { node }: NodeInfo): string | undefined {
  for (const { counts, key, least, maxSkew, self } of rules.spread) {
    const domain = node.metadata.labels?.[key]
    const text = "node(s) didn't match pod topology spread constraints"
    if (domain === undefined) return `${text} (missing required label)`
    if ((counts.get(domain) ?? 0) + self - least > maxSkew) return text
  }
  return undefined
}

function refusedDomains(pod: Pod, { cache }: FilterContext): Domains {
  const refused = new Map<string, Set<string>>()
  for (const other of cache.antiAffinePods.values()) {
    const terms =
      other.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
    for (const term of terms) {
      if (!isSelected(term, pod, other.metadata.namespace)) continue
      const domain = domainOf(other, term.topologyKey, cache)
      if (domain === undefined) continue
      const domains = refused.get(term.topologyKey)
      if (domains === undefined) refused.set(term.topologyKey, new Set([domain]))
      else domains.add(domain)
    }
  }
  return refused
}

function wantedOf(
  pod: Pod,
  term: PodAffinityTerm,
  context: FilterContext,
): DomainRules['wanted'][number] {
  const { count, domains } = matchedDomains(pod, term, context)
  // The first pod of a self-affine group may start anywhere.
  const isFirst = count === 0 && isSelected(term, pod, pod.metadata.namespace)
  return { key: term.topologyKey, domains: isFirst ? undefined : domains }
}

/** Domains with a bound pod that the term selects, and how many such pods there are. */
function matchedDomains(
  pod: Pod,
  term: PodAffinityTerm,
  { cache, store }: FilterContext,
): { readonly domains: ReadonlySet<string>; readonly count: number } {
  const namespaces =
    term.namespaces ??
    (term.namespaceSelector === undefined
      ? [pod.metadata.namespace ?? '']
      : [...store.values('Namespace')].map((one) => one.metadata.name))
  const matches = matcherOf(term.labelSelector)
  const domains = new Set<string>()
  let count = 0
  for (const namespace of namespaces) {
    for (const other of store.podsInNamespace(namespace).values()) {
      if (other.spec.nodeName === undefined || other.metadata.uid === pod.metadata.uid) continue
      if (!matches(other.metadata.labels ?? {})) continue
      count += 1
      const domain = domainOf(other, term.topologyKey, cache)
      if (domain !== undefined) domains.add(domain)
    }
  }
  return { domains, count }
}

function domainOf(pod: Pod, key: string, cache: FilterContext['cache']): string | undefined {
  return cache.infos.get(pod.spec.nodeName ?? '')?.node.metadata.labels?.[key]
}

function isSelected(term: PodAffinityTerm, pod: Pod, home: string | undefined): boolean {
  const { namespace } = pod.metadata
  const isInside =
    term.namespaceSelector !== undefined ||
    (term.namespaces === undefined ? namespace === home : term.namespaces.includes(namespace ?? ''))
  return isInside && matcherOf(term.labelSelector)(pod.metadata.labels ?? {})
}

function spreadRuleOf(
  pod: Pod,
  constraint: TopologySpreadConstraint,
  context: FilterContext,
): SpreadRule {
  const { labelSelector, maxSkew, minDomains = 1, topologyKey } = constraint
  const counts = countsByDomain(pod, constraint, context)
  const least = counts.size < minDomains ? 0 : Math.min(...counts.values())
  const self = matcherOf(labelSelector)(pod.metadata.labels ?? {}) ? 1 : 0
  return { key: topologyKey, maxSkew, counts, least, self }
}

/** Matching pods per domain, over the nodes that the pod's selector and affinity admit. */
function countsByDomain(
  pod: Pod,
  constraint: TopologySpreadConstraint,
  { cache, store }: FilterContext,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const matchesRules = nodeRulesOf(pod.spec)
  for (const { node } of cache.infos.values()) {
    const domain = node.metadata.labels?.[constraint.topologyKey]
    if (domain !== undefined && !counts.has(domain) && matchesRules(node)) counts.set(domain, 0)
  }
  const matches = matcherOf(constraint.labelSelector)
  for (const other of store.podsInNamespace(pod.metadata.namespace ?? '').values()) {
    if (other.metadata.deletionTimestamp !== undefined || !matches(other.metadata.labels ?? {}))
      continue
    const domain = domainOf(other, constraint.topologyKey, cache)
    if (domain !== undefined && counts.has(domain)) {
      counts.set(domain, (counts.get(domain) ?? 0) + 1)
    }
  }
  return counts
}
