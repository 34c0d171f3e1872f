/** UpdateNodegroupVersion in four phases, DEFAULT and MINIMAL (managed-node-groups section 5). Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import { systemUsers } from '../../contracts.ts'
import type { AwsAccount } from '../account.ts'
import { terminateInstance } from '../autoscaling/instances.ts'
import { liveInstances, reconcileSoon } from '../autoscaling/reconcile.ts'
import { awsError } from '../errors.ts'
import type { GroupState, InstanceState, NodeGroupState, UpdateState } from '../state.ts'
import { drainNode } from './drain-node.ts'
import { recipeOf } from './node-group.ts'
import { requireIdle } from './node-group-config.ts'
import { templateData } from './node-group-rules.ts'
import { startUpdate, updateView } from './updates.ts'

const lookMs = 10_000
const joinTimeoutMs = 15 * 60_000
/** 15 minutes a try, three tries before the update fails (retry count not published). */
const evictionTimeoutMs = 45 * 60_000
const afterDrainMs = 60_000
const scaleDownStepMs = 60_000
const maxUnavailableMax = 100

interface Roll {
  readonly account: AwsAccount
  readonly nodeGroup: NodeGroupState
  readonly group: GroupState
  readonly update: UpdateState
  readonly isForced: boolean
  readonly isMinimal: boolean
  /** Sizes to go back to. */
  readonly startDesired: number
  readonly startMax: number
  readonly startedMs: number
}

/** Checks and starts the roll. */
export function updateNodegroupVersion(
  account: AwsAccount,
  input: Sdk.UpdateNodegroupVersionRequest,
): Sdk.UpdateNodegroupVersionResponse {
  const nodeGroup = account.nodeGroup(input.clusterName, input.nodegroupName)
  return account.once(`version/${nodeGroup.arn}`, input.clientRequestToken, () => {
    requireIdle(nodeGroup)
    const group = account.groups.get(nodeGroup.groupName ?? '')
    if (group === undefined) throw awsError('InvalidRequestException', 'AutoScalingGroupNotFound')
    applyTarget(account, nodeGroup, input)
    const update = startUpdate(account, nodeGroup.updates, 'VersionUpdate', {
      Version: input.version,
      ReleaseVersion: input.releaseVersion,
      LaunchTemplateVersion: input.launchTemplate?.version,
    })
    nodeGroup.status = 'UPDATING'
    account.emit({ kind: 'node-group', nodeGroup, status: 'UPDATING' })
    const next = String(Number(group.recipe.templateVersion) + 1)
    group.recipe = recipeOf(account, nodeGroup, next)
    scaleUp({
      account,
      nodeGroup,
      group,
      update,
      isForced: input.force ?? false,
      isMinimal: nodeGroup.updateConfig.updateStrategy === 'MINIMAL',
      startDesired: group.desiredCapacity,
      startMax: group.maxSize,
      startedMs: account.kernel.nowMs(),
    })
    return { update: updateView(update) }
  })
}

function applyTarget(
  account: AwsAccount,
  nodeGroup: NodeGroupState,
  input: Sdk.UpdateNodegroupVersionRequest,
): void {
  const cluster = account.cluster(input.clusterName)
  const isCustom = nodeGroup.amiType === 'CUSTOM'
  if (isCustom && (input.version !== undefined || input.releaseVersion !== undefined)) {
    throw awsError(
      'InvalidParameterException',
      'You cannot specify the field kubernetesVersion when using custom AMIs.',
    )
  }
  if (isCustom && input.launchTemplate === undefined) {
    throw awsError(
      'InvalidParameterException',
      "Launch template details can't be null for Custom ami type node group",
    )
  }
  const version = input.version ?? cluster.version
  if (Number(version.slice(2)) > Number(cluster.version.slice(2))) {
    throw awsError('InvalidParameterException', 'Nodegroup version is newer than the cluster version')
  }
  if (input.releaseVersion !== undefined && !input.releaseVersion.startsWith(`${version}.`)) {
    const text = `Requested release version ${input.releaseVersion} is not valid for kubernetes version ${version}.`
    throw awsError('InvalidParameterException', text)
  }
  const template = templateData(account, input.launchTemplate)
  if (template !== undefined) {
    if (template.id !== nodeGroup.launchTemplate?.id) {
      throw awsError('InvalidParameterException', 'Launch template of a node group cannot be changed')
    }
    nodeGroup.launchTemplate = { ...nodeGroup.launchTemplate, version: String(template.version) }
  }
  nodeGroup.version = version
  if (isCustom) return
  const family = nodeGroup.amiType.startsWith('AL2_') ? 'AmazonLinux2' : 'AmazonLinux2023'
  const arch = nodeGroup.amiType.includes('ARM_64') ? 'arm64' : 'amd64'
  const newest = account.images.newest(family, arch, version)?.releaseVersion
  nodeGroup.releaseVersion = input.releaseVersion ?? newest ?? nodeGroup.releaseVersion
}

/** Phase 2: room for the new nodes; MINIMAL goes without. */
function scaleUp(roll: Roll): void {
  const { account, group, isMinimal, nodeGroup } = roll
  if (isMinimal || oldInstances(roll).length === 0) return upgrade(roll)
  const zoneCount = new Set(group.subnetIds).size
  const surge = Math.max(2 * zoneCount, parallelism(nodeGroup, group.desiredCapacity))
  group.maxSize = Math.max(group.maxSize, group.desiredCapacity + surge)
  group.desiredCapacity += surge
  const cause = { user: 'eks', operation: 'UpdateNodegroupVersion scale-up' }
  account.emit({ kind: 'group-changed', group, what: 'scale-up', cause })
  reconcileSoon(account, group)
  awaitNewNodes(roll)
}

