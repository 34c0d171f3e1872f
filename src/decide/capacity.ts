/** Which nodes to launch: the simulation goes on with nodes that are only thought of. Decide layer, pure. */

import type { LandingNode, LandingPlan } from '../drain/landing.ts'
import { misfit, type NodeShape } from '../drain/node-fit.ts'
import { lackingResource } from '../drain/room.ts'
import { type ShapeClass, shapeClassOf } from '../drain/shape-class.ts'
import type { DrainPod } from '../drain/view.ts'
import type { NewGroup } from './groups.ts'
import { isFailingToJoin, type LateInstances, lateCountOf, readyCountOf } from './late-nodes.ts'
import type { Observed, ObservedGroup } from './observed.ts'
import type { TargetNodeGroup } from './target.ts'

/** After a launch failed, the group rests this long. */
export const launchFailureRestMs = 10 * 60_000
/** Launches that have failed for so long are no longer a reason to wait; as long as a run lasts they are tried. */
export const launchPatienceMs = 60 * 60_000

/** True for a while after a launch of the group failed. */
export function isResting(group: ObservedGroup, nowMs: number): boolean {
  const { launchFailure } = group
  return launchFailure !== undefined && nowMs - launchFailure.atMs < launchFailureRestMs
}

/** Why a group gives no further node; `resting` alone passes by itself. */
export type Obstacle = 'full' | 'not-joining' | 'launches-failing' | 'resting'

/** Nodes that a group has asked for and that are not Ready yet and not late, as landing nodes. */
export function comingNodes(
  groups: readonly NewGroup[],
  observed: Observed,
  late: LateInstances,
): LandingNode[] {
  const coming: LandingNode[] = []
  for (const { group, target } of groups) {
    const presentCount = readyCountOf(group, observed) + lateCountOf(group, late)
    for (let index = presentCount; index < group.desiredCapacity; index += 1) {
      coming.push(thoughtNode(target, group.name, `coming ${group.name} ${index}`))
    }
  }
  return coming
}

/** A node of the group as it will be. */
function thoughtNode(target: TargetNodeGroup, groupName: string, name: string): LandingNode {
  const { labels, taints, allocatable } = target.template
  const shape = { name, zone: target.zone, labels, taints }
  return { ...shape, allocatable, isReady: false, groupName, shapeClass: classOf(target, shape) }
}

const classes = new WeakMap<TargetNodeGroup, ShapeClass>()

function classOf(target: TargetNodeGroup, shape: NodeShape): ShapeClass {
  const known = classes.get(target)
  if (known !== undefined) return known
  const fresh = shapeClassOf(shape)
  classes.set(target, fresh)
  return fresh
}

/** Adds nodes to a plan, group by group, within the surge. */
export class CapacityPlanner {
  private readonly groups: readonly NewGroup[]
  private readonly observed: Observed
  private readonly plan: LandingPlan
  private readonly added = new Map<string, number>()
  private readonly thought = new Map<TargetNodeGroup, LandingNode>()
  private readonly late: LateInstances
  private readonly nowMs: number
  private left: number

  constructor(options: {
    groups: readonly NewGroup[]
    observed: Observed
    plan: LandingPlan
    late: LateInstances
    surgeLeft: number
    nowMs: number
  }) {
    this.groups = options.groups
    this.observed = options.observed
    this.plan = options.plan
    this.late = options.late
    this.left = options.surgeLeft
    this.nowMs = options.nowMs
  }

  /** Nodes that may still be added. */
  get remaining(): number {
    return this.left
  }

  /** New nodes by Auto Scaling group. */
  get additions(): ReadonlyMap<string, number> {
    return this.added
  }

  /** Thinks of one more node that takes the pod; false when no group can or the surge is used up. */
  addNodeFor(pod: DrainPod): 'added' | 'no-group' | 'no-surge' {
    const choice = this.choose(pod)
    if (choice === undefined) return 'no-group'
    if (this.left <= 0) return 'no-surge'
    const { group, target } = choice
    const count = (this.added.get(group.name) ?? 0) + 1
    this.added.set(group.name, count)
    this.left -= 1
    this.plan.addNode(thoughtNode(target, group.name, `planned ${group.name} ${count}`))
    return 'added'
  }

  /** Whether any group's node could take the pod at all, whatever sizes and surge say. */
  hasGroupFor(pod: DrainPod): boolean {
    return this.groups.some(({ group, target }) => this.fits(pod, target, group.name))
  }

  /** The groups that could run the pod, each with what keeps it from growing; undefined when nothing does. */
  obstaclesFor(pod: DrainPod): ReadonlyMap<NewGroup, Obstacle | undefined> {
    const fitting = this.groups.filter(({ group, target }) => this.fits(pod, target, group.name))
    return new Map(fitting.map((one) => [one, this.obstacleOf(one)]))
  }

  /** Highest priority first; then the pod's own zone; then the smallest group, for balance. */
  private choose(pod: DrainPod): NewGroup | undefined {
    const zone = this.observed.drain.nodes.get(pod.nodeName ?? '')?.zone
    let best: NewGroup | undefined
    for (const one of this.groups) {
      if (this.obstacleOf(one) !== undefined || !this.fits(pod, one.target, one.group.name))
        continue
      if (best === undefined || this.isBetter(one, best, zone)) best = one
    }
    return best
  }

  private isBetter(one: NewGroup, other: NewGroup, zone: string | undefined): boolean {
    if (one.target.priority !== other.target.priority) {
      return one.target.priority > other.target.priority
    }
    const isHome = one.target.zone === zone
    if (isHome !== (other.target.zone === zone)) return isHome
    return this.sizeOf(one) < this.sizeOf(other)
  }

  private sizeOf({ group }: NewGroup): number {
    return group.desiredCapacity + (this.added.get(group.name) ?? 0)
  }

  private obstacleOf(one: NewGroup): Obstacle | undefined {
    const { group, target } = one
    if (this.sizeOf(one) >= Math.min(group.maxSize, target.maxSize)) return 'full'
    if (isFailingToJoin(group, this.observed, this.late)) return 'not-joining'
    if (!isResting(group, this.nowMs)) return undefined
    const sinceMs = group.launchFailure?.sinceMs ?? this.nowMs
    return this.nowMs - sinceMs >= launchPatienceMs ? 'launches-failing' : 'resting'
  }

  private fits(pod: DrainPod, target: TargetNodeGroup, groupName: string): boolean {
    let node = this.thought.get(target)
    if (node === undefined) {
      node = thoughtNode(target, groupName, 'thought')
      this.thought.set(target, node)
    }
    if (lackingResource(node.allocatable, pod.needs.requests) !== undefined) return false
    return misfit(pod, node, this.observed.drain) === undefined
  }
}
