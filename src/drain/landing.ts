/**
 * Landing proof: a plan that gives every pod that must move a place on nodes that stay. Drain layer,
 * pure. It spreads as the scheduler does (least allocated first), so that its promises come true.
 */

import { neighbourMisfit, type Occupancy } from './neighbour-fit.ts'
import { misfit, type NodeShape } from './node-fit.ts'
import { type FreeRoom, freeRoomOf, giveBack, lackingResource, take, takeRoom } from './room.ts'
import { classFits, isNameBound, type ShapeClass, shapeClassOf } from './shape-class.ts'
import type { DrainNode, DrainPod, DrainView, PodNeeds, Room } from './view.ts'

/** A node that may take pods: real and Ready, launching, or only thought of. */
export interface LandingNode extends NodeShape {
  readonly allocatable: Room
  /** False for nodes that are not Ready yet: they count for planning, not for evictions. */
  readonly isReady: boolean
  readonly shapeClass: ShapeClass
  /** Auto Scaling group of a planned node. */
  readonly groupName?: string
}

/** Result of one placement. */
export type Placement =
  | { readonly kind: 'placed'; readonly nodeName: string; readonly isReady: boolean }
  | { readonly kind: 'unplaced' }

interface Site {
  readonly node: LandingNode
  readonly free: FreeRoom
  /** One over the allocatable amounts: scores are asked for far more often than sites are made. */
  readonly perCpuMilli: number
  readonly perMemoryByte: number
}

/** Fills nodes with promises, one pod at a time. */
export class LandingPlan {
  private readonly view: DrainView
  private readonly sitesByClass = new Map<ShapeClass, Site[]>()
  private readonly sitesByName = new Map<string, Site>()
  /** For pods that neither a volume nor a name ties down, by their needs; forgotten with every new class. */
  private readonly fittingByNeeds = new Map<PodNeeds, readonly (readonly Site[])[]>()
  private readonly promised = new Map<string, DrainPod[]>()
  /** Made when neighbours are asked about: most plans of a zone never are. */
  private shapes: Map<string, NodeShape> | undefined
  private readonly occupancy: Occupancy
  private readonly antiAffinePods: { pod: DrainPod; nodeName: string }[] = []

  constructor(view: DrainView, nodes: Iterable<LandingNode>) {
    this.view = view
    const { antiAffinePods, promised } = this
    for (const pod of view.antiAffinePods.values()) {
      if (pod.nodeName === undefined || pod.deletionAtMs !== undefined) continue
      antiAffinePods.push({ pod, nodeName: pod.nodeName })
    }
    const shapesNow = (): ReadonlyMap<string, NodeShape> => this.allShapes()
    this.occupancy = {
      view,
      promised,
      antiAffinePods,
      get shapes() {
        return shapesNow()
      },
    }
    for (const node of nodes) this.addNode(node)
  }

  /** Adds a node; its present pods (also those being deleted) take their room. */
  addNode(node: LandingNode): void {
    const { allocatable, name } = node
    const free = freeRoomOf(allocatable)
    const used = this.view.usedByNode.get(name)
    if (used !== undefined) takeRoom(free, used)
    const perCpuMilli = 1 / Math.max(1, allocatable.cpuMilli)
    const perMemoryByte = 1 / Math.max(1, allocatable.memoryBytes)
    const site = { node, free, perCpuMilli, perMemoryByte }
    this.sitesByName.set(name, site)
    const ofClass = this.sitesByClass.get(node.shapeClass)
    if (ofClass === undefined) {
      this.sitesByClass.set(node.shapeClass, [site])
      this.fittingByNeeds.clear()
    } else ofClass.push(site)
    this.shapes?.set(name, node)
  }

  /** Of the nodes that are there and of those in the plan. */
  private allShapes(): ReadonlyMap<string, NodeShape> {
    if (this.shapes !== undefined) return this.shapes
    this.shapes = new Map(this.view.nodes)
    for (const { node } of this.sitesByName.values()) this.shapes.set(node.name, node)
    return this.shapes
  }

  /** Promises a place to the pod; with `isReadyOnly` only on Ready nodes. */
  place(pod: DrainPod, isReadyOnly: boolean): Placement {
    let best: Site | undefined
    let bestScore = Number.NEGATIVE_INFINITY
    for (const sites of this.fittingSites(pod)) {
      for (const site of sites) {
        if (isReadyOnly && !site.node.isReady) continue
        const score = scoreOf(pod, site)
        // The costly checks only where the node would win.
        if (score <= bestScore || !this.hasRoom(pod, site)) continue
        best = site
        bestScore = score
      }
    }
    if (best === undefined) return { kind: 'unplaced' }
    this.promise(pod, best)
    return { kind: 'placed', nodeName: best.node.name, isReady: best.node.isReady }
  }