function parallelism(nodeGroup: NodeGroupState, size: number): number {
  const { maxUnavailable, maxUnavailablePercentage } = nodeGroup.updateConfig
  const share =
    maxUnavailablePercentage === undefined
      ? (maxUnavailable ?? 1)
      : Math.max(1, Math.floor((size * maxUnavailablePercentage) / 100))
  return Math.min(maxUnavailableMax, share)
}

function oldInstances({ account, group }: Roll): InstanceState[] {
  const live = liveInstances(account, group)
  return live.filter((one) => one.recipe.templateVersion !== group.recipe.templateVersion)
}

function readyNewZones(roll: Roll): Set<string> {
  const { account, group, nodeGroup } = roll
  const { machines } = account.cluster(nodeGroup.clusterName).twin
  const zones = new Set<string>()
  for (const instance of liveInstances(account, group)) {
    if (instance.recipe.templateVersion !== group.recipe.templateVersion) continue
    const conditions = machines.nodeOf(instance.id)?.status?.conditions ?? []
    if (conditions.some((one) => one.type === 'Ready' && one.status === 'True')) zones.add(instance.zone)
  }
  return zones
}

/** One Ready new node in every zone that has old ones; then all old nodes are cordoned at once. */
function awaitNewNodes(roll: Roll): void {
  const { account, nodeGroup, startedMs } = roll
  const ready = readyNewZones(roll)
  if (oldInstances(roll).every((instance) => ready.has(instance.zone))) {
    const { machines, server } = account.cluster(nodeGroup.clusterName).twin
    for (const instance of oldInstances(roll)) {
      const name = machines.nodeOf(instance.id)?.metadata.name
      if (name === undefined) continue
      const labels = { 'node.kubernetes.io/exclude-from-external-load-balancers': 'true' }
      const body = { metadata: { labels }, spec: { unschedulable: true } }
      server.patch('Node', { name }, { type: 'strategic', body }, systemUsers.eksNodeManager)
    }
    upgrade(roll)
  } else if (account.kernel.nowMs() - startedMs > joinTimeoutMs) {
    fail(roll, 'NodeCreationFailure', `Couldn't proceed with upgrade process as new nodes are not joining node group ${nodeGroup.name}`, [])
  } else {
    account.kernel.after(lookMs, 'roll-join', () => awaitNewNodes(roll))
  }
}

/** Phase 3: random old nodes, so many at once, drained, then terminated. */
function upgrade(roll: Roll): void {
  const { account, group, nodeGroup } = roll
  const old = oldInstances(roll)
  if (old.length === 0) return scaleDown(roll)
  const random = account.kernel.random(`roll/${roll.update.id}/${old.length}`)
  const shuffled = [...old].sort(() => random.next() - 0.5)
  const batch = shuffled.slice(0, parallelism(nodeGroup, group.desiredCapacity))
  let leftCount = batch.length
  for (const instance of batch) {
    drainOne(roll, instance, () => {
      leftCount -= 1
      if (leftCount === 0 && roll.update.status === 'InProgress') {
        account.kernel.after(lookMs, 'roll-next', () => upgrade(roll))
      }
    })
  }
}

function drainOne(roll: Roll, instance: InstanceState, then: () => void): void {
  const { account, isForced, nodeGroup } = roll
  const cluster = account.cluster(nodeGroup.clusterName)
  const nodeName = cluster.twin.machines.nodeOf(instance.id)?.metadata.name ?? ''
  drainNode(account, {
    cluster,
    nodeName,
    user: systemUsers.eksNodeManager,
    timeoutMs: evictionTimeoutMs,
    then: (left) => {
      if (left.length > 0 && !isForced) {
        const text = `Reached max retries while trying to evict pods from nodes in node group ${nodeGroup.name}`
        fail(roll, 'PodEvictionFailure', text, [nodeName])
        return
      }
      account.kernel.after(afterDrainMs, 'roll-terminate', () => {
        const cause = { user: 'eks', operation: 'UpdateNodegroupVersion' }
        terminateInstance(account, instance, cause)
        reconcileSoon(account, roll.group)
        then()
      })
    },
  })
}

/** Phase 4: back to the old sizes, one at a time. */
function scaleDown(roll: Roll): void {
  const { account, group, nodeGroup, startDesired, startMax, update } = roll
  if (group.desiredCapacity > startDesired) {
    group.desiredCapacity -= 1
    reconcileSoon(account, group)
    account.kernel.after(scaleDownStepMs, 'roll-scale-down', () => scaleDown(roll))
    return
  }
  group.maxSize = startMax
  update.status = 'Successful'
  nodeGroup.status = 'ACTIVE'
  account.emit({ kind: 'node-group', nodeGroup, status: 'ACTIVE' })
}

/** No rollback: the group stays mixed, retry resumes. */
function fail(roll: Roll, errorCode: string, errorMessage: string, resourceIds: string[]): void {
  const { account, nodeGroup, update } = roll
  if (update.status !== 'InProgress') return
  update.status = 'Failed'
  update.errors = [{ errorCode, errorMessage, resourceIds }]
  nodeGroup.status = 'ACTIVE'
  account.emit({ kind: 'node-group', nodeGroup, status: 'ACTIVE' })
}
