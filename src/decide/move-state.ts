/** The old nodes, sorted by how far they are, with every pod's stance. Decide layer, pure. */

import { type Allowance, allowanceOf, budgetsOf } from '../drain/budgets.ts'
import type { DrainPolicy } from '../drain/policy.ts'
import { type Stance, stanceOf } from '../drain/stance.ts'
import type { DrainNode, DrainPod } from '../drain/view.ts'
import { type OldInstance, oldGroupsOf, oldInstancesOf } from './groups.ts'
import type { LateInstances } from './late-nodes.ts'
import { cordonedAtAnnotation } from './names.ts'
import type { Observed } from './observed.ts'
import type { MigrationTarget } from './target.ts'

/** A pod on an old node with its stance. */
export interface OldPod {
  readonly pod: DrainPod
  readonly stance: Stance
}

/**
 * Whether a pod needs room elsewhere before its node is closed to it: a blocked pod too, for it may be
 * made anew at any time. Pods that do not come back need none.
 */
export function needsPlace({ pod, stance }: OldPod): boolean {
  if (stance.kind === 'movable') return true
  const comesBack = pod.ownerUid !== undefined && !pod.needs.runsToCompletion
  return stance.kind === 'blocked' && comesBack && pod.deletionAtMs === undefined
}

/** How many of a node's movable pods one budget, real or virtual, has to let go. */
export interface AccountShare {
  readonly key: string
  readonly podCount: number
  /** Pods the account lets go at once when all are well; at least 1. */
  readonly atOnce: number
}

/** The pods of an old node that are not ignored. */
interface NodePods {
  readonly pods: readonly OldPod[]
  readonly shares: readonly AccountShare[]
  /** A pod on it cannot move until a human decides: the node stays whatever else is moved. */
  readonly isHeldByPods: boolean
  /** A pod on it is to end by itself. */
  readonly waitsForPods: boolean
}

/** An old node and its pods. */
export interface OldNode extends NodePods {
  readonly node: DrainNode
  readonly old: OldInstance
  /** Cordoned by us and seen so: evictions may start. */
  readonly isOpen: boolean
  /** When we cordoned it. */
  readonly cordonedAtMs: number | undefined
  /** It has been open for longer than its deadline: what has not moved by now is reported. */
  readonly isOverdue: boolean
}

/** Everything the move and the retirement decide on. */
export interface MoveState {
  readonly nodes: readonly OldNode[]
  /** Names of the old nodes: nothing may land there. */
  readonly oldNames: ReadonlySet<string>
  /** New instances that do not become nodes. */
  readonly late: LateInstances
}

interface Context {
  readonly target: MigrationTarget
  readonly observed: Observed
  readonly nowMs: number
}

/** Classifies all pods on old nodes once per decision. */
export function moveStateOf(
  target: MigrationTarget,
  observed: Observed,
  { late, nowMs }: { readonly late: LateInstances; readonly nowMs: number },
): MoveState {
  const instances = oldInstancesOf(oldGroupsOf(target, observed), observed)
  const nodes: OldNode[] = []
  for (const old of instances) {
    if (old.node !== undefined) nodes.push(oldNodeOf(old.node, old, { target, observed, nowMs }))
  }
  return { nodes, oldNames: new Set(nodes.map((one) => one.node.name)), late }
}

function oldNodeOf(node: DrainNode, old: OldInstance, context: Context): OldNode {
  const cordonedAtMs = Date.parse(node.annotations[cordonedAtAnnotation] ?? '')
  if (Number.isNaN(cordonedAtMs)) {
    const content = closedPods(node, context)
    return { node, old, isOpen: false, cordonedAtMs: undefined, isOverdue: false, ...content }
  }
  const content = sharesOf(openPods(node, cordonedAtMs, context), context)
  const isOverdue = context.nowMs > cordonedAtMs + context.target.policy.nodeDeadlineMs
  return { node, old, isOpen: node.isUnschedulable, cordonedAtMs, isOverdue, ...content }
}

interface KnownPods {
  readonly version: number
  /** From then on the clock alone may have changed a stance. */
  readonly untilMs: number
  readonly policy: DrainPolicy
  readonly content: NodePods
}

