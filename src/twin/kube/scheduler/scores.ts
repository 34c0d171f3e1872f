/** The scheduler's scores: least allocated, spread, soft affinity, soft taints. Twin layer. */

import type { Pod } from '../../../world/kube-objects.ts'
import { hash32 } from '../../../world/random.ts'
import { covers, matchesTerm } from '../node-rules.ts'
import { matcherOf } from '../selectors.ts'
import type { NodeInfo } from './node-cache.ts'
import { requirementsOf } from './requirements.ts'

/** Pods of the same controller per node and zone: the default soft spreading. */
export interface SiblingCounts {
  readonly byNode: ReadonlyMap<string, number>
  readonly byZone: ReadonlyMap<string, number>
}

/** No noise is larger: a node that is further behind cannot win by it. */
const noiseMax = 1e-4

/**
 * Higher is better; equal scores are told apart by a hash, as stable noise, which is left out where the
 * node stays below `beaten` anyway.
 */
export function scoreOf(pod: Pod, info: NodeInfo, siblings: SiblingCounts, beaten: number): number {
  const needs = requirementsOf(pod.spec)
  const cpu = Math.max(0, info.cpuFree - needs.cpuMilli) / Math.max(1, info.cpuCapacity)
  const memory = Math.max(0, info.memoryFree - needs.memoryBytes) / Math.max(1, info.memoryCapacity)
  const balance = 1 - Math.abs(cpu - memory)
  const onNode = siblings.byNode.get(info.name) ?? 0
  const inZone = siblings.byZone.get(info.zone) ?? 0
  const spread = 1 / (1 + onNode) + 1 / (1 + inZone)
  const score =
    (cpu + memory) / 2 + balance * 0.5 + spread + preference(pod, info) + softTaints(pod, info)
  if (score + noiseMax < beaten) return score
  return score + (hash32(`${pod.metadata.uid}/${info.name}`) % 1000) / 1e7
}

function preference(pod: Pod, info: NodeInfo): number {
  const { affinity } = pod.spec
  if (affinity === undefined) return 0
  let score = 0
  const nodes = affinity.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  for (const one of nodes) if (matchesTerm(one.preference, info.node)) score += one.weight / 100
  const anti = affinity.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  for (const one of anti) {
    if (one.podAffinityTerm.topologyKey !== 'kubernetes.io/hostname') continue
    const matches = matcherOf(one.podAffinityTerm.labelSelector)
    for (const other of info.pods.values()) {
      const isNear = other.metadata.namespace === pod.metadata.namespace
      if (isNear && matches(other.metadata.labels ?? {})) score -= one.weight / 100
    }
  }
  return score
}

/** Weight 3 in the real scheduler: soft taints beat room. */
function softTaints(pod: Pod, info: NodeInfo): number {
  let score = 0
  for (const taint of info.node.spec?.taints ?? []) {
    if (taint.effect !== 'PreferNoSchedule') continue
    if (!(pod.spec.tolerations ?? []).some((one) => covers(one, taint))) score -= 3
  }
  return score
}
