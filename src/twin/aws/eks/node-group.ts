/** Managed node groups: created, shown, deleted. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import { between } from '../../kernel/draws.ts'
import type { AwsAccount } from '../account.ts'
import { addGroup } from '../autoscaling/build.ts'
import { liveInstances, reconcileSoon } from '../autoscaling/reconcile.ts'
import type { ClusterState, MachineRecipe, NodeGroupState } from '../state.ts'
import { mergedText } from '../user-data-text.ts'
import { addAccessEntry } from './access-entry.ts'
import { isMergeable } from './bootstrap-check.ts'
import { addChildTemplate } from './child-template.ts'
import { imageOf, recipeOf } from './node-group-recipe.ts'
import { checkCreation, templateData } from './node-group-rules.ts'

/** Accepted to group existing, and group at zero to ACTIVE (managed-node-groups 4). */
const groupMadeMs = [15_000, 30_000] as const
const activeMs = [60_000, 100_000] as const
const lookMs = 5000
/** EKS gives nodes this long to join. */
const joinTimeoutMs = 15 * 60_000
/** Checks, remembers, and lets the group come up in virtual time. */
export function createNodegroup(
  account: AwsAccount,
  input: Sdk.CreateNodegroupRequest,
): Sdk.CreateNodegroupResponse {
  const cluster = account.cluster(input.clusterName)
  const scope = `node-group/${cluster.name}/${input.nodegroupName}`
  return account.once(scope, input.clientRequestToken, () => {
    checkCreation(account, cluster, input)
    const nodeGroup = stateOf(account, cluster, input)
    account.nodeGroups.set(`${cluster.name}/${nodeGroup.name}`, nodeGroup)
    mapRole(account, cluster, nodeGroup.nodeRole)
    account.emit({ kind: 'node-group', nodeGroup, status: 'CREATING' })
    const random = account.kernel.random(`node-group/${cluster.name}/${nodeGroup.name}`)
    const madeMs = between(random, ...groupMadeMs)
    const lookFirstMs = between(random, ...activeMs) - madeMs
    // Read now: EKS works with its own copy, whatever happens to the template later.
    const recipe = recipeOf(account, nodeGroup, '1')
    const fault = userDataFault(account, nodeGroup)
    account.kernel.after(madeMs, 'node-group-asg', () => {
      // A group that was deleted meanwhile gets no Auto Scaling group.
      if (nodeGroup.status !== 'CREATING') return
      if (fault !== undefined) return failCreation(account, nodeGroup, fault)
      makeGroup(account, nodeGroup, recipe)
      const endMs = account.kernel.nowMs() + joinTimeoutMs
      const look = (): void => becomeActive(account, nodeGroup, endMs)
      account.kernel.after(lookFirstMs, 'node-group-active', look)
    })
    return { nodegroup: nodeGroupView(nodeGroup) }
  })
}

/** Why EKS cannot merge its part into the user data (UD-1); undefined when it can. */
function userDataFault(
  account: AwsAccount,
  { amiType, launchTemplate }: NodeGroupState,
): Issue | undefined {
  if (launchTemplate === undefined || amiType === 'CUSTOM') return undefined
  const { id, version } = launchTemplate
  const encoded = templateData(account, { id, version })?.data.UserData
  if (isMergeable(mergedText(encoded))) return undefined
  const message = 'User data was not in the MIME multipart format.'
  return { code: 'Ec2LaunchTemplateInvalidConfiguration', message, resourceIds: [id] }
}

type Issue = NodeGroupState['issues'][number]

function failCreation(account: AwsAccount, nodeGroup: NodeGroupState, reason: Issue): void {
  nodeGroup.status = 'CREATE_FAILED'
  nodeGroup.issues = [reason]
  account.emit({ kind: 'node-group', nodeGroup, status: 'CREATE_FAILED' })
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
  const hasType = template?.data.InstanceType !== undefined
  const amiType =
    template?.data.ImageId === undefined ? (input.amiType ?? 'AL2023_x86_64_STANDARD') : 'CUSTOM'
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
    instanceTypes: input.instanceTypes ?? (hasType ? [] : ['t3.medium']),
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
    ...(template === undefined ? { diskSize: input.diskSize ?? diskGiB } : {}),
    ...(input.remoteAccess === undefined ? {} : { remoteAccess: accessOf(input.remoteAccess) }),
    ...(input.nodeRepairConfig === undefined
      ? {}
      : { nodeRepairConfig: { ...input.nodeRepairConfig } }),
    issues: [],
    updates: [],
  }
  state.releaseVersion =
    amiType === 'CUSTOM'
      ? String(template?.data.ImageId)
      : (input.releaseVersion ?? imageOf(account, state)?.releaseVersion ?? '')
  return state
}

/** Root volume of groups that say nothing of it. */
const diskGiB = 20

function accessOf(access: Sdk.RemoteAccessConfig): NonNullable<NodeGroupState['remoteAccess']> {
  const { ec2SshKey, sourceSecurityGroups } = access
  return {
    ...(ec2SshKey === undefined ? {} : { ec2SshKey }),
    ...(sourceSecurityGroups === undefined ? {} : { sourceSecurityGroups }),
  }
}

