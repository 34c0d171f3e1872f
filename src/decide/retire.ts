/** Empty old nodes are terminated by id, empty old groups soak and are deleted without force. Decide layer, pure. */

import { counted } from './counted.ts'
import { isFenced } from './fence-record.ts'
import { emptySinceMsOf, isLeaving, oldGroupsOf, oldInstancesOf } from './groups.ts'
import type { MoveState, OldNode } from './move-state.ts'
import type { Observed, ObservedGroup } from './observed.ts'
import { StageBuilder, type StageResult } from './stage.ts'
import type { MigrationTarget } from './target.ts'

/** Terminations asked for in one tick. */
const terminationsPerTickMax = 10
/** An old instance that never joined within this time holds nothing. */
const joinDeadlineMs = 15 * 60_000

/** What the caller remembers between ticks: when each node was first seen empty. */
export type EmptySince = ReadonlyMap<string, number>

/** Decides the end of nodes and groups. */
export function decideRetire(
  target: MigrationTarget,
  observed: Observed,
  context: { state: MoveState; emptySince: EmptySince; nowMs: number },
): StageResult {
  const stage = new StageBuilder('retire')
  const groups = oldGroupsOf(target, observed)
  const totalCount = Math.max(observed.record.originalNodeCount ?? 0, context.state.nodes.length)
  stage.count(totalCount - oldInstancesOf(groups, observed).length, totalCount)
  retireNodes(target, observed, { ...context, stage })
  if (passCanary(target, observed, { ...context, stage })) return stage.build()
  for (const group of groups) retireGroup(group, { target, ...context, stage })
  return stage.build()
}

interface RetireContext {
  readonly state: MoveState
  readonly emptySince: EmptySince
  readonly nowMs: number
  readonly stage: StageBuilder
}

function retireNodes(target: MigrationTarget, observed: Observed, context: RetireContext): void {
  const { emptySince, nowMs, stage, state } = context
  let count = 0
  for (const one of state.nodes) {
    const since = emptySince.get(one.node.name)
    if (!one.isOpen || one.pods.length > 0) continue
    if (since === undefined || nowMs < since + target.policy.emptySoakMs) {
      const untilMs = (since ?? nowMs) + target.policy.emptySoakMs
      stage.wait(
        'empty-soak',
        one.node.name,
        `${one.node.name} is empty; a moment of proof before it is terminated`,
        untilMs,
      )
      continue
    }
    const attached = observed.drain.attachedByNode.get(one.node.name) ?? []
    if (attached.length > 0) {
      stage.wait(
        'volume-detaching',
        one.node.name,
        `${counted(attached.length, 'volume')} of ${one.node.name} being detached`,
      )
    } else if (isLastOfUncoveredZone(one, observed, { ...context, target })) {
      stage.wait('zone-uncovered', one.node.name, `no Ready new node in zone ${one.node.zone} yet`)
    } else if (count < terminationsPerTickMax) {
      count += terminate(one, stage)
    }
  }
  terminateNeverJoined(observed, target, context)
}

/** MinSize first: terminate-with-decrement below it is refused. */
function terminate(one: OldNode, stage: StageBuilder): number {
  const { group, instance } = one.old
  if (group.minSize > 0) {
    if (stage.actions.some((a) => a.kind === 'lower-minimum' && a.groupName === group.name))
      return 0
    stage.act({
      kind: 'lower-minimum',
      object: group.name,
      groupName: group.name,
      reason: `minimum ${group.minSize} -> 0, so that instances can be terminated one by one`,
    })
    return 0
  }
  stage.act({
    kind: 'terminate',
    object: instance.instanceId,
    groupName: group.name,
    instanceId: instance.instanceId,
    nodeName: one.node.name,
    reason: `${one.node.name} is empty`,
  })
  return 1
}

/**
 * A zone with volumes keeps a Ready node: a new one, or an old one that is not on its way out. Nodes
 * that this tick terminates do not count, or two could each pass for the other's reason to go.
 */
function isLastOfUncoveredZone(
  one: OldNode,
  observed: Observed,
  context: RetireContext & { readonly target: MigrationTarget },
): boolean {
  const { zone } = one.node
  const isLeft = nodesLeft(observed, context)
  for (const node of observed.drain.nodes.values()) {
    const isOther = node.name !== one.node.name && node.zone === zone
    if (isOther && node.isReady && isLeft(node.name, node.instanceId)) return false
  }
  for (const volume of observed.drain.volumesByClaim.values()) {
    if (volume.zones?.includes(zone)) return true
  }
  return false
}

