/** Which old node comes next: the longest chain of budget turns first, then the emptiest. Decide layer, pure. */

import { allowanceOf } from '../drain/budgets.ts'
import type { OldNode } from './move-state.ts'
import type { Observed } from './observed.ts'

/** A new list in order of opening; ties by node name. */
export function openingOrder(nodes: readonly OldNode[], observed: Observed): readonly OldNode[] {
  const turns = turnsByAccount(nodes, observed)
  const chain = new Map<string, number>()
  for (const { node, pods } of nodes) {
    let longest = 0
    for (const { pod, stance } of pods) {
      if (stance.kind === 'waits') longest = Number.POSITIVE_INFINITY
      if (stance.kind !== 'movable') continue
      longest = Math.max(longest, turns.get(accountKey(pod, observed)) ?? 0)
    }
    chain.set(node.name, longest)
  }
  return [...nodes].sort((a, b) => {
    const longer = (chain.get(b.node.name) ?? 0) - (chain.get(a.node.name) ?? 0)
    if (longer !== 0 && !Number.isNaN(longer)) return longer
    return a.pods.length - b.pods.length || (a.node.name < b.node.name ? -1 : 1)
  })
}

/** Turns each account still needs: its pods on old nodes over what it allows at rest. */
function turnsByAccount(
  nodes: readonly OldNode[],
  observed: Observed,
): ReadonlyMap<string, number> {
  const counts = new Map<string, { podCount: number; atOnce: number }>()
  for (const { pods } of nodes) {
    for (const { pod, stance } of pods) {
      if (stance.kind !== 'movable') continue
      const key = accountKey(pod, observed)
      const known = counts.get(key)
      if (known !== undefined) known.podCount += 1
      else counts.set(key, { podCount: 1, atOnce: atOnceOf(pod, observed) })
    }
  }
  return new Map(
    [...counts].map(([key, { podCount, atOnce }]) => [key, Math.ceil(podCount / atOnce)]),
  )
}

function accountKey(pod: OldNode['pods'][number]['pod'], observed: Observed): string {
  const allowance = allowanceOf(pod, observed.drain)
  if (allowance.kind === 'budget') return allowance.budget.key
  return allowance.kind === 'virtual' ? allowance.key : pod.key
}

function atOnceOf(pod: OldNode['pods'][number]['pod'], observed: Observed): number {
  const allowance = allowanceOf(pod, observed.drain)
  if (allowance.kind !== 'budget') return 1
  return Math.max(1, allowance.budget.expectedPods - allowance.budget.desiredHealthy)
}
