/** Access entries: who may come to a cluster, as what. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import type { AwsAccount } from '../account.ts'
import { awsError } from '../errors.ts'
import type { AccessEntryState, ClusterState } from '../state.ts'
import { requireEntriesOn } from './cluster-settings.ts'
import { listPage } from './lists.ts'

/** The policy of whoever created a cluster. */
export const adminPolicyArn = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy'

/** Groups and names that come with the types of nodes. */
const nodeTypes: Readonly<Record<string, readonly string[]>> = {
  EC2: ['system:nodes'],
  EC2_LINUX: ['system:nodes'],
  EC2_WINDOWS: ['eks:kube-proxy-windows', 'system:nodes'],
  FARGATE_LINUX: ['system:node-proxier', 'system:nodes'],
  HYBRID_LINUX: ['system:nodes'],
}

/** An entry that is there from now on; replaces one of the same principal. */
export function addAccessEntry(
  account: AwsAccount,
  cluster: ClusterState,
  spec: {
    readonly principalArn: string
    readonly type: string
    readonly username?: string
    readonly groups?: readonly string[]
    readonly tags?: AccessEntryState['tags']
  },
): AccessEntryState {
  const { principalArn, type } = spec
  const nowMs = account.kernel.nowMs()
  const entry: AccessEntryState = {
    principalArn,
    type,
    uuid: account.kernel.uuid('access-entry'),
    createdMs: nowMs,
    modifiedMs: nowMs,
    username: spec.username ?? usernameOf(principalArn, type),
    groups: spec.groups ?? nodeTypes[type] ?? [],
    policies: new Map(),
    tags: spec.tags ?? {},
  }
  cluster.accessEntries.set(principalArn, entry)
  return entry
}

/** What EKS calls a principal that was given no name. */
function usernameOf(principalArn: string, type: string): string {
  if (type in nodeTypes) return 'system:node:{{EC2PrivateDNSName}}'
  const role = /^arn:([\w-]+):iam::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(principalArn)
  if (role === null) return principalArn
  const [, partition, accountId, name] = role
  return `arn:${partition}:sts::${accountId}:assumed-role/${name}/{{SessionName}}`
}

/** @throws RegroupError ResourceNotFoundException, InvalidRequestException. */
export function requireEntry(
  account: AwsAccount,
  input: { readonly clusterName: string | undefined; readonly principalArn: string | undefined },
): AccessEntryState {
  const cluster = account.cluster(input.clusterName)
  requireEntriesOn(cluster)
  const found = cluster.accessEntries.get(input.principalArn ?? '')
  if (found !== undefined) return found
  const text = `The specified principalArn could not be found: ${input.principalArn}`
  throw awsError('ResourceNotFoundException', text)
}

function createAccessEntry(
  account: AwsAccount,
  input: Sdk.CreateAccessEntryRequest,
): Sdk.CreateAccessEntryResponse {
  const cluster = account.cluster(input.clusterName)
  requireEntriesOn(cluster)
  const principalArn = input.principalArn ?? ''
  const scope = `access-entry/${cluster.name}/${principalArn}`
  return account.once(scope, input.clientRequestToken, () => {
    if (cluster.accessEntries.has(principalArn)) {
      const text = 'The specified access entry resource is already in use on this cluster.'
      throw awsError('ResourceInUseException', text)
    }
    checkEntry(input)
    const entry = addAccessEntry(account, cluster, {
      principalArn,
      type: input.type ?? 'STANDARD',
      ...(input.username === undefined ? {} : { username: input.username }),
      ...(input.kubernetesGroups === undefined ? {} : { groups: input.kubernetesGroups }),
      tags: { ...input.tags },
    })
    return { accessEntry: entryView(account, cluster, entry) }
  })
}