function nodesLeft(
  observed: Observed,
  { stage, target }: RetireContext & { readonly target: MigrationTarget },
): (nodeName: string, instanceId: string | undefined) => boolean {
  const leaving = new Set(
    oldGroupsOf(target, observed).flatMap((group) =>
      group.instances.filter(isLeaving).map((instance) => instance.instanceId),
    ),
  )
  return (nodeName, instanceId) =>
    !leaving.has(instanceId ?? '') &&
    !stage.actions.some((action) => action.kind === 'terminate' && action.nodeName === nodeName)
}

function terminateNeverJoined(
  observed: Observed,
  target: MigrationTarget,
  context: RetireContext,
): void {
  const { emptySince, nowMs, stage } = context
  for (const { group, instance, node } of oldInstancesOf(oldGroupsOf(target, observed), observed)) {
    if (node !== undefined || !isFenced(group) || group.minSize > 0) continue
    const since = emptySince.get(instance.instanceId)
    if (since === undefined || nowMs < since + joinDeadlineMs) continue
    stage.act({
      kind: 'terminate',
      object: instance.instanceId,
      groupName: group.name,
      instanceId: instance.instanceId,
      nodeName: undefined,
      reason: 'it has had no node for 15 minutes',
    })
  }
}

/** True while the canary holds everything else back. */
function passCanary(target: MigrationTarget, observed: Observed, context: RetireContext): boolean {
  const { nowMs, stage, state } = context
  const { canaryNodeCount, canarySoakMs } = target.policy
  const { record } = observed
  if (canaryNodeCount === 0 || record.canaryPassedAtMs !== undefined || !record.exists) return false
  const originalCount = record.originalNodeCount ?? state.nodes.length
  const canaries = Math.min(canaryNodeCount, originalCount)
  const emptied =
    originalCount -
    state.nodes.length +
    state.nodes.filter(
      (one) => one.isOpen && one.pods.every((p) => one.isOverdue || p.stance.kind === 'blocked'),
    ).length
  if (emptied < canaries) return false
  const { exists: _, ...known } = record
  if (record.canaryEmptyAtMs === undefined) {
    const object = target.clusterName
    const reason = `${counted(canaries, 'canary node')} done; the soak begins`
    stage.act({
      kind: 'write-record',
      object,
      record: { ...known, canaryEmptyAtMs: nowMs },
      reason,
    })
    return true
  }
  const untilMs = record.canaryEmptyAtMs + canarySoakMs
  if (nowMs < untilMs) {
    stage.wait('canary-soak', target.clusterName, 'the canary soaks', untilMs)
    return true
  }
  const object = target.clusterName
  const reason = 'the canary has soaked'
  stage.act({ kind: 'write-record', object, record: { ...known, canaryPassedAtMs: nowMs }, reason })
  return true
}

function retireGroup(
  group: ObservedGroup,
  context: RetireContext & { readonly target: MigrationTarget },
): void {
  const { nowMs, stage, target } = context
  if (group.isDeleting) {
    stage.wait('group-deleting', group.name, `${group.name} is being deleted`)
    return
  }
  if (!isFenced(group)) return
  if (group.instances.length > 0) {
    if (group.instances.some(isLeaving)) {
      stage.wait('instances-terminating', group.name, `instances of ${group.name} are terminating`)
    }
    return
  }
  const since = emptySinceMsOf(group)
  if (since === undefined || group.maxSize > 0 || group.desiredCapacity > 0) {
    const reason = 'no instance is left: sizes go to 0, the soak begins'
    stage.act({
      kind: 'mark-empty',
      object: group.name,
      groupName: group.name,
      atMs: since ?? nowMs,
      reason,
    })
    return
  }
  const untilMs = since + target.policy.groupSoakMs
  if (nowMs < untilMs) {
    stage.wait('group-soak', group.name, `${group.name} soaks at zero`, untilMs)
    return
  }
  const base = { object: group.name, groupName: group.name }
  if (group.hasWarmPool) {
    stage.act({ kind: 'delete-warm-pool', ...base, reason: 'a warm pool would block the deletion' })
  } else {
    stage.act({ kind: 'delete-group', ...base, reason: 'empty since its soak began' })
  }
}
