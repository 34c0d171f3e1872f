/**
 * Keeps room for pods that can run in one zone only. A landing plan says where pods could go; the
 * scheduler may still put pods that fit anywhere into the one zone that others need. So for each such
 * zone the guard assumes the worst: every pod on the move lands there, and where it harms most. Drain
 * layer, pure.
 */

import { canBeCrowdedOut, type OpenSites, openSitesOf } from './crowding.ts'
import { type LandingNode, LandingPlan } from './landing.ts'
import type { DrainPod, DrainView } from './view.ts'

/** Serves one round of evictions. */
export class ZoneGuard {
  private readonly view: DrainView
  private readonly nodesByZone = new Map<string, LandingNode[]>()
  private readonly roamers: DrainPod[] = []
  private readonly boundByZone = new Map<string, DrainPod[]>()
  private readonly plans = new Map<string, LandingPlan>()
  private readonly sites = new Map<DrainPod, OpenSites>()

  /** `nodes`: Ready nodes that stay. `moving`: pods that are owed a place already. */
  constructor(view: DrainView, nodes: Iterable<LandingNode>, moving: Iterable<DrainPod>) {
    this.view = view
    for (const node of nodes) append(this.nodesByZone, node.zone, node)
    for (const pod of moving) this.note(pod)
  }

  /**
   * True when the pod can be evicted without taking the place of one that is bound to a zone, or, for a
   * bound pod, when its zone has room whatever the others do. Admitted pods count from then on.
   */
  admits(pod: DrainPod): boolean {
    const zone = zoneOf(pod, this.view)
    const zones = zone === undefined ? [...this.boundByZone.keys()] : [zone]
    for (const one of zones) {
      const plan = this.planOf(one)
      if (plan.place(pod, true).kind === 'unplaced' && plan.couldHost(pod)) return false
      if (this.endangers(pod, one)) return false
    }
    this.note(pod)
    return true
  }

  /** With the pod on the move too, someone bound to the zone might find all places taken. */
  private endangers(pod: DrainPod, zone: string): boolean {
    const bound = this.boundByZone.get(zone) ?? []
    const isBound = zoneOf(pod, this.view) === zone
    const others = [...this.roamers, ...bound, pod]
    return [...bound, ...(isBound ? [pod] : [])].some((one) =>
      canBeCrowdedOut(one, others, { open: this.sitesOf(one, zone), view: this.view }),
    )
  }

  private sitesOf(pod: DrainPod, zone: string): OpenSites {
    const known = this.sites.get(pod)
    if (known !== undefined) return known
    const plan = new LandingPlan(this.view, this.nodesByZone.get(zone) ?? [])
    const sites = openSitesOf(pod, plan.readySitesOf(pod))
    this.sites.set(pod, sites)
    return sites
  }

  private note(pod: DrainPod): void {
    const zone = zoneOf(pod, this.view)
    if (zone === undefined) this.roamers.push(pod)
    else append(this.boundByZone, zone, pod)
  }

  /** The zone with everyone in it: first those who need not be there, then those who must. */
  private planOf(zone: string): LandingPlan {
    const known = this.plans.get(zone)
    if (known !== undefined) return known
    const plan = new LandingPlan(this.view, this.nodesByZone.get(zone) ?? [])
    for (const pod of this.roamers) plan.place(pod, true)
    for (const pod of this.boundByZone.get(zone) ?? []) plan.place(pod, true)
    this.plans.set(zone, plan)
    return plan
  }
}

/** The only zone a pod can run in, by its volumes or its node selector; undefined when there are several. */
function zoneOf(pod: DrainPod, view: DrainView): string | undefined {
  for (const claim of pod.needs.claimNames) {
    const zones = view.volumesByClaim.get(`${pod.namespace}/${claim}`)?.zones
    if (zones?.length === 1) return zones[0]
  }
  return pod.needs.nodeSelector['topology.kubernetes.io/zone']
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}
