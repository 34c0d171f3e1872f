import { describe, expect, it } from 'vitest'
import { type BudgetChain, longestChainSeconds } from './budget-chains.ts'
import type { OldNodeLoad } from './old-node-load.ts'

const nodes: readonly OldNodeLoad[] = ['a', 'b', 'c'].map((name) => ({
  name,
  pods: [],
  cpuMilli: 0,
  memoryBytes: 0,
  jobsEndMs: Number.NEGATIVE_INFINITY,
}))

function chain(atOnce: number, holdSeconds: number, counts: readonly number[]): BudgetChain {
  return {
    atOnce,
    holdSeconds,
    podCountByNode: new Map(counts.map((count, index) => [nodes[index]?.name ?? '', count])),
  }
}

describe('longestChainSeconds', () => {
  it.each([
    { name: 'no chain', chains: [], expected: 0 },
    { name: 'all at once', chains: [chain(3, 10, [1, 1, 1])], expected: 0 },
    { name: 'one at a time', chains: [chain(1, 10, [1, 1, 1])], expected: 20 },
    { name: 'a last turn that is not full', chains: [chain(2, 10, [2, 2, 1])], expected: 20 },
    { name: 'never any: blocks, bounds nothing', chains: [chain(0, 10, [5, 5, 5])], expected: 0 },
    {
      name: 'the longest of several',
      chains: [chain(1, 10, [1, 1, 0]), chain(1, 30, [1, 1, 0])],
      expected: 30,
    },
  ])('$name', ({ chains, expected }) => {
    expect(longestChainSeconds(chains, nodes, 0)).toBe(expected)
  })

  it('leaves out what the canaries may hold: the fullest nodes', () => {
    const chains = [chain(1, 10, [4, 1, 1])]
    expect(longestChainSeconds(chains, nodes, 0)).toBe(50)
    expect(longestChainSeconds(chains, nodes, 1)).toBe(10)
    expect(longestChainSeconds(chains, nodes, 3)).toBeLessThanOrEqual(0)
  })

  it('counts only the nodes that are gone', () => {
    expect(longestChainSeconds([chain(1, 10, [4, 1, 1])], nodes.slice(1), 0)).toBe(10)
  })
})
