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

/** The sites that would take a pod now; for one pod, as long as their room stays the same. */
export interface OpenSites {
  readonly sites: readonly OpenSite[]
  readonly spares: readonly Spares[]
}

/** What each site has beyond the needs of the pod, of one resource, the least first. */
interface Spares {
  readonly of: (room: Room) => number
  readonly amounts: readonly number[]
}

/** Worked out once per pod: it is asked about again with every other pod that moves. */
export function openSitesOf(pod: DrainPod, sites: readonly OpenSite[]): OpenSites {
  const { requests } = pod.needs
  const resources: readonly ((room: Room) => number)[] = [
    (room) => room.cpuMilli,
    (room) => room.memoryBytes,
    ...Object.keys(requests.extended).map((name) => (room: Room) => room.extended[name] ?? 0),
  ]
  const sorted = (amounts: number[]): readonly number[] => amounts.sort((a, b) => a - b)
  return {
    sites,
    spares: [
      { of: () => 1, amounts: sorted(sites.map(({ free }) => free.podCount - 1)) },
      // The scheduler does not look at what is not asked for.
      ...resources
        .filter((of) => of(requests) > 0)
        .map((of) => ({ of, amounts: sorted(sites.map(({ free }) => of(free) - of(requests))) })),
    ],
  }
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
  { open, view }: { readonly open: OpenSites; readonly view: DrainView },
): boolean {
  const { sites, spares } = open
  const couldBe = (rivals: readonly DrainPod[]): boolean =>
    rivals.length >= sites.length && fillableCount(rivals, spares) >= sites.length
  if (sites.length === 0 || others.length < sites.length) return false
  const rest = others.filter((other) => other.uid !== pod.uid)
  // Most often even all of them are too few: where each of them may run is the costly question.
  if (!couldBe(rest)) return false
  return couldBe(
    rest.filter((other) => sites.some(({ node }) => misfit(other, node, view) === undefined)),
  )
}

/** Upper bound of the sites that can be filled so far that the pod no longer fits. */
function fillableCount(rivals: readonly DrainPod[], spares: readonly Spares[]): number {
  let count = 0
  for (const { amounts, of } of spares) {
    let amount = 0
    for (const { needs } of rivals) amount += of(needs.requests)
    count += countExceeded(amounts, amount)
  }
  return count
}

/** How many of the spare amounts an amount can exceed when it is spent on the smallest first. */
function countExceeded(spares: readonly number[], amount: number): number {
  let left = amount
  let count = 0
  for (const spare of spares) {
    left -= spare
    if (left <= 0) break
    count += 1
  }
  return count
}
