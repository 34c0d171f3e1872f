/** The end of old instances and groups: by id, verified empty right before, never by force. Act layer. */

import { isFailure } from '../world/failure.ts'
import type { Pod } from '../world/kube-objects.ts'
import { type ActContext, type ActionOf, type ActionResult, done, skipped } from './context.ts'
import { describeGroup } from './fence.ts'

/** A look at a node is good for so long, from before it was asked for: answers may be late. */
const lookGoodMs = 4000

/** Terminates one instance after a fresh look at its group and at its node's pods. */
export async function terminateOldInstance(
  action: ActionOf<'terminate'>,
  context: ActContext,
): Promise<ActionResult> {
  const { assertLeaseHeld, aws, clock, kube } = context
  const group = await describeGroup(action.groupName, context)
  const member = group?.Instances?.find((one) => one.InstanceId === action.instanceId)
  if (group === undefined || member === undefined) return skipped('it is no member of its group')
  if (member.LifecycleState?.startsWith('Terminating')) return skipped('it is terminating')
  if ((group.MinSize ?? 0) > (group.DesiredCapacity ?? 0) - 1) return skipped('minimum not lowered')
  if (action.nodeName !== undefined) {
    const askedMs = clock.nowMs()
    const fieldSelector = `spec.nodeName=${action.nodeName}`
    const { items } = await kube.list('Pod', { fieldSelector })
    const left = items.find(holdsNode)
    if (left !== undefined) return skipped(`pod ${left.metadata.name} is on it`)
    const attached = await kube.list('VolumeAttachment')
    if (attached.items.some((one) => one.spec.nodeName === action.nodeName)) {
      return skipped('a volume is attached to it')
    }
    if (clock.nowMs() - askedMs > lookGoodMs) return skipped('the look at its node is too old')
  }
  assertLeaseHeld()
  await aws.autoScaling.terminateInstanceInAutoScalingGroup({
    InstanceId: action.instanceId,
    ShouldDecrementDesiredCapacity: true,
  })
  return done
}

/** Everything but DaemonSet, mirror and ended pods. */
function holdsNode(pod: Pod): boolean {
  const { phase } = pod.status ?? {}
  if (phase === 'Succeeded' || phase === 'Failed') return false
  if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return false
  return !pod.metadata.ownerReferences?.some((one) => one.controller && one.kind === 'DaemonSet')
}

/** A warm pool blocks the deletion; its members were never nodes. */
export async function deleteWarmPool(
  action: ActionOf<'delete-warm-pool'>,
  { assertLeaseHeld, aws }: ActContext,
): Promise<ActionResult> {
  assertLeaseHeld()
  await aws.autoScaling.deleteWarmPool({ AutoScalingGroupName: action.groupName })
  return done
}

/** ForceDelete stays false: it would terminate instances and drop lifecycle actions. */
export async function deleteOldGroup(
  action: ActionOf<'delete-group'>,
  context: ActContext,
): Promise<ActionResult> {
  const { assertLeaseHeld, aws } = context
  const group = await describeGroup(action.groupName, context)
  if (group === undefined) return skipped('the group is gone')
  if ((group.Instances ?? []).length > 0) return skipped('the group has an instance again')
  assertLeaseHeld()
  try {
    await aws.autoScaling.deleteAutoScalingGroup({
      AutoScalingGroupName: action.groupName,
      ForceDelete: false,
    })
    return done
  } catch (error) {
    if (isFailure(error, 'in-use')) return skipped('a scaling activity is in progress')
    throw error
  }
}
