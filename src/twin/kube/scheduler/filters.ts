/** The scheduler's filters, in its order, with its texts (kubernetes-measured section 4). Twin layer. */

import type { Node, Pod } from '../../../world/kube-objects.ts'
import { isUntolerated, matchesNodeRules, matchesTerm } from '../node-rules.ts'
import type { KubeStore } from '../store.ts'
import type { NodeCache, NodeInfo } from './node-cache.ts'
import { interPodFault, spreadFault } from './pod-rules.ts'
import { requirementsOf } from './requirements.ts'

/** What filters look at. */
export interface FilterContext {
  readonly store: KubeStore
  readonly cache: NodeCache
}

/** EBS volumes per node. */
const attachLimit = 26

/** Reasons why the node cannot take the pod; empty when it can. Only resource filters give several. */
export function faultsOf(pod: Pod, info: NodeInfo, context: FilterContext): readonly string[] {
  const single = nodeFault(pod, info.node)
  if (single !== undefined) return [single]
  const needs = requirementsOf(pod.spec)
  if (needs.hostPorts.some((port) => (info.ports.get(port) ?? 0) > 0)) {
    return ["node(s) didn't have free ports for the requested pod ports"]
  }
  const lacking = resourceFaults(pod, info)
  if (lacking.length > 0) return lacking
  const volume = needs.claimNames.length > 0 ? volumeFault(pod, info, context.store) : undefined
  if (volume !== undefined) return [volume]
  const spread = needs.hasHardSpread ? spreadFault(pod, info, context) : undefined
  if (spread !== undefined) return [spread]
  const others = interPodFault(pod, info, context)
  return others === undefined ? [] : [others]
}

function nodeFault(pod: Pod, node: Node): string | undefined {
  const tolerations = pod.spec.tolerations ?? []
  if (node.spec?.unschedulable === true) {
    const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' as const }
    if (isUntolerated(taint, tolerations)) return 'node(s) were unschedulable'
  }
  if (node.spec?.taints?.some((taint) => isUntolerated(taint, tolerations))) {
    return 'node(s) had untolerated taint(s)'
  }
  if (!matchesNodeRules(pod.spec, node)) {
    return "node(s) didn't match Pod's node affinity/selector"
  }
  return undefined
}

function resourceFaults(pod: Pod, info: NodeInfo): readonly string[] {
  const needs = requirementsOf(pod.spec)
  const faults: string[] = []
  if (info.podsFree < 1) faults.push('Too many pods')
  if (needs.cpuMilli > 0 && needs.cpuMilli > info.cpuFree) faults.push('Insufficient cpu')
  if (needs.memoryBytes > 0 && needs.memoryBytes > info.memoryFree) {
    faults.push('Insufficient memory')
  }
  for (const [name, amount] of needs.extended) {
    if (amount > (info.extendedFree.get(name) ?? 0)) faults.push(`Insufficient ${name}`)
  }
  return faults
}

function volumeFault(pod: Pod, info: NodeInfo, store: KubeStore): string | undefined {
  const { namespace } = pod.metadata
  let volumeCount = 0
  for (const name of requirementsOf(pod.spec).claimNames) {
    const claim = store.get('PersistentVolumeClaim', namespace, name)
    const volumeName = claim?.spec?.volumeName
    if (volumeName === undefined) continue
    const volume = store.get('PersistentVolume', undefined, volumeName)
    const terms = volume?.spec?.nodeAffinity?.required?.nodeSelectorTerms
    if (terms !== undefined && !terms.some((term) => matchesTerm(term, info.node))) {
      return "node(s) didn't match PersistentVolume's node affinity"
    }
    volumeCount += 1
  }
  for (const other of info.pods.values()) {
    volumeCount += requirementsOf(other.spec).claimNames.length
  }
  return volumeCount > attachLimit ? 'node(s) exceed max volume count' : undefined
}
