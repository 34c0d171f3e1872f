/** How often each budget has to be waited for: its pods go a few at a time. Run layer. */

import { budgetsOver, isHealthy, ownerOf, truthOf } from '../twin/judge/pods.ts'
import type { KubeCluster } from '../twin/kube/cluster.ts'
import { leastStartSecondsOf } from '../twin/kube/pod-timing.ts'
import { requirementsOf } from '../twin/kube/scheduler/requirements.ts'
import type { Pod } from '../world/kube-objects.ts'
import type { OldNodeLoad } from './old-node-load.ts'

/** The pods of one budget, real or virtual, by node. */
export interface BudgetChain {
  /** Pods that may be away at once; 0 = never any, which blocks and bounds nothing. */
  readonly atOnce: number
  /** Least seconds until a replacement is Ready. */
  readonly holdSeconds: number
  readonly podCountByNode: Map<string, number>
}

/** One chain per budget and per controller of several pods without a budget. */
export function budgetChains(
  cluster: KubeCluster,
  loads: readonly OldNodeLoad[],
  virtualFraction: number,
): readonly BudgetChain[] {
  const chains = new Map<string, BudgetChain>()
  for (const { name, pods } of loads) {
    for (const pod of pods) {
      const key = keyOf(pod, cluster)
      // Pods that are not Ready go without leave.
      if (key === undefined || !isHealthy(pod)) continue
      let chain = chains.get(key)
      if (chain === undefined) {
        const atOnce = atOnceOf(pod, cluster, virtualFraction)
        chain = { atOnce, holdSeconds: holdSecondsOf(pod), podCountByNode: new Map() }
        chains.set(key, chain)
      }
      chain.podCountByNode.set(name, (chain.podCountByNode.get(name) ?? 0) + 1)
    }
  }
  return [...chains.values()]
}

/** Seconds that the longest chain takes over these nodes, without what `canaryCount` of them may hold. */
export function longestChainSeconds(
  chains: readonly BudgetChain[],
  nodes: readonly OldNodeLoad[],
  canaryCount: number,
): number {
  let longest = 0
  for (const { atOnce, holdSeconds, podCountByNode } of chains) {
    if (atOnce <= 0) continue
    const counts = nodes.map(({ name }) => podCountByNode.get(name) ?? 0).sort((a, b) => b - a)
    const count = counts.slice(canaryCount).reduce((sum, one) => sum + one, 0)
    longest = Math.max(longest, (Math.ceil(count / atOnce) - 1) * holdSeconds)
  }
  return longest
}

/** Least detach and attach of a volume, which the successor under the same name waits for. */
const volumeSeconds = 7

function holdSecondsOf(pod: Pod): number {
  const isNamed = ownerOf(pod)?.kind === 'StatefulSet'
  const hasClaim = requirementsOf(pod.spec).claimNames.length > 0
  return leastStartSecondsOf(pod) + (isNamed && hasClaim ? volumeSeconds : 0)
}

function keyOf(pod: Pod, cluster: KubeCluster): string | undefined {
  const [budget] = budgetsOver(pod, cluster)
  if (budget !== undefined) return `${budget.metadata.namespace}/${budget.metadata.name}`
  const owner = ownerOf(pod)
  return owner === undefined ? undefined : owner.uid
}

function atOnceOf(pod: Pod, cluster: KubeCluster, virtualFraction: number): number {
  const [budget] = budgetsOver(pod, cluster)
  if (budget === undefined) {
    const count = cluster.store.podsOfController(ownerOf(pod)?.uid ?? '').size
    return Math.max(1, Math.floor(count * virtualFraction))
  }
  const truth = truthOf(budget, cluster)
  return truth === undefined ? 0 : truth.expectedPods - truth.desiredHealthy
}
