/** Which old node comes next: what can be emptied, the longest chain of budget turns first. Decide layer, pure. */

import type { OldNode } from './move-state.ts'

/**
 * A new list in order of opening; ties by node name. Nodes with blocked pods come last: they cannot be
 * terminated, so what is launched for their other pods is surge that does not come back.
 */
export function openingOrder(nodes: readonly OldNode[]): readonly OldNode[] {
  const turns = turnsByAccount(nodes)
  const ranked = nodes.map((one) => ({
    one,
    chain: longestChain(one, turns),
    isHeld: isHeldByPods(one),
  }))
  ranked.sort((a, b) => {
    if (a.isHeld !== b.isHeld) return a.isHeld ? 1 : -1
    const longer = b.chain - a.chain
    if (longer !== 0 && !Number.isNaN(longer)) return longer
    const emptier = a.one.pods.length - b.one.pods.length
    return emptier || (a.one.node.name < b.one.node.name ? -1 : 1)
  })
  return ranked.map(({ one }) => one)
}

/** True when a pod on it cannot move until a human decides: the node stays whatever else is moved. */
export function isHeldByPods({ pods }: OldNode): boolean {
  return pods.some(({ stance }) => stance.kind === 'blocked')
}

/** Pods that end by themselves take longest of all. */
function longestChain({ pods, shares }: OldNode, turns: ReadonlyMap<string, number>): number {
  if (pods.some(({ stance }) => stance.kind === 'waits')) return Number.POSITIVE_INFINITY
  let longest = 0
  for (const { key } of shares) longest = Math.max(longest, turns.get(key) ?? 0)
  return longest
}

/** Turns each account still needs: its pods on old nodes over what it allows at rest. */
function turnsByAccount(nodes: readonly OldNode[]): ReadonlyMap<string, number> {
  const accounts = new Map<string, { podCount: number; atOnce: number }>()
  for (const { shares } of nodes) {
    for (const { atOnce, key, podCount } of shares) {
      const account = accounts.get(key)
      if (account === undefined) accounts.set(key, { podCount, atOnce })
      else {
        account.podCount += podCount
        account.atOnce = atOnce
      }
    }
  }
  const turns = new Map<string, number>()
  for (const [key, { atOnce, podCount }] of accounts) turns.set(key, Math.ceil(podCount / atOnce))
  return turns
}
