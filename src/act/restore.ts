/** What a migration has marked and fenced, put back. Act layer. */

import {
  autoscalerEnabledTag,
  cordonedAtAnnotation,
  fenceTagKey,
  previousPrioritiesAnnotation,
  prioritiesName,
  priorityNamesAnnotation,
  retiringTaintKey,
  systemNamespace,
  wasCordonedAnnotation,
} from '../decide/names.ts'
import { isFailure } from '../world/failure.ts'
import { type ActContext, type ActionOf, type ActionResult, done, skipped } from './context.ts'
import { describeGroup, groupTag } from './fence.ts'
import { patchAsRead } from './nodes.ts'

/**
 * The fence's tag goes last: whoever finds the group in the middle of this still knows how it was. The minimum
 * may make Auto Scaling launch instances; nothing is ended by it.
 */
export async function restoreGroup(
  action: ActionOf<'restore-group'>,
  context: ActContext,
): Promise<ActionResult> {
  const { assertLeaseHeld, aws } = context
  const { discovery, groupName, maxSize, minSize, removeTags, resume } = action
  const group = await describeGroup(groupName, context)
  if (group === undefined) return skipped('the group is gone')
  if (!group.Tags?.some((tag) => tag.Key === fenceTagKey))
    return skipped('it has no fence any more')
  if ((group.DesiredCapacity ?? 0) > maxSize) return skipped('its desired capacity has changed')
  assertLeaseHeld()
  await aws.autoScaling.updateAutoScalingGroup({
    AutoScalingGroupName: groupName,
    MinSize: minSize,
    MaxSize: maxSize,
  })
  if (resume.length > 0) {
    assertLeaseHeld()
    const ScalingProcesses = [...resume]
    await aws.autoScaling.resumeProcesses({ AutoScalingGroupName: groupName, ScalingProcesses })
  }
  if (discovery !== undefined) {
    assertLeaseHeld()
    const tag = groupTag(groupName, autoscalerEnabledTag, discovery.value)
    const Tags = [{ ...tag, PropagateAtLaunch: discovery.isPropagated }]
    await aws.autoScaling.createOrUpdateTags({ Tags })
  }
  for (const Key of removeTags) {
    assertLeaseHeld()
    await aws.autoScaling.deleteTags({
      Tags: [{ ...groupTag(groupName, Key, ''), Value: undefined }],
    })
  }
  return done
}

/**
 * Without our taint, and schedulable again if it carries our mark and nobody had cordoned it before: in one
 * write, so that a mark never outlives its cordon. The list of taints is replaced whole, so it is read first
 * and guarded.
 */
export async function restoreNode(
  action: ActionOf<'restore-node'>,
  { assertLeaseHeld, kube }: ActContext,
): Promise<ActionResult> {
  const node = await kube.get('Node', { name: action.nodeName })
  if (node === undefined) return skipped('the node is gone')
  const { annotations, resourceVersion, uid } = node.metadata
  const isOurs = annotations?.[cordonedAtAnnotation] !== undefined
  const isOthers = annotations?.[wasCordonedAnnotation] !== undefined
  const present = node.spec?.taints ?? []
  const taints = present.filter((taint) => taint.key !== retiringTaintKey)
  if (!isOurs && taints.length === present.length) return skipped('it has no mark any more')
  const body = {
    metadata: {
      resourceVersion,
      uid,
      ...(isOurs
        ? { annotations: { [cordonedAtAnnotation]: null, [wasCordonedAnnotation]: null } }
        : {}),
    },
    spec: {
      taints: taints.length === 0 ? null : taints,
      ...(isOurs && !isOthers ? { unschedulable: null } : {}),
    },
  }
  assertLeaseHeld()
  return patchAsRead(kube, action.nodeName, body)
}

/** Guarded by resourceVersion. A map that was not there before is deleted. */
export async function restorePriorities(
  { resourceVersion, text }: ActionOf<'restore-priorities'>,
  { assertLeaseHeld, kube }: ActContext,
): Promise<ActionResult> {
  const ref = { namespace: systemNamespace, name: prioritiesName }
  const annotations = { [priorityNamesAnnotation]: null, [previousPrioritiesAnnotation]: null }
  const body = { metadata: { resourceVersion, annotations }, data: { priorities: text } }
  assertLeaseHeld()
  try {
    if (text === undefined)
      await kube.delete('ConfigMap', ref, { preconditions: { resourceVersion } })
    else await kube.patch('ConfigMap', ref, { type: 'merge', body })
    return done
  } catch (error) {
    if (isFailure(error, 'conflict')) return skipped('someone else changed the map')
    if (isFailure(error, 'not-found')) return skipped('the map is gone')
    throw error
  }
}
