/** The scheduler's filters, in its order, with its texts (kubernetes-measured section 4). Twin layer. */

import type { Node, NodeSelectorTerm, Pod, Taint } from '../../../world/kube-objects.ts'
import { isUntolerated, matchesTerm, nodeRulesOf } from '../node-rules.ts'
import type { KubeStore } from '../store.ts'
import type { NodeCache, NodeInfo } from './node-cache.ts'
import { type DomainRules, domainRulesOf, interPodFault, spreadFault } from './pod-rules.ts'
import { type Requirements, requirementsOf } from './requirements.ts'

/** What filters look at. */
export interface FilterContext {
  readonly store: KubeStore
  readonly cache: NodeCache
}

/** Reasons why a node cannot take the pod; empty when it can. Only resource filters give several. */
export type PodFilter = (info: NodeInfo) => readonly string[]

/** EBS volumes per node. */
const attachLimit = 26
const none: readonly never[] = []

/** The filters of one pod against one node; for many nodes use {@link compileFilters}. */
export function faultsOf(pod: Pod, info: NodeInfo, context: FilterContext): readonly string[] {
  return compileFilters(pod, context).faults(info)
}

/** What is cheap to ask of every node, and all of it. */
export interface PodFilters {
  /** False only for nodes that have faults. */
  readonly mayFit: (info: NodeInfo) => boolean
  readonly faults: PodFilter
}

/**
 * The filters of one pod, with everything that is the same for all nodes worked out once. Good for the
 * moment only: what it knows of other pods does not follow their changes.
 */
export function compileFilters(pod: Pod, context: FilterContext): PodFilters {
  const needs = requirementsOf(pod.spec)
  const faults = compileFaults(pod, context)
  const isHeldByCordon = isUntolerated(unschedulable, pod.spec.tolerations ?? [])
  const mayFit = (info: NodeInfo): boolean =>
    hasRoom(needs, info) && !(isHeldByCordon && info.node.spec?.unschedulable === true)
  return { mayFit, faults }
}

function hasRoom({ cpuMilli, memoryBytes }: Requirements, info: NodeInfo): boolean {
  if (info.podsFree < 1 || (cpuMilli > 0 && cpuMilli > info.cpuFree)) return false
  return memoryBytes === 0 || memoryBytes <= info.memoryFree
}

function compileFaults(pod: Pod, context: FilterContext): PodFilter {
  const needs = requirementsOf(pod.spec)
  const nodeFault = compileNodeFault(pod)
  const zoneTerms = needs.claimNames.length > 0 ? volumeTermsOf(pod, context.store) : []
  let rules: DomainRules | undefined
  return (info) => {
    const single = nodeFault(info.node)
    if (single !== undefined) return [single]
    if (
      needs.hostPorts.length > 0 &&
      needs.hostPorts.some((port) => (info.ports.get(port) ?? 0) > 0)
    ) {
      return ["node(s) didn't have free ports for the requested pod ports"]
    }
    const lacking = resourceFaults(needs, info)
    if (lacking.length > 0) return lacking
    const volume = zoneTerms.length > 0 ? volumeFault(zoneTerms, info) : undefined
    if (volume !== undefined) return [volume]
    rules ??= domainRulesOf(pod, context)
    const others = spreadFault(rules, info) ?? interPodFault(rules, info)
    return others === undefined ? none : [others]
  }
}

const unschedulable: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

function compileNodeFault(pod: Pod): (node: Node) => string | undefined {
  const tolerations = pod.spec.tolerations ?? []
  const isHeldByCordon = isUntolerated(unschedulable, tolerations)
  const matchesRules = nodeRulesOf(pod.spec)
  return (node) => {
    if (isHeldByCordon && node.spec?.unschedulable === true) return 'node(s) were unschedulable'
    for (const taint of node.spec?.taints ?? none) {
      if (isUntolerated(taint, tolerations)) return 'node(s) had untolerated taint(s)'
    }
    return matchesRules(node) ? undefined : "node(s) didn't match Pod's node affinity/selector"
  }
}

function resourceFaults(needs: Requirements, info: NodeInfo): readonly string[] {
  const { cpuMilli, extended, memoryBytes } = needs
  const hasCpu = cpuMilli === 0 || cpuMilli <= info.cpuFree
  const hasMemory = memoryBytes === 0 || memoryBytes <= info.memoryFree
  if (hasCpu && hasMemory && info.podsFree >= 1 && extended.length === 0) return none
  const faults: string[] = []
  if (info.podsFree < 1) faults.push('Too many pods')
  if (!hasCpu) faults.push('Insufficient cpu')
  if (!hasMemory) faults.push('Insufficient memory')
  for (const [name, amount] of extended) {
    if (amount > (info.extendedFree.get(name) ?? 0)) faults.push(`Insufficient ${name}`)
  }
  return faults
}

/** Node terms of a bound volume; undefined = usable anywhere. */
type VolumeTerms = readonly NodeSelectorTerm[] | undefined

function volumeTermsOf(pod: Pod, store: KubeStore): readonly VolumeTerms[] {
  return requirementsOf(pod.spec).claimNames.flatMap((name) => {
    const claim = store.get('PersistentVolumeClaim', pod.metadata.namespace, name)
    const volumeName = claim?.spec?.volumeName
    if (volumeName === undefined) return []
    const volume = store.get('PersistentVolume', undefined, volumeName)
    return [volume?.spec?.nodeAffinity?.required?.nodeSelectorTerms]
  })
}

function volumeFault(volumes: readonly VolumeTerms[], info: NodeInfo): string | undefined {
  for (const terms of volumes) {
    if (terms !== undefined && !terms.some((term) => matchesTerm(term, info.node))) {
      return "node(s) didn't match PersistentVolume's node affinity"
    }
  }
  return volumes.length + info.claimCount > attachLimit
    ? 'node(s) exceed max volume count'
    : undefined
}
