/** Phases of a node group's version update (managed-node-groups 5). Twin layer. */

import { systemUsers } from '../../contracts.ts'
import { between } from '../../kernel/draws.ts'
import type { AwsAccount } from '../account.ts'
import { liveInstances, reconcileSoon } from '../autoscaling/reconcile.ts'
import type { GroupState, InstanceState, NodeGroupState, UpdateState } from '../state.ts'
import type { UpdateTarget } from './node-group-target.ts'
import { drainBatch, parallelism } from './roll-batch.ts'

const lookMs = 10_000
/** New version of EKS's template, group switched to it; with nothing to roll that is all. */
const setupMs = [60_000, 150_000] as const
const joinTimeoutMs = 15 * 60_000
const scaleDownStepMs = 60_000

/** One update under way. */
export interface Roll {
  readonly account: AwsAccount
  readonly nodeGroup: NodeGroupState
  readonly group: GroupState
  readonly update: UpdateState
  readonly target: UpdateTarget
  /** Nodes that cannot be emptied in time are terminated all the same. */
  readonly isForced: boolean
  /** No surge: old nodes go first. */
  readonly isMinimal: boolean
  readonly startedMs: number
  /** Sizes to go back to. */
  readonly startDesired: number
  readonly startMax: number
}

/** Phase 1, setup; the rest follows in virtual time. */
export function startRoll(roll: Roll): void {
  const { account, update } = roll
  const random = account.kernel.random(`roll/${update.id}`)
  account.kernel.after(between(random, ...setupMs), 'roll-setup', () => scaleUp(roll))
}

/** Instances that do not come from the group's present template. */
export function oldInstances({ account, group }: Roll): InstanceState[] {
  const live = liveInstances(account, group)
  return live.filter((one) => one.recipe.templateVersion !== group.recipe.templateVersion)
}

/**
 * No rollback: the group keeps the new template, nodes stay mixed, sizes stay raised; a retry
 * resumes.
 */
export function failRoll(roll: Roll, errorCode: string, message: string, nodes: string[]): void {
  const { account, nodeGroup, update } = roll
  if (update.status !== 'InProgress') return
  update.status = 'Failed'
  update.errors = [{ errorCode, errorMessage: message, resourceIds: nodes }]
  nodeGroup.status = 'ACTIVE'
  account.emit({ kind: 'node-group', nodeGroup, status: 'ACTIVE' })
}

/** Phase 2: room for the new nodes, above the maximum if need be; MINIMAL goes without. */
function scaleUp(roll: Roll): void {
  const { account, group, isMinimal, nodeGroup } = roll
  if (isMinimal || oldInstances(roll).length === 0) {
    upgrade(roll)
    return
  }
  const zoneCount = new Set(group.subnetIds).size
  const surge = Math.max(2 * zoneCount, parallelism(nodeGroup, group.desiredCapacity))
  group.maxSize = Math.max(group.maxSize, group.desiredCapacity + surge)
  group.desiredCapacity += surge
  const cause = { user: 'eks', operation: 'UpdateNodegroupVersion scale-up' }
  account.emit({ kind: 'group-changed', group, what: 'scale-up', cause })
  reconcileSoon(account, group)
  awaitNewNodes(roll)
}

/** A Ready new node in every zone that has old ones, and no new one that is not Ready. */
function awaitNewNodes(roll: Roll): void {
  const { account, nodeGroup, startedMs } = roll
  const old = oldInstances(roll)
  const ready = readyNewZones(roll)
  if (ready !== undefined && old.every((instance) => ready.has(instance.zone))) {
    markUnschedulable(roll, old)
    upgrade(roll)
  } else if (account.kernel.nowMs() - startedMs > joinTimeoutMs) {
    const text = `Couldn't proceed with upgrade process as new nodes are not joining node group ${nodeGroup.name}`
    failRoll(roll, 'NodeCreationFailure', text, [])
  } else {
    account.kernel.after(lookMs, 'roll-join', () => awaitNewNodes(roll))
  }
}

/** Zones with new nodes; undefined while one of them is not Ready. */
function readyNewZones(roll: Roll): ReadonlySet<string> | undefined {
  const { account, group, nodeGroup } = roll
  const { machines } = account.cluster(nodeGroup.clusterName).twin
  const zones = new Set<string>()
  for (const instance of liveInstances(account, group)) {
    if (instance.recipe.templateVersion !== group.recipe.templateVersion) continue
    const conditions = machines.nodeOf(instance.id)?.status?.conditions ?? []
    if (!conditions.some((one) => one.type === 'Ready' && one.status === 'True')) return undefined
    zones.add(instance.zone)
  }
  return zones
}

/** All old nodes at once: the surge is the only room for what is evicted or new. */
function markUnschedulable(roll: Roll, old: readonly InstanceState[]): void {
  const { machines, server } = roll.account.cluster(roll.nodeGroup.clusterName).twin
  const labels = { 'node.kubernetes.io/exclude-from-external-load-balancers': 'true' }
  const body = { metadata: { labels }, spec: { unschedulable: true } }
  for (const instance of old) {
    const name = machines.nodeOf(instance.id)?.metadata.name
    if (name === undefined) continue
    server.patch('Node', { name }, { type: 'strategic', body }, systemUsers.eksNodeManager)
  }
}

/** Phase 3: batches of old nodes until none is left. */
function upgrade(roll: Roll): void {
  const { account, update } = roll
  if (update.status !== 'InProgress') return
  if (oldInstances(roll).length === 0) {
    scaleDown(roll, roll.group.desiredCapacity)
    return
  }
  drainBatch(roll, () => {
    account.kernel.after(lookMs, 'roll-next', () => upgrade(roll))
  })
}

/**
 * Phase 4: back to the old sizes, one instance at a time. When somebody else raised the size
 * meanwhile, EKS stops and leaves the sizes as they are (containers-roadmap #2500).
 */
function scaleDown(roll: Roll, expectedDesired: number): void {
  const { account, group, nodeGroup, startDesired, startMax, update } = roll
  const isRaised = group.desiredCapacity > expectedDesired
  if (group.desiredCapacity > startDesired && !isRaised) {
    group.desiredCapacity -= 1
    reconcileSoon(account, group)
    const next = group.desiredCapacity
    account.kernel.after(scaleDownStepMs, 'roll-scale-down', () => scaleDown(roll, next))
    return
  }
  if (!isRaised) group.maxSize = startMax
  const cause = { user: 'eks', operation: 'UpdateNodegroupVersion scale-down' }
  account.emit({ kind: 'group-changed', group, what: 'scale-down', cause })
  Object.assign(nodeGroup, roll.target, { modifiedMs: account.kernel.nowMs() })
  update.status = 'Successful'
  nodeGroup.status = 'ACTIVE'
  account.emit({ kind: 'node-group', nodeGroup, status: 'ACTIVE' })
}
