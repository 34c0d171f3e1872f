/** Managed node groups: created, shown, deleted. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import { fromBase64 } from '../../../nodes/base64.ts'
import { parseUserData } from '../../../nodes/user-data.ts'
import type { Taint } from '../../../world/kube-objects.ts'
import { systemUsers } from '../../contracts.ts'
import { between } from '../../kernel/draws.ts'
import type { AwsAccount } from '../account.ts'
import { addGroup } from '../autoscaling/build.ts'
import { liveInstances, reconcileSoon } from '../autoscaling/reconcile.ts'
import { shutDown } from '../autoscaling/instances.ts'
import { awsError } from '../errors.ts'
import type { ClusterState, ImageState, MachineRecipe, NodeGroupState } from '../state.ts'
import { drainNode } from './drain-node.ts'
import { checkCreation, templateData } from './node-group-rules.ts'
import { updateInFlight } from './updates.ts'

/** Accepted to group existing, and group at zero to ACTIVE (managed-node-groups 4). */
const groupMadeMs = [15_000, 30_000] as const
const activeMs = [60_000, 100_000] as const
const lookMs = 5000
/** EKS gives nodes this long to join. */
const joinTimeoutMs = 15 * 60_000
/** scalingConfig follows the group with this lag. */
const mirrorMs = 60_000
/** Each node gets this long to drain when its group is deleted; then it goes by force. */
const deleteDrainMs = 5 * 60_000

/** Checks, remembers, and lets the group come up in virtual time. */
export function createNodegroup(
  account: AwsAccount,
  input: Sdk.CreateNodegroupRequest,
): Sdk.CreateNodegroupResponse {
  const cluster = account.cluster(input.clusterName)
  return account.once(`node-group/${cluster.name}`, input.clientRequestToken, () => {
    checkCreation(account, cluster, input)
    const nodeGroup = stateOf(account, cluster, input)
    account.nodeGroups.set(`${cluster.name}/${nodeGroup.name}`, nodeGroup)
    mapRole(cluster, nodeGroup.nodeRole)
    account.emit({ kind: 'node-group', nodeGroup, status: 'CREATING' })
    const random = account.kernel.random(`node-group/${cluster.name}/${nodeGroup.name}`)
    account.kernel.after(between(random, ...groupMadeMs), 'node-group-asg', () => {
      makeGroup(account, cluster, nodeGroup)
      const endMs = account.kernel.nowMs() + joinTimeoutMs
      account.kernel.after(between(random, ...activeMs) - groupMadeMs[0], 'node-group-active', () =>
        becomeActive(account, nodeGroup, endMs),
      )
    })
    return { nodegroup: nodeGroupView(nodeGroup) }
  })
}

function stateOf(
  account: AwsAccount,
  cluster: ClusterState,
  input: Sdk.CreateNodegroupRequest,
): NodeGroupState {
  const uuid = account.kernel.uuid('node-group')
  const name = input.nodegroupName ?? ''
  const { desiredSize = 2, maxSize = 2, minSize = 1 } = input.scalingConfig ?? {}
  const template = templateData(account, input.launchTemplate)
  const amiType = template?.data['ImageId'] === undefined ? (input.amiType ?? 'AL2023_x86_64_STANDARD') : 'CUSTOM'
  const state: NodeGroupState = {
    name,
    clusterName: cluster.name,
    arn: `arn:aws:eks:${account.region}:${account.accountId}:nodegroup/${cluster.name}/${name}/${uuid}`,
    uuid,
    createdMs: account.kernel.nowMs(),
    status: 'CREATING',
    version: cluster.version,
    releaseVersion: '',
    amiType,
    capacityType: input.capacityType === 'SPOT' ? 'SPOT' : 'ON_DEMAND',
    instanceTypes: input.instanceTypes ?? ['t3.medium'],
    subnetIds: input.subnets ?? [],
    nodeRole: input.nodeRole ?? '',
    labels: { ...input.labels },
    taints: (input.taints ?? []).map(plainTaint),
    tags: { ...input.tags },
    launchTemplate:
      template === undefined
        ? undefined
        : { id: template.id, name: template.name, version: String(template.version) },
    updateConfig: plainUpdateConfig(input.updateConfig),
    scaling: { minSize, maxSize, desiredSize },
    groupName: undefined,
    issues: [],
    updates: [],
  }
  state.releaseVersion = input.releaseVersion ?? imageOf(account, state)?.releaseVersion ?? ''
  return state
}

