/** The least time a move can take: budgets, room, nodes, soak and Jobs (drain-and-rolling 6.1). Run layer. */

import { surgeLimit } from '../decide/surge.ts'
import type { MigrationTarget } from '../decide/target.ts'
import { stopSecondsOf } from '../twin/kube/pod-timing.ts'
import type { Twin } from '../twin/twin.ts'
import { budgetChains, longestChainSeconds } from './budget-chains.ts'
import { type OldNodeLoad, oldNodeLoads } from './old-node-load.ts'

/** Least times of the twin's model, seconds: boot to Ready, shutting-down to terminated. */
const bootSeconds = 40
const terminateSeconds = 20

/** What the end of a run adds to what was known at its start. */
export interface MoveEnd {
  /** Virtual epoch milliseconds; undefined = nothing was evicted. */
  readonly firstEvictionMs: number | undefined
  /** Old nodes that are gone: the others do not count into the makespan either. */
  readonly isGone: (nodeName: string) => boolean
}

/**
 * Takes down the load of the old nodes now, before anything moves; the returned function gives the
 * seconds from the first eviction to the last old instance gone that no schedule can beat. It keeps to
 * what the policy demands (canary soak, empty soak, surge, budgets without a PDB, Jobs waited for).
 */
export function lowerBoundOf(
  twin: Twin,
  context: { readonly oldGroups: readonly string[]; readonly target: MigrationTarget },
): (end: MoveEnd) => number {
  const { oldGroups, target } = context
  const cluster = twin.clusters.get(target.clusterName)
  if (cluster === undefined) return () => 0
  const loads = oldNodeLoads(cluster, twin.account, oldGroups)
  const chains = budgetChains(cluster, loads, target.policy.drain.virtualBudgetFraction)
  const stops = new Map(loads.map((load) => [load.name, stopOf(twin, load)]))
  const sizes = oldGroups.map((name) => twin.account.groups.get(name)?.desiredCapacity ?? 0)
  const surge = Math.max(1, surgeLimit(target.policy, sizes)) + minimumOf(target)
  return ({ firstEvictionMs, isGone }) => {
    const gone = loads.filter((load) => isGone(load.name))
    if (gone.length === 0 || firstEvictionMs === undefined) return 0
    const stopOfNode = ({ name }: OldNodeLoad): number => stops.get(name) ?? 0
    const { canaryNodeCount, canarySoakMs, emptySoakMs } = target.policy
    const endSeconds = emptySoakMs / 1000 + terminateSeconds
    const canary = canaryOf(gone, stopOfNode, canaryNodeCount)
    const isSoaking = canary !== undefined && canarySoakMs > 0
    const rest = isSoaking ? gone.length - canaryNodeCount : gone.length
    const soakSeconds = isSoaking ? canary.stopSeconds + canarySoakMs / 1000 : 0
    const moveSeconds = Math.max(
      longestChainSeconds(chains, gone, isSoaking ? canaryNodeCount : 0),
      roomSeconds(gone, { rest, surge: surge + gone.length - rest, target, endSeconds }),
      [...gone].map(stopOfNode).sort((a, b) => b - a)[gone.length - rest] ?? 0,
    )
    const jobsEndMs = Math.max(...gone.map((load) => load.jobsEndMs))
    const jobSeconds = (jobsEndMs - firstEvictionMs) / 1000
    return Math.max(soakSeconds + moveSeconds, jobSeconds) + endSeconds
  }
}

function minimumOf(target: MigrationTarget): number {
  return target.nodeGroups.reduce((sum, group) => sum + group.minSize, 0)
}

/** The longest stop of the node's pods: they may all stop at once. */
function stopOf(twin: Twin, load: OldNodeLoad): number {
  return Math.max(0, ...load.pods.map((pod) => stopSecondsOf(twin.kernel, pod)))
}

/** The quickest node with pods: an empty one proves nothing. Undefined when all nodes are canaries. */
function canaryOf(
  nodes: readonly OldNodeLoad[],
  stopOfNode: (node: OldNodeLoad) => number,
  count: number,
): { readonly stopSeconds: number } | undefined {
  const loaded = nodes.filter((node) => node.pods.length > 0)
  if (count === 0 || count >= loaded.length) return undefined
  return { stopSeconds: Math.min(...loaded.map(stopOfNode)) }
}

/**
 * Rounds of boot, move and end. The first round's new nodes are there when the first eviction is sent;
 * each round empties the old nodes whose pods fit on the new ones, resource by resource.
 */
function roomSeconds(
  nodes: readonly OldNodeLoad[],
  context: {
    readonly rest: number
    readonly surge: number
    readonly target: MigrationTarget
    readonly endSeconds: number
  },
): number {
  const { endSeconds, rest, surge, target } = context
  const largest = (
    of: (room: { cpuMilli: number; memoryBytes: number; podCount: number }) => number,
  ) => Math.max(...target.nodeGroups.map((group) => of(group.template.allocatable)))
  const perNode = [
    { room: largest((room) => room.cpuMilli), loads: nodes.map((node) => node.cpuMilli) },
    { room: largest((room) => room.memoryBytes), loads: nodes.map((node) => node.memoryBytes) },
    { room: largest((room) => room.podCount), loads: nodes.map((node) => node.pods.length) },
  ]
  for (const { loads } of perNode) loads.sort((a, b) => a - b)
  let launched = surge
  for (let round = 0; ; round += 1) {
    const emptied = Math.min(
      ...perNode.map(({ loads, room }) => countFitting(loads, room * launched)),
    )
    const isStuck = round > 0 && surge + emptied <= launched
    if (emptied >= rest || isStuck) return round * (bootSeconds + endSeconds)
    launched = surge + emptied
  }
}

function countFitting(ascending: readonly number[], room: number): number {
  let left = room
  let count = 0
  for (const load of ascending) {
    left -= load
    if (left < 0) break
    count += 1
  }
  return count
}
