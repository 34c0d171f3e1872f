/** Where the pods of a long-running cluster stand: spread over zones and nodes. Twin layer. */

import type { Node, Pod, PodAffinityTerm } from '../../world/kube-objects.ts'
import { imageArchAnnotation } from '../kube/annotations.ts'
import { isUntolerated, matchesNodeRules } from '../kube/node-rules.ts'
import { addPod, type NodeInfo, nodeInfoOf } from '../kube/scheduler/node-cache.ts'
import { requirementsOf } from '../kube/scheduler/requirements.ts'
import { matcherOf } from '../kube/selectors.ts'
import { type KubeStore, objectKey } from '../kube/store.ts'

const hostKey = 'kubernetes.io/hostname'

/** Places pods one by one, the largest and the zone-bound ones first. */
export class InitialPlacement {
  private readonly infos: NodeInfo[] = []
  private readonly store: KubeStore
  private readonly admitted = new Map<string, readonly NodeInfo[]>()
  /** Node of each block volume that a placed pod uses: it can be attached nowhere else. */
  private readonly homes = new Map<string, string>()

  constructor(store: KubeStore) {
    this.store = store
    for (const node of store.list('Node')) this.infos.push(nodeInfoOf(node))
    for (const info of this.infos) {
      for (const [key, pod] of store.podsOnNode(info.name)) addPod(info, key, pod)
    }
  }

  /** Names of nodes by pod key; pods that fit nowhere are missing. */
  placeAll(pods: readonly Pod[]): ReadonlyMap<string, string> {
    const placed = new Map<string, string>()
    const zonesUsed = new Map<string, Map<string, number>>()
    for (const pod of this.inOrder(pods)) {
      const owner = pod.metadata.ownerReferences?.[0]?.uid ?? pod.metadata.name
      const group = `${pod.metadata.namespace}/${pod.metadata.labels?.app ?? owner}`
      const used = zonesUsed.get(group) ?? new Map<string, number>()
      zonesUsed.set(group, used)
      const info = this.pick(pod, used)
      if (info === undefined) continue
      const key = objectKey(pod.metadata.namespace, pod.metadata.name)
      addPod(info, key, pod)
      for (const claim of this.blockClaimsOf(pod)) this.homes.set(claim, info.name)
      used.set(info.zone, (used.get(info.zone) ?? 0) + 1)
      placed.set(key, info.name)
    }
    return placed
  }

  private inOrder(pods: readonly Pod[]): readonly Pod[] {
    const ranked = pods.map((pod) => ({
      pod,
      key: objectKey(pod.metadata.namespace, pod.metadata.name),
      size: requirementsOf(pod.spec).cpuMilli,
      bound: Number(this.zonesOf(pod) !== undefined),
    }))
    ranked.sort((a, b) => b.size - a.size || b.bound - a.bound || (a.key < b.key ? -1 : 1))
    return ranked.map(({ pod }) => pod)
  }

  private pick(pod: Pod, used: ReadonlyMap<string, number>): NodeInfo | undefined {
    const needs = requirementsOf(pod.spec)
    const zones = this.zonesOf(pod)
    const home = this.homeOf(pod)
    let best: NodeInfo | undefined
    let bestScore = Number.POSITIVE_INFINITY
    for (const info of this.nodesFor(pod)) {
      if (zones !== undefined && !zones.includes(info.zone)) continue
      if (home !== undefined && info.name !== home) continue
      if (info.podsFree < 1 || needs.cpuMilli > info.cpuFree || needs.memoryBytes > info.memoryFree)
        continue
      if (needs.extended.some(([name, amount]) => amount > (info.extendedFree.get(name) ?? 0)))
        continue
      if (needs.hasAffinity && !this.suitsNeighbours(pod, info)) continue
      const load = 1 - info.cpuFree / Math.max(1, info.cpuCapacity)
      const score = (used.get(info.zone) ?? 0) * 10 + load
      if (score < bestScore) {
        best = info
        bestScore = score
      }
    }
    return best
  }