function checkEntry(input: Sdk.CreateAccessEntryRequest): void {
  const type = input.type ?? 'STANDARD'
  if (type !== 'STANDARD' && !(type in nodeTypes)) {
    throw awsError('InvalidParameterException', `The access entry type ${type} is not valid`)
  }
  const isNode = type in nodeTypes
  if (isNode && (input.kubernetesGroups?.length || input.username)) {
    const text = `kubernetesGroups and username cannot be set for access entries of type ${type}`
    throw awsError('InvalidParameterException', text)
  }
  const reserved = input.kubernetesGroups?.find((one) => /^(system|eks|aws|amazon|iam):/.test(one))
  if (reserved !== undefined) {
    const text = `The kubernetes group name ${reserved} is invalid, it cannot start with system:`
    throw awsError('InvalidParameterException', text)
  }
}

function deleteAccessEntry(
  account: AwsAccount,
  input: Sdk.DeleteAccessEntryRequest,
): Sdk.DeleteAccessEntryResponse {
  const { principalArn } = requireEntry(account, input as Required<typeof input>)
  const cluster = account.cluster(input.clusterName)
  cluster.accessEntries.delete(principalArn)
  account.forgetTokens(`access-entry/${cluster.name}/${principalArn}`)
  return {}
}

function updateAccessEntry(
  account: AwsAccount,
  input: Sdk.UpdateAccessEntryRequest,
): Sdk.UpdateAccessEntryResponse {
  const entry = requireEntry(account, input as Required<typeof input>)
  const type = entry.type
  checkEntry({ ...input, type } as Sdk.CreateAccessEntryRequest)
  entry.groups = input.kubernetesGroups ?? entry.groups
  entry.username = input.username ?? entry.username
  entry.modifiedMs = account.kernel.nowMs()
  return { accessEntry: entryView(account, account.cluster(input.clusterName), entry) }
}

function describeAccessEntry(
  account: AwsAccount,
  input: Sdk.DescribeAccessEntryRequest,
): Sdk.DescribeAccessEntryResponse {
  const entry = requireEntry(account, input as Required<typeof input>)
  return { accessEntry: entryView(account, account.cluster(input.clusterName), entry) }
}

function listAccessEntries(
  account: AwsAccount,
  input: Sdk.ListAccessEntriesRequest,
): Sdk.ListAccessEntriesResponse {
  const cluster = account.cluster(input.clusterName)
  requireEntriesOn(cluster)
  const policy = input.associatedPolicyArn
  const names = [...cluster.accessEntries.values()]
    .filter((one) => policy === undefined || one.policies.has(policy))
    .map((one) => one.principalArn)
  const { answer, page } = listPage(names.sort(), input)
  return { accessEntries: page, ...answer }
}

function entryView(
  account: AwsAccount,
  cluster: ClusterState,
  entry: AccessEntryState,
): Sdk.AccessEntry {
  return {
    clusterName: cluster.name,
    principalArn: entry.principalArn,
    accessEntryArn: entryArn(account, cluster, entry),
    kubernetesGroups: [...entry.groups],
    username: entry.username,
    type: entry.type,
    createdAt: new Date(entry.createdMs),
    modifiedAt: new Date(entry.modifiedMs),
    tags: { ...entry.tags },
  }
}

/** `access-entry/CLUSTER/KIND/ACCOUNT/NAME/UUID`. */
export function entryArn(
  account: AwsAccount,
  cluster: ClusterState,
  { principalArn, uuid }: AccessEntryState,
): string {
  const [, , , , owner = account.accountId, resource = ''] = principalArn.split(':')
  const [kind = 'role'] = resource.split('/')
  const name = resource.split('/').at(-1)
  return `arn:aws:eks:${account.region}:${account.accountId}:access-entry/${cluster.name}/${kind}/${owner}/${name}/${uuid}`
}

/** Operations on access entries. */
export const accessEntryOperations = {
  createAccessEntry,
  deleteAccessEntry,
  describeAccessEntry,
  listAccessEntries,
  updateAccessEntry,
}