/** A taint of the API without the SDK's optional members. */
export function plainTaint(taint: Sdk.Taint): NodeGroupState['taints'][number] {
  const { effect = 'NO_SCHEDULE', key = '', value } = taint
  return value === undefined ? { key, effect } : { key, value, effect }
}

/** Update settings without undefined members; empty means one node at a time, DEFAULT. */
export function plainUpdateConfig(
  config: Sdk.NodegroupUpdateConfig | undefined,
): NodeGroupState['updateConfig'] {
  return {
    ...(config?.maxUnavailable === undefined ? {} : { maxUnavailable: config.maxUnavailable }),
    ...(config?.maxUnavailablePercentage === undefined
      ? {}
      : { maxUnavailablePercentage: config.maxUnavailablePercentage }),
    ...(config?.updateStrategy === undefined ? {} : { updateStrategy: config.updateStrategy }),
  }
}

function makeGroup(account: AwsAccount, nodeGroup: NodeGroupState, recipe: MachineRecipe): void {
  const { clusterName } = nodeGroup
  const name = `eks-${nodeGroup.name}-${nodeGroup.uuid}`
  const template = addChildTemplate(account, nodeGroup, recipe)
  const { desiredSize, maxSize, minSize } = nodeGroup.scaling
  const group = addGroup(account, {
    name,
    clusterName,
    nodeGroupName: nodeGroup.name,
    subnetIds: nodeGroup.subnetIds,
    launchKind: 'mixed',
    templateId: template.id,
    templateName: template.name,
    recipe,
    minSize,
    maxSize,
    desiredCapacity: desiredSize,
    tags: {
      'eks:cluster-name': clusterName,
      'eks:nodegroup-name': nodeGroup.name,
      [`kubernetes.io/cluster/${clusterName}`]: 'owned',
      'k8s.io/cluster-autoscaler/enabled': 'true',
      [`k8s.io/cluster-autoscaler/${clusterName}`]: 'owned',
    },
  })
  nodeGroup.groupName = name
  const cause = { user: 'eks', operation: 'CreateNodegroup' }
  account.emit({ kind: 'group-changed', group, what: 'created', cause })
  reconcileSoon(account, group)
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
    const ids = live.map((one) => one.id)
    const reason =
      failed === undefined || live.length >= group.desiredCapacity
        ? {
            code: 'NodeCreationFailure',
            message: 'Instances failed to join the kubernetes cluster',
            resourceIds: ids,
          }
        : {
            code: 'AsgInstanceLaunchFailures',
            message: failed.statusMessage ?? '',
            resourceIds: [group.name],
          }
    failCreation(account, nodeGroup, reason)
  } else {
    account.kernel.after(lookMs, 'node-group-joining', () =>
      becomeActive(account, nodeGroup, endMs),
    )
  }
}

/** EKS maps the role of every managed group. */
function mapRole(account: AwsAccount, cluster: ClusterState, principalArn: string): void {
  if (cluster.accessEntries.has(principalArn)) return
  addAccessEntry(account, cluster, { principalArn, type: 'EC2_LINUX' })
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
    modifiedAt: new Date(nodeGroup.modifiedMs ?? nodeGroup.createdMs),
    status: nodeGroup.status,
    capacityType: nodeGroup.capacityType,
    scalingConfig: { ...nodeGroup.scaling },
    ...(nodeGroup.instanceTypes.length === 0
      ? {}
      : { instanceTypes: [...nodeGroup.instanceTypes] }),
    subnets: [...nodeGroup.subnetIds],
    amiType: nodeGroup.amiType as Sdk.AMITypes,
    nodeRole: nodeGroup.nodeRole,
    labels: { ...nodeGroup.labels },
    ...(nodeGroup.taints.length === 0
      ? {}
      : { taints: nodeGroup.taints.map((taint) => ({ ...taint })) as Sdk.Taint[] }),
    ...(nodeGroup.diskSize === undefined ? {} : { diskSize: nodeGroup.diskSize }),
    ...(nodeGroup.remoteAccess === undefined
      ? {}
      : { remoteAccess: nodeGroup.remoteAccess as Sdk.RemoteAccessConfig }),
    ...(nodeGroup.nodeRepairConfig === undefined
      ? {}
      : { nodeRepairConfig: { ...nodeGroup.nodeRepairConfig } }),
    resources: {
      autoScalingGroups: nodeGroup.groupName === undefined ? [] : [{ name: nodeGroup.groupName }],
    },
    health: { issues: nodeGroup.issues.map((one) => ({ ...one })) as Sdk.Issue[] },
    updateConfig: updateConfigView(nodeGroup),
    ...(launchTemplate === undefined ? {} : { launchTemplate: { ...launchTemplate } }),
    tags: { ...nodeGroup.tags },
  }
}

function updateConfigView({ updateConfig }: NodeGroupState): Sdk.NodegroupUpdateConfig {
  const isCountDefault = updateConfig.maxUnavailablePercentage === undefined
  return {
    ...(isCountDefault ? { maxUnavailable: 1 } : {}),
    updateStrategy: 'DEFAULT',
    ...updateConfig,
  } as Sdk.NodegroupUpdateConfig
}
