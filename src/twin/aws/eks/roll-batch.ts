/** One batch of a version update: drained side by side, then terminated. Twin layer. */

import { systemUsers } from '../../contracts.ts'
import { terminateInstance } from '../autoscaling/instances.ts'
import { reconcileSoon } from '../autoscaling/reconcile.ts'
import type { InstanceState, NodeGroupState } from '../state.ts'
import { drainNode } from './drain-node.ts'
import { failRoll, oldInstances, type Roll } from './roll.ts'

/**
 * 15 minutes a try, three tries before the update fails (retry count not published, 45 min seen).
 */
const evictionTimeoutMs = 45 * 60_000
/** With force, what is left after one try goes with the node. */
const forcedTimeoutMs = 15 * 60_000
/** Wait between the last pod gone and the end of the instance. */
const afterDrainMs = 60_000
/** EKS's hard limit. */
const parallelMax = 100

/** Nodes at once: updateConfig's number, or its share of the group (at least one). */
export function parallelism(nodeGroup: NodeGroupState, size: number): number {
  const { maxUnavailable, maxUnavailablePercentage } = nodeGroup.updateConfig
  const count =
    maxUnavailablePercentage === undefined
      ? (maxUnavailable ?? 1)
      : Math.floor((size * maxUnavailablePercentage) / 100)
  return Math.min(parallelMax, Math.max(1, count))
}

/** Picks old nodes at random; `then` is called when all of them are on their way out. */
export function drainBatch(roll: Roll, then: () => void): void {
  const { account, group, nodeGroup, update } = roll
  const old = oldInstances(roll)
  const random = account.kernel.random(`roll/${update.id}/${old.length}`)
  const drawn = old.map((instance) => ({ instance, key: random.next() }))
  drawn.sort((a, b) => a.key - b.key)
  const batch = drawn.slice(0, parallelism(nodeGroup, group.desiredCapacity))
  let leftCount = batch.length
  for (const { instance } of batch) {
    drainOne(roll, instance, () => {
      leftCount -= 1
      if (leftCount === 0) then()
    })
  }
}

function drainOne(roll: Roll, instance: InstanceState, then: () => void): void {
  const { account, isForced, nodeGroup, update } = roll
  const cluster = account.cluster(nodeGroup.clusterName)
  const nodeName = cluster.twin.machines.nodeOf(instance.id)?.metadata.name ?? ''
  drainNode(account, {
    cluster,
    nodeName,
    user: systemUsers.eksNodeManager,
    timeoutMs: isForced ? forcedTimeoutMs : evictionTimeoutMs,
    isCalledOff: () => update.status !== 'InProgress',
    whenDone: (left) => {
      if (left.length > 0 && !isForced) {
        const text = `Reached max retries while trying to evict pods from nodes in node group ${nodeGroup.name}`
        failRoll(roll, 'PodEvictionFailure', text, [nodeName])
        return
      }
      account.kernel.after(afterDrainMs, 'roll-terminate', () => {
        if (update.status !== 'InProgress') return
        const cause = { user: 'eks', operation: 'UpdateNodegroupVersion' }
        // What a forced update leaves goes at once: the drain's time is over.
        terminateInstance(account, instance, cause, 0)
        reconcileSoon(account, roll.group)
        then()
      })
    },
  })
}
