/** The scheduler's scores: least allocated, spread, soft affinity, soft taints. Twin layer. */

import type { Pod } from '../../../world/kube-objects.ts'
import { hash32 } from '../../../world/random.ts'
import { isPodTerminal } from '../conditions.ts'
import { covers, matchesTerm } from '../node-rules.ts'
import { matcherOf } from '../selectors.ts'
import type { FilterContext } from './filters.ts'
import type { NodeInfo } from './node-cache.ts'
import { requirementsOf } from './requirements.ts'

/** Pods of the same controller per node and zone: the default soft spreading. */
export interface SiblingCounts {
  readonly byNode: ReadonlyMap<string, number>
  readonly byZone: ReadonlyMap<string, number>
}

/** What the other pods of the cluster mean for one pod, at one moment. */
export interface Neighbours {
  readonly siblings: SiblingCounts
  readonly unliked: readonly {
    readonly weight: number
    readonly byNode: ReadonlyMap<string, number>
  }[]
}

/** No pod gets more on a node with a soft taint that it does not tolerate: all else at its best. */
export function bestShunnedScore(pod: Pod): number {
  const tolerations = pod.spec.tolerations ?? []
  // Those for not-ready and unreachable nodes, which every pod has, are of effect NoExecute.
  if (tolerations.some((one) => one.effect !== 'NoExecute')) return Number.POSITIVE_INFINITY
  const preferred =
    pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  const liked = preferred.reduce((sum, one) => sum + one.weight / 100, 0)
  return 1 + 0.5 + 2 + liked + noiseMax - softTaintCost
}

/** Weight 3 in the real scheduler: soft taints beat room. */
const softTaintCost = 3
/** No noise is larger: a node that is further behind cannot win by it. */
const noiseMax = 1e-4

/**
 * The score of every node for one pod. Higher is better; equal scores are told apart by a hash, as stable
 * noise, which is left out where the node stays below `beaten` anyway.
 */
export function scorerOf(pod: Pod, near: Neighbours): (info: NodeInfo, beaten: number) => number {
  const { cpuMilli, memoryBytes } = requirementsOf(pod.spec)
  const { byNode, byZone } = near.siblings
  return (info, beaten) => {
    const cpu = Math.max(0, info.cpuFree - cpuMilli) / Math.max(1, info.cpuCapacity)
    const memory = Math.max(0, info.memoryFree - memoryBytes) / Math.max(1, info.memoryCapacity)
    const balance = 1 - Math.abs(cpu - memory)
    const onNode = byNode.get(info.name) ?? 0
    const inZone = byZone.get(info.zone) ?? 0
    const spread = 1 / (1 + onNode) + 1 / (1 + inZone)
    const score =
      (cpu + memory) / 2 +
      balance * 0.5 +
      spread +
      preference(pod, info, near) +
      softTaints(pod, info)
    if (score + noiseMax < beaten) return score
    return score + (hash32(`${pod.metadata.uid}/${info.name}`) % 1000) / 1e7
  }
}

/** Soft anti-affinity between nodes: for each term its weight and how many pods it means on each node. */
export function unlikedOf(pod: Pod, { cache, store }: FilterContext): Neighbours['unliked'] {
  const terms =
    pod.spec.affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  return terms
    .filter((one) => one.podAffinityTerm.topologyKey === 'kubernetes.io/hostname')
    .map((one) => {
      const matches = matcherOf(one.podAffinityTerm.labelSelector)
      const byNode = new Map<string, number>()
      for (const other of store.podsInNamespace(pod.metadata.namespace ?? '').values()) {
        const info = cache.infos.get(other.spec.nodeName ?? '')
        if (info === undefined || isPodTerminal(other)) continue
        if (!matches(other.metadata.labels ?? {})) continue
        byNode.set(info.name, (byNode.get(info.name) ?? 0) + 1)
      }
      return { weight: one.weight / 100, byNode }
    })
}

function preference(pod: Pod, info: NodeInfo, { unliked }: Neighbours): number {
  const { affinity } = pod.spec
  if (affinity === undefined) return 0
  let score = 0
  const nodes = affinity.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  for (const one of nodes) if (matchesTerm(one.preference, info.node)) score += one.weight / 100
  for (const { byNode, weight } of unliked) {
    const count = byNode.get(info.name) ?? 0
    for (let index = 0; index < count; index += 1) score -= weight
  }
  return score
}

function softTaints(pod: Pod, info: NodeInfo): number {
  let score = 0
  for (const taint of info.node.spec?.taints ?? []) {
    if (taint.effect !== 'PreferNoSchedule') continue
    if (!(pod.spec.tolerations ?? []).some((one) => covers(one, taint))) score -= softTaintCost
  }
  return score
}