function plainTaint(taint: Sdk.Taint): NodeGroupState['taints'][number] {
  const { effect = 'NO_SCHEDULE', key = '', value } = taint
  return value === undefined ? { key, effect } : { key, value, effect }
}

function plainUpdateConfig(config: Sdk.NodegroupUpdateConfig | undefined): NodeGroupState['updateConfig'] {
  return {
    ...(config?.maxUnavailable === undefined ? {} : { maxUnavailable: config.maxUnavailable }),
    ...(config?.maxUnavailablePercentage === undefined
      ? {}
      : { maxUnavailablePercentage: config.maxUnavailablePercentage }),
    ...(config?.updateStrategy === undefined ? {} : { updateStrategy: config.updateStrategy }),
  }
}

function imageOf(account: AwsAccount, state: NodeGroupState): ImageState | undefined {
  const template = templateData(account, idOnly(state.launchTemplate))
  const own = template?.data['ImageId']
  if (typeof own === 'string') return account.images.get(own)
  const family = state.amiType.startsWith('AL2_') ? 'AmazonLinux2' : 'AmazonLinux2023'
  const arch = state.amiType.includes('ARM_64') ? 'arm64' : 'amd64'
  return state.releaseVersion === ''
    ? account.images.newest(family, arch, state.version)
    : account.images.ofRelease(family, arch, state.releaseVersion)
}

function idOnly(template: NodeGroupState['launchTemplate']): Sdk.LaunchTemplateSpecification | undefined {
  return template === undefined ? undefined : { id: template.id, version: template.version }
}

/** The child template's effect: what machines of the group come up as. */
export function recipeOf(
  account: AwsAccount,
  nodeGroup: NodeGroupState,
  templateVersion: string,
): MachineRecipe {
  const image = imageOf(account, nodeGroup)
  const template = templateData(account, idOnly(nodeGroup.launchTemplate))
  const text = fromBase64(String(template?.data['UserData'] ?? '')) ?? ''
  const told = parseUserData(text)
  const typeInTemplate = template?.data['InstanceType']
  return {
    instanceTypes: typeof typeInTemplate === 'string' ? [typeInTemplate] : nodeGroup.instanceTypes,
    capacityType: nodeGroup.capacityType,
    amiFamily: image?.family ?? 'AmazonLinux2023',
    imageId: image?.id ?? 'ami-unknown',
    kubeletVersion: image?.kubeletVersion ?? `v${nodeGroup.version}.0`,
    labels: { ...told?.labels, ...nodeGroup.labels, ...eksLabels(nodeGroup, image) },
    taints: [...(told?.taints ?? []), ...nodeGroup.taints.map(kubeTaint)],
    templateVersion,
    ...(image === undefined ? { joinFailure: 'the image does not exist' } : {}),
  }
}

function eksLabels(nodeGroup: NodeGroupState, image: ImageState | undefined): Record<string, string> {
  const { launchTemplate } = nodeGroup
  return {
    'eks.amazonaws.com/nodegroup': nodeGroup.name,
    'eks.amazonaws.com/nodegroup-image': image?.id ?? '',
    'eks.amazonaws.com/capacityType': nodeGroup.capacityType,
    ...(launchTemplate === undefined
      ? {}
      : {
          'eks.amazonaws.com/sourceLaunchTemplateId': launchTemplate.id,
          'eks.amazonaws.com/sourceLaunchTemplateVersion': launchTemplate.version,
        }),
  }
}

