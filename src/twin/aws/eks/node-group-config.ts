/** UpdateNodegroupConfig: sizes, labels, taints, update settings. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import type { StringMap, Taint } from '../../../world/kube-objects.ts'
import type { AwsAccount } from '../account.ts'
import { liveInstances, reconcileSoon } from '../autoscaling/reconcile.ts'
import { awsError } from '../errors.ts'
import type { NodeGroupState } from '../state.ts'
import { plainTaint, plainUpdateConfig } from './node-group.ts'
import { kubeTaint } from './node-group-recipe.ts'
import { checkLabels, checkTaints, checkUpdateConfig } from './node-group-rules.ts'
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

/**
 * Applies the change at once; the update ends a little later.
 * @throws RegroupError InvalidParameterException (SCL-2, SCL-3, LBL rules), ResourceInUseException.
 */
export function updateNodegroupConfig(
  account: AwsAccount,
  input: Sdk.UpdateNodegroupConfigRequest,
): Sdk.UpdateNodegroupConfigResponse {
  const nodeGroup = account.nodeGroup(input.clusterName, input.nodegroupName)
  return account.once(`config/${nodeGroup.arn}`, input.clientRequestToken, () => {
    requireIdle(nodeGroup)
    checkLabels(input.labels?.addOrUpdateLabels ?? {})
    checkTaints(input.taints?.addOrUpdateTaints ?? [])
    checkUpdateConfig(input.updateConfig)
    changeScaling(account, nodeGroup, input.scalingConfig)
    changeLabelsAndTaints(account, nodeGroup, input)
    if (input.nodeRepairConfig !== undefined) {
      nodeGroup.nodeRepairConfig = { ...input.nodeRepairConfig }
    }
    nodeGroup.modifiedMs = account.kernel.nowMs()
    if (input.updateConfig !== undefined) {
      nodeGroup.updateConfig = plainUpdateConfig(input.updateConfig)
    }
    const update = startUpdate(account, nodeGroup.updates, 'ConfigUpdate', {
      ...labelParams(input),
      MaxUnavailable: input.updateConfig?.maxUnavailable?.toString(),
      MaxUnavailablePercentage: input.updateConfig?.maxUnavailablePercentage?.toString(),
      NodeRepairEnabled: input.nodeRepairConfig?.enabled?.toString(),
      MinSize: input.scalingConfig?.minSize?.toString(),
      MaxSize: input.scalingConfig?.maxSize?.toString(),
      DesiredSize: input.scalingConfig?.desiredSize?.toString(),
    })
    nodeGroup.status = 'UPDATING'
    account.kernel.after(configMs, 'config-updated', () => {
      update.status = 'Successful'
      nodeGroup.status = 'ACTIVE'
    })
    return { update: updateView(update) }
  })
}

/** As DescribeUpdate shows labels and taints: JSON texts. */
function labelParams(
  input: Sdk.UpdateNodegroupConfigRequest,
): Readonly<Record<string, string | undefined>> {
  const json = (value: unknown): string | undefined =>
    value === undefined ? undefined : JSON.stringify(value)
  return {
    LabelsToAdd: json(input.labels?.addOrUpdateLabels),
    LabelsToRemove: json(input.labels?.removeLabels),
    TaintsToAdd: json(input.taints?.addOrUpdateTaints),
    TaintsToRemove: json(input.taints?.removeTaints),
  }
}

/**
 * Sizes go to the group at once; a lower desired size ends instances without regard to budgets
 * after 15 min.
 */
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
    const text = `Minimum capacity ${minSize} can't be greater than desired size ${desiredSize}`
    throw awsError('InvalidParameterException', text)
  }
  if (desiredSize > maxSize) {
    const text = `Maximum capacity ${maxSize} can't be less than desired size ${desiredSize}`
    throw awsError('InvalidParameterException', text)
  }
  Object.assign(group, { minSize, maxSize, desiredCapacity: desiredSize })
  nodeGroup.scaling = { minSize, maxSize, desiredSize }
  const cause = { user: 'eks', operation: 'UpdateNodegroupConfig' }
  account.emit({ kind: 'group-changed', group, what: 'UpdateNodegroupConfig', cause })
  reconcileSoon(account, group)
}

/** What a config update does to labels and taints, in Kubernetes spelling. */
interface LabelChange {
  readonly labels: StringMap
  readonly removedLabels: readonly string[]
  readonly taints: readonly Taint[]
  readonly removedTaints: readonly Taint[]
}

function changeLabelsAndTaints(
  account: AwsAccount,
  nodeGroup: NodeGroupState,
  input: Sdk.UpdateNodegroupConfigRequest,
): void {
  const added = (input.taints?.addOrUpdateTaints ?? []).map(plainTaint)
  const removed = (input.taints?.removeTaints ?? []).map(plainTaint)
  const change: LabelChange = {
    labels: input.labels?.addOrUpdateLabels ?? {},
    removedLabels: input.labels?.removeLabels ?? [],
    taints: added.map(kubeTaint),
    removedTaints: removed.map(kubeTaint),
  }
  nodeGroup.labels = labelsAfter(nodeGroup.labels, change)
  const kept = nodeGroup.taints.filter((one) => ![...added, ...removed].some((o) => isSame(one, o)))
  nodeGroup.taints = [...kept, ...added]
  const group = account.groups.get(nodeGroup.groupName ?? '')
  if (group === undefined) return
  group.recipe = {
    ...group.recipe,
    labels: labelsAfter(group.recipe.labels, change),
    taints: taintsAfter(group.recipe.taints, change),
  }
  const { machines, store } = account.cluster(nodeGroup.clusterName).twin
  for (const instance of liveInstances(account, group)) {
    const node = machines.nodeOf(instance.id)
    if (node === undefined) continue
    const labels = labelsAfter(node.metadata.labels ?? {}, change)
    const taints = taintsAfter(node.spec?.taints ?? [], change)
    const metadata = { ...node.metadata, labels }
    store.replace('Node', { ...node, metadata, spec: { ...node.spec, taints } })
  }
}

/** Live nodes follow; what users removed by hand is not added again. */
function labelsAfter(labels: StringMap, change: LabelChange): StringMap {
  const all = Object.entries({ ...labels, ...change.labels })
  return Object.fromEntries(all.filter(([key]) => !change.removedLabels.includes(key)))
}

function taintsAfter(taints: readonly Taint[], change: LabelChange): readonly Taint[] {
  const replaced = [...change.taints, ...change.removedTaints]
  const kept = taints.filter((one) => !replaced.some((other) => isSame(one, other)))
  return [...kept, ...change.taints]
}

function isSame(
  a: { readonly key: string; readonly effect: string },
  b: { readonly key: string; readonly effect: string },
): boolean {
  return a.key === b.key && a.effect === b.effect
}
