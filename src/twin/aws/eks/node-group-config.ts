/** UpdateNodegroupConfig: sizes, labels, taints, update settings. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import type { Taint } from '../../../world/kube-objects.ts'
import type { AwsAccount } from '../account.ts'
import { liveInstances, reconcileSoon } from '../autoscaling/reconcile.ts'
import { awsError } from '../errors.ts'
import type { NodeGroupState } from '../state.ts'
import { kubeTaint, recipeOf } from './node-group.ts'
import { startUpdate, updateInFlight, updateView } from './updates.ts'

/** A config update is done in well under a minute. */
const configMs = 15_000

/** @throws RegroupError ResourceInUseException unless the group is ACTIVE and idle. */
export function requireIdle(nodeGroup: NodeGroupState): void {
  if (nodeGroup.status !== 'ACTIVE' || updateInFlight(nodeGroup.updates) !== undefined) {
    throw awsError(
      'ResourceInUseException',
      'Nodegroup cannot be updated as it is currently not in Active State',
    )
  }
}

/** Applies the change at once; the update ends a little later. */
export function updateNodegroupConfig(
  account: AwsAccount,
  input: Sdk.UpdateNodegroupConfigRequest,
): Sdk.UpdateNodegroupConfigResponse {
  const nodeGroup = account.nodeGroup(input.clusterName, input.nodegroupName)
  return account.once(`config/${nodeGroup.arn}`, input.clientRequestToken, () => {
    requireIdle(nodeGroup)
    changeScaling(account, nodeGroup, input.scalingConfig)
    changeLabelsAndTaints(account, nodeGroup, input)
    const { maxUnavailable, maxUnavailablePercentage, updateStrategy } = input.updateConfig ?? {}
    if (input.updateConfig !== undefined) {
      nodeGroup.updateConfig = {
        ...(maxUnavailable === undefined ? {} : { maxUnavailable }),
        ...(maxUnavailablePercentage === undefined ? {} : { maxUnavailablePercentage }),
        ...(updateStrategy === undefined ? {} : { updateStrategy }),
      }
    }
    const update = startUpdate(account, nodeGroup.updates, 'ConfigUpdate', {})
    nodeGroup.status = 'UPDATING'
    account.kernel.after(configMs, 'config-updated', () => {
      update.status = 'Successful'
      nodeGroup.status = 'ACTIVE'
    })
    return { update: updateView(update) }
  })
}

function changeScaling(
  account: AwsAccount,
  nodeGroup: NodeGroupState,
  scaling: Sdk.NodegroupScalingConfig | undefined,
): void {
  const group = account.groups.get(nodeGroup.groupName ?? '')
  if (scaling === undefined || group === undefined) return
  const minSize = scaling.minSize ?? group.minSize
  const maxSize = scaling.maxSize ?? group.maxSize
  const desiredSize = scaling.desiredSize ?? group.desiredCapacity
  if (minSize > desiredSize) {
    throw awsError(
      'InvalidParameterException',
      `Minimum capacity ${minSize} can't be greater than desired size ${desiredSize}`,
    )
  }
  if (desiredSize > maxSize) {
    throw awsError('InvalidParameterException', `desiredSize can't be greater than maxSize`)
  }
  Object.assign(group, { minSize, maxSize, desiredCapacity: desiredSize })
  nodeGroup.scaling = { minSize, maxSize, desiredSize }
  const cause = { user: 'eks', operation: 'UpdateNodegroupConfig' }
  account.emit({ kind: 'group-changed', group, what: 'UpdateNodegroupConfig', cause })
  reconcileSoon(account, group)
}

/** Live nodes follow; what users removed by hand is not added again. */
function changeLabelsAndTaints(
  account: AwsAccount,
  nodeGroup: NodeGroupState,
  input: Sdk.UpdateNodegroupConfigRequest,
): void {
  const added = input.labels?.addOrUpdateLabels ?? {}
  const removed = input.labels?.removeLabels ?? []
  const labels: Record<string, string> = { ...nodeGroup.labels, ...added }
  for (const key of removed) delete labels[key]
  const same = (a: Sdk.Taint, b: Sdk.Taint): boolean => a.key === b.key && a.effect === b.effect
  const newTaints = input.taints?.addOrUpdateTaints ?? []
  const gone = [...newTaints, ...(input.taints?.removeTaints ?? [])]
  const present = nodeGroup.taints as readonly Sdk.Taint[]
  const taints = [...present.filter((one) => !gone.some((other) => same(one, other))), ...newTaints]
  nodeGroup.labels = labels
  nodeGroup.taints = taints as NodeGroupState['taints']
  const group = account.groups.get(nodeGroup.groupName ?? '')
  if (group === undefined) return
  group.recipe = recipeOf(account, nodeGroup, group.recipe.templateVersion)
  const { machines, store } = account.cluster(nodeGroup.clusterName).twin
  for (const instance of liveInstances(account, group)) {
    const node = machines.nodeOf(instance.id)
    if (node === undefined) continue
    const nodeLabels: Record<string, string> = { ...node.metadata.labels, ...added }
    for (const key of removed) delete nodeLabels[key]
    const goneTaints = gone.map((one) => kubeTaint(one as NodeGroupState['taints'][number]))
    const kept = (node.spec?.taints ?? []).filter((one) => !goneTaints.some((g) => isSame(g, one)))
    const all = [...kept, ...newTaints.map((one) => kubeTaint(one as NodeGroupState['taints'][number]))]
    store.replace('Node', {
      ...node,
      metadata: { ...node.metadata, labels: nodeLabels },
      spec: { ...node.spec, taints: all },
    })
  }
}

function isSame(a: Taint, b: Taint): boolean {
  return a.key === b.key && a.effect === b.effect
}