/** API spelling to Kubernetes spelling. */
export function kubeTaint({ effect, key, value }: NodeGroupState['taints'][number]): Taint {
  const effects: Readonly<Record<string, Taint['effect']>> = {
    NO_EXECUTE: 'NoExecute',
    NO_SCHEDULE: 'NoSchedule',
    PREFER_NO_SCHEDULE: 'PreferNoSchedule',
  }
  return { key, value: value ?? '', effect: effects[effect] ?? 'NoSchedule' }
}

function makeGroup(account: AwsAccount, cluster: ClusterState, nodeGroup: NodeGroupState): void {
  const name = `eks-${nodeGroup.name}-${nodeGroup.uuid}`
  const { desiredSize, maxSize, minSize } = nodeGroup.scaling
  const group = addGroup(account, {
    name,
    clusterName: cluster.name,
    nodeGroupName: nodeGroup.name,
    subnetIds: nodeGroup.subnetIds,
    launchKind: 'mixed',
    templateId: `lt-${account.kernel.hexId('child-template', 17)}`,
    templateName: `eks-${nodeGroup.uuid}`,
    recipe: recipeOf(account, nodeGroup, '1'),
    minSize,
    maxSize,
    desiredCapacity: desiredSize,
    tags: {
      'eks:cluster-name': cluster.name,
      'eks:nodegroup-name': nodeGroup.name,
      [`kubernetes.io/cluster/${cluster.name}`]: 'owned',
      'k8s.io/cluster-autoscaler/enabled': 'true',
      [`k8s.io/cluster-autoscaler/${cluster.name}`]: 'owned',
    },
  })
  nodeGroup.groupName = name
  const cause = { user: 'eks', operation: 'CreateNodegroup' }
  account.emit({ kind: 'group-changed', group, what: 'created', cause })
  reconcileSoon(account, group)
  mirrorScaling(account, nodeGroup)
}

/** Desired, minimum and maximum as the group has them, seen a minute later. */
function mirrorScaling(account: AwsAccount, nodeGroup: NodeGroupState): void {
  account.kernel.afterInBackground(mirrorMs, 'scaling-mirror', () => {
    const group = account.groups.get(nodeGroup.groupName ?? '')
    if (group === undefined) return
    const { desiredCapacity: desiredSize, maxSize, minSize } = group
    nodeGroup.scaling = { minSize, maxSize, desiredSize }
    mirrorScaling(account, nodeGroup)
  })
}

function becomeActive(account: AwsAccount, nodeGroup: NodeGroupState, endMs: number): void {
  const group = account.groups.get(nodeGroup.groupName ?? '')
  if (group === undefined || nodeGroup.status !== 'CREATING') return
  const { machines } = account.cluster(nodeGroup.clusterName).twin
  const live = liveInstances(account, group)
  const readyCount = live.filter((instance) =>
    machines
      .nodeOf(instance.id)
      ?.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'),
  ).length
  if (readyCount >= group.desiredCapacity) {
    nodeGroup.status = 'ACTIVE'
    account.emit({ kind: 'node-group', nodeGroup, status: 'ACTIVE' })
  } else if (account.kernel.nowMs() >= endMs) {
    const failed = group.activities.find((activity) => activity.statusCode === 'Failed')
    nodeGroup.status = 'CREATE_FAILED'
    nodeGroup.issues = [
      failed === undefined
        ? issue('NodeCreationFailure', 'Instances failed to join the kubernetes cluster', live.map((one) => one.id))
        : issue('AsgInstanceLaunchFailures', failed.statusMessage ?? '', [group.name]),
    ]
    account.emit({ kind: 'node-group', nodeGroup, status: 'CREATE_FAILED' })
  } else {
    account.kernel.after(lookMs, 'node-group-joining', () => becomeActive(account, nodeGroup, endMs))
  }
}

function issue(code: string, message: string, resourceIds: string[]): NodeGroupState['issues'][number] {
  return { code, message, resourceIds }
}

/** EKS maps the role of every managed group. */
function mapRole(cluster: ClusterState, role: string): void {
  if (!cluster.accessEntries.has(role)) cluster.accessEntries.set(role, 'EC2_LINUX')
}

