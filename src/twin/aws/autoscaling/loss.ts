/** Instances that go without their group's doing: spot, EC2 terminations. Twin layer. */

import { systemUsers } from '../../contracts.ts'
import type { AwsAccount } from '../account.ts'
import { drainNode } from '../eks/drain-node.ts'
import type { Cause, InstanceState } from '../state.ts'
import { shutDown } from './instances.ts'
import { reconcileSoon } from './reconcile.ts'

/** EC2's notice before a spot instance goes. */
const spotNoticeMs = 120_000

/**
 * A spot interruption: two minutes' notice, then the instance goes. EKS drains nodes it manages as
 * far as that gets; self-managed nodes just disappear. Nothing happens to an instance that is not
 * running.
 */
export function interruptSpot(account: AwsAccount, instanceId: string): void {
  const instance = account.instances.get(instanceId)
  if (instance === undefined || instance.state !== 'running') return
  const { kernel } = account
  kernel.journal.add({
    kind: 'state',
    actor: 'ec2-spot',
    what: 'spot-notice',
    object: instance.id,
    detail: instance.groupName,
  })
  drainManaged(account, instance)
  kernel.after(spotNoticeMs, 'spot-interruption', () => {
    loseInstance(account, instance, { user: 'ec2-spot', operation: 'spot interruption' })
  })
}

/**
 * The instance shuts down at once; its group finds it unhealthy and replaces it, unless suspended.
 */
export function loseInstance(account: AwsAccount, instance: InstanceState, cause: Cause): void {
  if (instance.state !== 'running' && instance.state !== 'pending') return
  const isCounted = !instance.lifecycleState.startsWith('Terminating')
  account.emit({ kind: 'instance-terminating', instance, cause })
  shutDown(account, instance)
  const group = account.groups.get(instance.groupName)
  if (group === undefined || !isCounted) return
  const isBlind = group.suspended.has('ReplaceUnhealthy') || group.suspended.has('HealthCheck')
  if (isBlind) group.unreplacedCount += 1
  else reconcileSoon(account, group)
}

function drainManaged(account: AwsAccount, instance: InstanceState): void {
  const group = account.groups.get(instance.groupName)
  const cluster = account.cluster(instance.clusterName)
  const nodeName = cluster.twin.machines.nodeOf(instance.id)?.metadata.name
  if (group?.nodeGroupName === undefined || nodeName === undefined) return
  drainNode(account, {
    cluster,
    nodeName,
    user: systemUsers.eksNodeManager,
    timeoutMs: spotNoticeMs,
    isCalledOff: () => instance.state !== 'running',
    whenDone: () => undefined,
  })
}
