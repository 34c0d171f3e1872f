/** Which old node comes next: what can be emptied, the longest chain of budget turns first. Decide layer, pure. */

import type { OldNode } from './move-state.ts'

/**
 * A new list in order of opening; ties by node name. Nodes with blocked pods come last: they cannot be
 * terminated, so what is launched for their other pods is surge that does not come back.
 */
export function openingOrder(nodes: readonly OldNode[]): readonly OldNode[] {
  const accounts = accountsOf(nodes)
  const ranked = nodes.map((one) => ({
    one,
    chain: longestChain(one, accounts),
    isHeld: one.isHeldByPods,
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

/** Pods that end by themselves take longest of all. */
function longestChain(one: OldNode, accounts: ReadonlyMap<string, Account>): number {
  if (one.waitsForPods) return Number.POSITIVE_INFINITY
  let longest = 0
  for (const { key } of one.shares) {
    const account = accounts.get(key)
    if (account !== undefined) longest = Math.max(longest, turnsOf(account))
  }
  return longest
}

/** The pods of one account on old nodes, and what it allows at rest. */
interface Account {
  podCount: number
  atOnce: number
}

/** Turns the account still needs. */
function turnsOf({ atOnce, podCount }: Account): number {
  return Math.ceil(podCount / atOnce)
}

function accountsOf(nodes: readonly OldNode[]): ReadonlyMap<string, Account> {
  const accounts = new Map<string, Account>()
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
  return accounts
}
