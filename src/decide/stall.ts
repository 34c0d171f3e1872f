/** When no further old node can be opened: why, and whether it passes. Decide layer, pure. */

import type { DrainPod } from '../drain/view.ts'
import { comingNodes, launchFailureRestMs, launchPatienceMs, type Obstacle } from './capacity.ts'
import { counted } from './counted.ts'
import { type NewGroup, newGroupsOf } from './groups.ts'
import { minutes } from './late-blocker.ts'
import { lateCountOf, startingCountOf } from './late-nodes.ts'
import { isOpening, type Move } from './move.ts'
import type { OldNode, OldPod } from './move-state.ts'

/** Nothing moves, nothing is coming and nothing may be launched: only a human can go on. */
export function blockStall(move: Move, ungrown: readonly DrainPod[]): void {
  const { closed, observed, stage, state, target } = move
  const groups = newGroupsOf(target, observed)
  const comingCount =
    comingNodes(groups, observed, state.late).length + startingCountOf(groups, observed, state.late)
  if (comingCount > 0) {
    stage.wait('nodes-launching', 'new nodes', `${counted(comingCount, 'new node')} on the way`)
  }
  const isCordoning = state.nodes.some((one) => isOpening(one) && !one.isOpen)
  if (isCordoning) stage.wait('cordon-observed', 'cordon', 'a cordon was sent and is not seen yet')
  const stuck = closed.find((one) => one.pods.some((pod) => pod.stance.kind === 'movable'))
  if (stuck === undefined || stage.actions.length > 0) return
  const isMoving = state.nodes.some((one) => isOpening(one) && isInMotion(one))
  const why = stallOf(move, ungrown)
  if (isCanaryUnderWay(move) || comingCount > 0 || isMoving || why === undefined) {
    stage.wait(
      'next-node',
      stuck.node.name,
      `${stuck.node.name} is next, once new nodes have room for its pods`,
    )
    tellResting(move, ungrown)
    return
  }
  stage.block({ object: stuck.node.name, ...why })
}

/** A node of the canary is open or gone, or it soaks: nothing else is opened before it has passed. */
function isCanaryUnderWay({ observed, state, target }: Move): boolean {
  const { canaryEmptyAtMs, canaryPassedAtMs, originalNodeCount } = observed.record
  if (target.policy.canaryNodeCount === 0 || canaryPassedAtMs !== undefined) return false
  const isOneGone = (originalNodeCount ?? 0) > state.nodes.length
  return canaryEmptyAtMs !== undefined || isOneGone || state.nodes.some(isOpening)
}

/** Which launches fail, and how long that is borne. */
function tellResting({ planner, stage }: Move, ungrown: readonly DrainPod[]): void {
  for (const pod of ungrown) {
    for (const [{ group, target }, obstacle] of planner.obstaclesFor(pod)) {
      if (obstacle !== 'resting' || group.launchFailure === undefined) continue
      const { atMs, message } = group.launchFailure
      stage.wait(
        'launches-failing',
        target.name,
        `launches of ${target.name} fail and are tried again every ${minutes(launchFailureRestMs)}, ` +
          `for ${minutes(launchPatienceMs)} at least: ${message}`,
        atMs + launchFailureRestMs,
      )
      return
    }
  }
}

/** Pods are on the move or end by themselves, or the node is empty and about to give its surge back. */
function isInMotion({ isOverdue, pods }: OldNode): boolean {
  const isStuck = ({ stance }: OldPod): boolean =>
    stance.kind === 'blocked' || (stance.kind === 'movable' && isOverdue)
  const isGoing = ({ stance }: OldPod): boolean =>
    stance.kind === 'leaving' || (stance.kind === 'movable' && !isOverdue)
  return pods.some(isGoing) || !pods.some(isStuck)
}

/** What is told of a stall. */
interface Stall {
  readonly code: string
  readonly reason: string
  readonly remedy: string
}

/** Why no node may be launched; undefined when the groups only rest after a launch that failed. */
function stallOf(move: Move, ungrown: readonly DrainPod[]): Stall | undefined {
  return move.planner.remaining > 0 ? groupStall(move, ungrown) : surgeStall(move)
}

/** Every group that could take one of the pods gives no node, and none of them merely rests. */
function groupStall({ nowMs, planner }: Move, ungrown: readonly DrainPod[]): Stall | undefined {
  const stuck = new Map<string, { one: NewGroup; obstacle: Obstacle }>()
  for (const pod of ungrown) {
    const obstacles = [...planner.obstaclesFor(pod)]
    if (obstacles.some(([, obstacle]) => obstacle === undefined || obstacle === 'resting')) continue
    for (const [one, obstacle] of obstacles) {
      if (obstacle !== undefined) stuck.set(one.target.name, { one, obstacle })
    }
  }
  if (stuck.size === 0) return undefined
  const names = [...stuck.keys()].sort()
  if ([...stuck.values()].every(({ obstacle }) => obstacle === 'full')) {
    return {
      code: 'node-group/max-size',
      reason: `its pods fit only on node groups that are at maxSize: ${names.join(', ')}`,
      remedy: 'Raise maxSize of those node groups.',
    }
  }
  const texts = names.map((name) => obstacleText(stuck.get(name)!, nowMs))
  return {
    code: 'node-group/no-new-nodes',
    reason: `its pods fit only on node groups that give no further node: ${texts.join('; ')}`,
    remedy:
      'Mend what keeps those groups from growing, or add a node group that can run the pods, and run again.',
  }
}

function obstacleText(
  { obstacle, one }: { readonly one: NewGroup; readonly obstacle: Obstacle },
  nowMs: number,
): string {
  const { group, target } = one
  if (obstacle === 'full') return `${target.name} is at maxSize`
  const failure = group.launchFailure
  if (obstacle === 'not-joining' || failure === undefined) {
    return `instances of ${target.name} do not become Ready nodes`
  }
  return `launches of ${target.name} have failed for ${minutes(nowMs - failure.sinceMs)}: ${failure.message}`
}

/** The surge is used up: by what does not join, by nodes that blocked pods keep, or simply too small. */
function surgeStall({ closed, observed, state, target }: Move): Stall {
  const fits = 'its pods do not fit on the new nodes, and no further node may be launched'
  const late = newGroupsOf(target, observed).filter(
    ({ group }) => lateCountOf(group, state.late) > 0,
  )
  if (late.length > 0) {
    const lateCount = late.reduce((sum, { group }) => sum + lateCountOf(group, state.late), 0)
    const names = late.map((one) => one.target.name).sort()
    return {
      code: 'surge/not-joining',
      reason:
        `${fits}: the surge is used up, ` +
        `${counted(lateCount, 'instance')} of it did not become a Ready node (${names.join(', ')})`,
      remedy: 'Mend what is said of those node groups, or raise migration.surge, and run again.',
    }
  }
  const keptCount = state.nodes.filter((one) => isOpening(one) && one.isHeldByPods).length
  if (keptCount === 0) {
    return {
      code: 'surge/too-small',
      reason: `${fits}: the surge is used up`,
      remedy: 'Raise migration.surge.',
    }
  }
  const waitingCount = closed.filter((one) => one.pods.length > 0).length
  return {
    code: 'surge/held',
    reason:
      `${fits}: the surge is used up, for blocked pods keep ${counted(keptCount, 'old node')}; ` +
      `${counted(waitingCount, 'old node')} still to open`,
    remedy: 'Solve the blocked pods above, or raise migration.surge.',
  }
}