  /** Ready nodes that could take the pod now, counted up to three; promises nothing. */
  siteCountOf(pod: DrainPod): number {
    let count = 0
    for (const sites of this.fittingSites(pod)) {
      for (const site of sites) {
        if (site.node.isReady && this.hasRoom(pod, site)) count += 1
        if (count >= 3) return count
      }
    }
    return count
  }

  /** The Ready nodes that could take the pod now, with the room that is left of them. */
  readySitesOf(pod: DrainPod): readonly { readonly node: LandingNode; readonly free: Room }[] {
    return this.fittingSites(pod)
      .flat()
      .filter((site) => site.node.isReady && this.hasRoom(pod, site))
  }

  /** Whether any node could take the pod if it were empty: labels, taints and volumes fit. */
  couldHost(pod: DrainPod): boolean {
    return this.fittingSites(pod).some((sites) => sites.length > 0)
  }

  /** Takes back what was promised to these pods: an all-or-nothing group that did not fit. */
  withdraw(placements: readonly { readonly pod: DrainPod; readonly nodeName: string }[]): void {
    for (const { pod, nodeName } of placements) {
      const site = this.sitesByName.get(nodeName)
      if (site === undefined) continue
      giveBack(site.free, pod.needs.requests)
      const pods = this.promised.get(nodeName)
      const index = pods?.lastIndexOf(pod) ?? -1
      if (pods !== undefined && index >= 0) pods.splice(index, 1)
      const refusing = this.antiAffinePods.findLastIndex(
        (one) => one.pod === pod && one.nodeName === nodeName,
      )
      if (refusing >= 0) this.antiAffinePods.splice(refusing, 1)
    }
  }

  /** The nodes whose labels, taints and zone admit the pod. */
  private fittingSites(pod: DrainPod): readonly (readonly Site[])[] {
    if (pod.needs.claimNames.length > 0) return this.findFittingSites(pod)
    const known = this.fittingByNeeds.get(pod.needs)
    if (known !== undefined) return known
    const fitting = this.findFittingSites(pod)
    if (!isNameBound(pod, this.view)) this.fittingByNeeds.set(pod.needs, fitting)
    return fitting
  }

  private findFittingSites(pod: DrainPod): readonly (readonly Site[])[] {
    const isBound = isNameBound(pod, this.view)
    const fitting: (readonly Site[])[] = []
    for (const [shapeClass, sites] of this.sitesByClass) {
      if (isBound) fitting.push(sites.filter(({ node }) => !misfit(pod, node, this.view)))
      else if (classFits(pod, shapeClass, this.view)) fitting.push(sites)
    }
    return fitting
  }

  private hasRoom(pod: DrainPod, site: Site): boolean {
    if (lackingResource(site.free, pod.needs.requests) !== undefined) return false
    return neighbourMisfit(pod, site.node, this.occupancy) === undefined
  }

  private promise(pod: DrainPod, site: Site): void {
    take(site.free, pod.needs.requests)
    const pods = this.promised.get(site.node.name)
    if (pods === undefined) this.promised.set(site.node.name, [pod])
    else pods.push(pod)
    if (this.view.antiAffinePods.has(pod.key)) {
      this.antiAffinePods.push({ pod, nodeName: site.node.name })
    }
  }
}

const landingNodes = new WeakMap<DrainNode, LandingNode>()

/** A real node as a landing node; the same object as long as the node does not change. */
export function landingNodeOf(node: DrainNode): LandingNode {
  const known = landingNodes.get(node)
  if (known !== undefined) return known
  const { name, zone, labels, taints, allocatable, isReady } = node
  const shapeClass = shapeClassOf(node)
  const landing = { name, zone, labels, taints, allocatable, isReady, shapeClass }
  landingNodes.set(node, landing)
  return landing
}

/** Least allocated, as the scheduler's default; a Ready node beats one that is still coming. */
function scoreOf(pod: DrainPod, site: Site): number {
  const { requests } = pod.needs
  const cpu = (site.free.cpuMilli - requests.cpuMilli) * site.perCpuMilli
  const memory = (site.free.memoryBytes - requests.memoryBytes) * site.perMemoryByte
  return cpu + memory + (site.node.isReady ? 4 : 0)
}