/** Closed nodes change rarely, and most nodes are closed: their content is kept until it changes. */
const closedContents = new WeakMap<DrainNode, KnownPods>()

function closedPods(node: DrainNode, context: Context): NodePods {
  const { observed, target } = context
  const policy = target.policy.drain
  const version = observed.drain.versionByNode.get(node.name) ?? 0
  const known = closedContents.get(node)
  const isKnown = known?.version === version && known.policy === policy
  if (isKnown && context.nowMs < known.untilMs) return known.content
  const pods = podsOf(node, context)
  const content = sharesOf(pods, context)
  const untilMs = pods.reduce(
    (least, one) => Math.min(least, staysUntilMs(one, context)),
    Number.POSITIVE_INFINITY,
  )
  closedContents.set(node, { version, untilMs, policy, content })
  return content
}

/** How long only a change of the world, not the clock alone, can change the stance. */
function staysUntilMs({ pod, stance }: OldPod, { nowMs, observed, target }: Context): number {
  if (stance.kind === 'leaving' || pod.deletionAtMs !== undefined) return nowMs
  // Pods that are created later are broken no earlier than this.
  let untilMs = nowMs + target.policy.drain.podDeadlineMs
  for (const budget of budgetsOf(pod, observed.drain)) {
    if (budget.disruptionsAllowed > 0) continue
    for (const one of observed.drain.podsByBudget.get(budget.key)?.values() ?? []) {
      // From its deadline on a pod that is not Ready counts as broken, and the budget as used up by it.
      if (one.isReady || one.deletionAtMs !== undefined) continue
      const deadlineMs = one.createdAtMs + target.policy.drain.podDeadlineMs
      if (deadlineMs > nowMs) untilMs = Math.min(untilMs, deadlineMs)
    }
  }
  return untilMs
}

function podsOf(node: DrainNode, { nowMs, observed, target }: Context): readonly OldPod[] {
  const pods: OldPod[] = []
  for (const pod of observed.drain.podsByNode.get(node.name)?.values() ?? []) {
    const stance = stanceOf(pod, observed.drain, target.policy.drain, nowMs)
    if (stance.kind !== 'ignored') pods.push({ pod, stance })
  }
  return pods
}

function openPods(node: DrainNode, cordonedAtMs: number, context: Context): readonly OldPod[] {
  const endMs = cordonedAtMs + context.target.policy.drain.jobDeadlineMs
  if (context.nowMs <= endMs) return podsOf(node, context)
  return podsOf(node, context).map(({ pod, stance }) => ({ pod, stance: afterDeadline(stance) }))
}

function sharesOf(pods: readonly OldPod[], { observed }: Context): NodePods {
  const shares = new Map<string, { key: string; podCount: number; atOnce: number }>()
  for (const { pod, stance } of pods) {
    if (stance.kind !== 'movable') continue
    const allowance = allowanceOf(pod, observed.drain)
    const key = accountKey(pod, allowance)
    const share = shares.get(key)
    if (share === undefined) shares.set(key, { key, podCount: 1, atOnce: atOnceOf(allowance) })
    else share.podCount += 1
  }
  return {
    pods,
    shares: [...shares.values()],
    isHeldByPods: pods.some(({ stance }) => stance.kind === 'blocked'),
    waitsForPods: pods.some(({ stance }) => stance.kind === 'waits'),
  }
}

function accountKey(pod: DrainPod, allowance: Allowance): string {
  if (allowance.kind === 'budget') return allowance.budget.key
  return allowance.kind === 'virtual' ? allowance.key : pod.key
}

function atOnceOf(allowance: Allowance): number {
  if (allowance.kind !== 'budget') return 1
  return Math.max(1, allowance.budget.expectedPods - allowance.budget.desiredHealthy)
}

/** What was to end by itself and did not counts as blocked: a human is told. */
function afterDeadline(stance: Stance): Stance {
  if (stance.kind !== 'waits') return stance
  return {
    kind: 'blocked',
    code: 'JobRunning',
    reason: 'is still running after migration.jobDeadline',
    remedy: 'Let it end, raise migration.jobDeadline, or name it under migration.overrides.',
  }
}
