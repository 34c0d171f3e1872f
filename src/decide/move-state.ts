/** The old nodes, sorted by how far they are, with every pod's stance. Decide layer, pure. */

import { type Stance, stanceOf } from '../drain/stance.ts'
import type { DrainNode, DrainPod } from '../drain/view.ts'
import { type OldInstance, oldGroupsOf, oldInstancesOf } from './groups.ts'
import { cordonedAtAnnotation } from './names.ts'
import type { Observed } from './observed.ts'
import type { MigrationTarget } from './target.ts'

/** A pod on an old node with its stance. */
export interface OldPod {
  readonly pod: DrainPod
  readonly stance: Stance
}

/** An old node and its pods that are not ignored. */
export interface OldNode {
  readonly node: DrainNode
  readonly old: OldInstance
  /** Cordoned by us and seen so: evictions may start. */
  readonly isOpen: boolean
  /** When we cordoned it. */
  readonly cordonedAtMs: number | undefined
  readonly pods: readonly OldPod[]
}

/** Everything the move and the retirement decide on. */
export interface MoveState {
  readonly nodes: readonly OldNode[]
  /** Names of the old nodes: nothing may land there. */
  readonly oldNames: ReadonlySet<string>
}

/** Classifies all pods on old nodes once per decision. */
export function moveStateOf(target: MigrationTarget, observed: Observed, nowMs: number): MoveState {
  const instances = oldInstancesOf(oldGroupsOf(target, observed), observed)
  const nodes: OldNode[] = []
  for (const old of instances) {
    if (old.node !== undefined) nodes.push(oldNodeOf(old.node, old, { target, observed, nowMs }))
  }
  return { nodes, oldNames: new Set(nodes.map((one) => one.node.name)) }
}

function oldNodeOf(
  node: DrainNode,
  old: OldInstance,
  context: { target: MigrationTarget; observed: Observed; nowMs: number },
): OldNode {
  const { nowMs, observed, target } = context
  const cordonedAtMs = Date.parse(node.annotations[cordonedAtAnnotation] ?? '')
  const isOurs = !Number.isNaN(cordonedAtMs)
  const deadlineMs = (isOurs ? cordonedAtMs : nowMs) + target.policy.nodeDeadlineMs
  const jobDeadlineMs = (isOurs ? cordonedAtMs : nowMs) + target.policy.drain.jobDeadlineMs
  const pods: OldPod[] = []
  for (const pod of observed.drain.podsByNode.get(node.name)?.values() ?? []) {
    const stance = stanceOf(pod, observed.drain, target.policy.drain, nowMs)
    if (stance.kind === 'ignored') continue
    pods.push({ pod, stance: overdue(stance, nowMs, { deadlineMs, jobDeadlineMs }) })
  }
  const isOpen = isOurs && node.isUnschedulable
  return { node, old, isOpen, cordonedAtMs: isOurs ? cordonedAtMs : undefined, pods }
}

/** After the node's deadline what could still move or end counts as blocked: a human is told. */
function overdue(
  stance: Stance,
  nowMs: number,
  deadlines: { deadlineMs: number; jobDeadlineMs: number },
): Stance {
  if (stance.kind === 'movable' && nowMs > deadlines.deadlineMs) {
    return {
      kind: 'blocked',
      code: 'PDBExhausted',
      reason: 'did not get leave from its budget, or no place, until the deadline of its node',
      remedy:
        'Look at the pods of its budget; a longer migration.nodeDeadline gives more patience.',
    }
  }
  if (stance.kind === 'waits' && nowMs > deadlines.jobDeadlineMs) {
    return {
      kind: 'blocked',
      code: 'JobRunning',
      reason: 'is still running after migration.jobDeadline',
      remedy: 'Let it end, raise migration.jobDeadline, or name it under migration.overrides.',
    }
  }
  return stance
}