  /** Required affinity and anti-affinity with the pods that are placed. */
  private suitsNeighbours(pod: Pod, info: NodeInfo): boolean {
    const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {}
    const unwanted = podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
    if (unwanted.some((term) => this.hasNear(pod, term, info))) return false
    const wanted = podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
    // The first of a group may stand anywhere.
    return wanted.every((term) => this.hasNear(pod, term, info) || !this.hasNear(pod, term))
  }

  /** Whether a pod that the term selects stands in the node's domain; without a node, anywhere. */
  private hasNear(pod: Pod, term: PodAffinityTerm, info?: NodeInfo): boolean {
    const matches = matcherOf(term.labelSelector)
    const domain = info?.node.metadata.labels?.[term.topologyKey]
    const isNear = (other: NodeInfo): boolean =>
      info === undefined ||
      other === info ||
      (domain !== undefined && other.node.metadata.labels?.[term.topologyKey] === domain)
    const namespaces = term.namespaces ?? [pod.metadata.namespace ?? '']
    const isSelected = (other: Pod): boolean =>
      (term.namespaceSelector !== undefined ||
        namespaces.includes(other.metadata.namespace ?? '')) &&
      matches(other.metadata.labels ?? {})
    const places = term.topologyKey === hostKey && info !== undefined ? [info] : this.infos
    return places.some((other) => isNear(other) && [...other.pods.values()].some(isSelected))
  }

  /** Nodes that taints, selectors and architecture admit; equal pods share the answer. */
  private nodesFor(pod: Pod): readonly NodeInfo[] {
    const { affinity, nodeSelector, tolerations } = pod.spec
    const arch = pod.metadata.annotations?.[imageArchAnnotation]
    const key = JSON.stringify([nodeSelector, tolerations, affinity?.nodeAffinity, arch])
    const known = this.admitted.get(key)
    if (known !== undefined) return known
    const found = this.infos.filter(({ node }) => admits(node, pod, arch))
    this.admitted.set(key, found)
    return found
  }

  private homeOf(pod: Pod): string | undefined {
    for (const claim of this.blockClaimsOf(pod)) {
      const home = this.homes.get(claim)
      if (home !== undefined) return home
    }
    return undefined
  }

  /** Keys of the pod's claims that only one node at a time can attach. */
  private blockClaimsOf(pod: Pod): readonly string[] {
    const { namespace } = pod.metadata
    return requirementsOf(pod.spec).claimNames.flatMap((name) => {
      const claim = this.store.get('PersistentVolumeClaim', namespace, name)
      const isShared = claim?.spec?.accessModes?.includes('ReadWriteMany') ?? false
      return isShared ? [] : [objectKey(namespace, name)]
    })
  }

  /** Zones of the pod's volumes; undefined = anywhere. */
  private zonesOf(pod: Pod): readonly string[] | undefined {
    for (const claim of requirementsOf(pod.spec).claimNames) {
      const name = this.store.get('PersistentVolumeClaim', pod.metadata.namespace, claim)?.spec
        ?.volumeName
      const volume = this.store.get('PersistentVolume', undefined, name ?? '')
      const terms = volume?.spec?.nodeAffinity?.required?.nodeSelectorTerms ?? []
      const values = terms[0]?.matchExpressions?.[0]?.values
      if (values !== undefined) return values
    }
    return undefined
  }
}

function admits(node: Node, pod: Pod, arch: string | undefined): boolean {
  if (arch !== undefined && node.metadata.labels?.['kubernetes.io/arch'] !== arch) return false
  const tolerations = pod.spec.tolerations ?? []
  if (node.spec?.taints?.some((one) => isUntolerated(one, tolerations))) return false
  return node.spec?.unschedulable !== true && matchesNodeRules(pod.spec, node)
}