/** As DescribeNodegroup shows it. */
export function nodeGroupView(nodeGroup: NodeGroupState): Sdk.Nodegroup {
  const { launchTemplate } = nodeGroup
  return {
    nodegroupName: nodeGroup.name,
    nodegroupArn: nodeGroup.arn,
    clusterName: nodeGroup.clusterName,
    version: nodeGroup.version,
    releaseVersion: nodeGroup.releaseVersion,
    createdAt: new Date(nodeGroup.createdMs),
    modifiedAt: new Date(nodeGroup.createdMs),
    status: nodeGroup.status,
    capacityType: nodeGroup.capacityType,
    scalingConfig: { ...nodeGroup.scaling },
    instanceTypes: [...nodeGroup.instanceTypes],
    subnets: [...nodeGroup.subnetIds],
    amiType: nodeGroup.amiType as Sdk.AMITypes,
    nodeRole: nodeGroup.nodeRole,
    labels: { ...nodeGroup.labels },
    taints: nodeGroup.taints.map((taint) => ({ ...taint })) as Sdk.Taint[],
    resources: {
      autoScalingGroups: nodeGroup.groupName === undefined ? [] : [{ name: nodeGroup.groupName }],
    },
    health: { issues: nodeGroup.issues.map((one) => ({ ...one })) as Sdk.Issue[] },
    updateConfig: { maxUnavailable: 1, ...nodeGroup.updateConfig } as Sdk.NodegroupUpdateConfig,
    ...(launchTemplate === undefined ? {} : { launchTemplate: { ...launchTemplate } }),
    tags: { ...nodeGroup.tags },
  }
}

/** Drains for five minutes, then goes by force; the role's mapping goes with its last group. */
export function deleteNodegroup(
  account: AwsAccount,
  input: Sdk.DeleteNodegroupRequest,
): Sdk.DeleteNodegroupResponse {
  const nodeGroup = account.nodeGroup(input.clusterName, input.nodegroupName)
  if (updateInFlight(nodeGroup.updates) !== undefined) {
    throw awsError('ResourceInUseException', 'Nodegroup cannot be deleted while an update is in progress')
  }
  nodeGroup.status = 'DELETING'
  account.emit({ kind: 'node-group', nodeGroup, status: 'DELETING' })
  const group = account.groups.get(nodeGroup.groupName ?? '')
  const live = group === undefined ? [] : liveInstances(account, group)
  if (group !== undefined) Object.assign(group, { minSize: 0, maxSize: 0, desiredCapacity: 0 })
  let left = live.length
  const gone = (): void => {
    if (left > 0) return
    account.kernel.after(60_000, 'node-group-deleted', () => forget(account, nodeGroup))
  }
  const cluster = account.cluster(nodeGroup.clusterName)
  for (const instance of live) {
    const cause = { user: 'eks', operation: 'DeleteNodegroup' }
    account.emit({ kind: 'instance-terminating', instance, cause })
    instance.lifecycleState = 'Terminating:Wait'
    drainNode(account, {
      cluster,
      nodeName: cluster.twin.machines.nodeOf(instance.id)?.metadata.name ?? '',
      user: systemUsers.eksNodeManager,
      timeoutMs: deleteDrainMs,
      then: () => {
        shutDown(account, instance)
        left -= 1
        gone()
      },
    })
  }
  gone()
  return { nodegroup: nodeGroupView(nodeGroup) }
}

function forget(account: AwsAccount, nodeGroup: NodeGroupState): void {
  const key = `${nodeGroup.clusterName}/${nodeGroup.name}`
  account.nodeGroups.delete(key)
  account.groups.delete(nodeGroup.groupName ?? '')
  const isRoleUsed = [...account.nodeGroups.values()].some((one) => one.nodeRole === nodeGroup.nodeRole)
  if (!isRoleUsed) account.cluster(nodeGroup.clusterName).accessEntries.delete(nodeGroup.nodeRole)
  account.emit({ kind: 'node-group', nodeGroup, status: 'DELETED' })
}
