/**
 * The worst case of a landing: whether pods on the move could, by ill luck, take every place that another
 * pod has. A plan shows one arrangement; the scheduler makes its own. Drain layer, pure.
 */

import { misfit, type NodeShape } from './node-fit.ts'
import type { DrainPod, DrainView, Room } from './view.ts'

/** A node with the room that is left of it. */
export interface OpenSite {
  readonly node: NodeShape
  readonly free: Room
}

/**
 * True when `others` together could fill every one of the sites that would take the pod now: each lands
 * on one site, and what they ask for in all is what there is to fill sites with, resource by resource.
 * An upper bound: it may say true where no arrangement does it, never false where one does. Without any
 * site nobody crowds the pod out: it has no place already.
 */
export function canBeCrowdedOut(
  pod: DrainPod,
  others: readonly DrainPod[],
  { sites, view }: { readonly sites: readonly OpenSite[]; readonly view: DrainView },
): boolean {
  const couldBe = (rivals: readonly DrainPod[]): boolean =>
    rivals.length >= sites.length && fillableCount(pod, rivals, sites) >= sites.length
  if (sites.length === 0) return false
  const rest = others.filter((other) => other.uid !== pod.uid)
  // Most often even all of them are too few: where each of them may run is the costly question.
  if (!couldBe(rest)) return false
  return couldBe(
    rest.filter((other) => sites.some(({ node }) => misfit(other, node, view) === undefined)),
  )
}

/** Upper bound of the sites that can be filled so far that the pod no longer fits. */
function fillableCount(
  pod: DrainPod,
  rivals: readonly DrainPod[],
  sites: readonly OpenSite[],
): number {
  const { requests } = pod.needs
  const resources: readonly ((room: Room) => number)[] = [
    (room) => room.cpuMilli,
    (room) => room.memoryBytes,
    ...Object.keys(requests.extended).map((name) => (room: Room) => room.extended[name] ?? 0),
  ]
  let count = countExceeded(
    sites.map(({ free }) => free.podCount - 1),
    rivals.length,
  )
  for (const of of resources) {
    // The scheduler does not look at what is not asked for.
    if (of(requests) <= 0) continue
    const amount = rivals.reduce((sum, rival) => sum + of(rival.needs.requests), 0)
    count += countExceeded(
      sites.map(({ free }) => of(free) - of(requests)),
      amount,
    )
  }
  return count
}

/** How many of the spare amounts an amount can exceed when it is spent on the smallest first. */
function countExceeded(spares: readonly number[], amount: number): number {
  let left = amount
  let count = 0
  for (const spare of [...spares].sort((a, b) => a - b)) {
    left -= spare
    if (left <= 0) break
    count += 1
  }
  return count
}
