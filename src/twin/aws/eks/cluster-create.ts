/** CreateCluster: checked at once, made in minutes, its Kubernetes side included. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import { between } from '../../kernel/draws.ts'
import type { AwsAccount } from '../account.ts'
import { addSecurityGroup } from '../ec2/security-group.ts'
import { awsError } from '../errors.ts'
import type { ClusterState } from '../state.ts'
import { addAccessEntry, adminPolicyArn } from './access-entry.ts'
import { clusterView } from './cluster.ts'
import { settingsFor } from './cluster-settings.ts'
import { defaultVersion, offeredVersions } from './versions.ts'

/** CREATING to ACTIVE (fleet-upgrades 8.1: eight to eleven minutes seen). */
const createMs = [480_000, 660_000] as const

/**
 * @throws RegroupError ResourceInUseException, InvalidParameterException,
 * UnsupportedAvailabilityZoneException.
 */
export function createCluster(
  account: AwsAccount,
  input: Sdk.CreateClusterRequest,
  user: string,
): Sdk.CreateClusterResponse {
  const name = input.name ?? ''
  return account.once(`cluster/${name}`, input.clientRequestToken, () => {
    checkCluster(account, input)
    const cluster = addCluster(account, input, user)
    account.emit({ kind: 'cluster', cluster, status: 'CREATING' })
    const random = account.kernel.random(`create-cluster/${name}`)
    account.kernel.after(between(random, ...createMs), 'cluster-created', () => {
      if (cluster.status !== 'CREATING') return
      cluster.status = 'ACTIVE'
      account.emit({ kind: 'cluster', cluster, status: 'ACTIVE' })
    })
    return { cluster: clusterView(account, cluster) }
  })
}

function parameter(message: string): Error {
  return awsError('InvalidParameterException', message)
}

function checkCluster(account: AwsAccount, input: Sdk.CreateClusterRequest): void {
  const name = input.name ?? ''
  if (account.clusters.has(name)) {
    throw awsError('ResourceInUseException', `Cluster already exists with name: ${name}`)
  }
  if (!/^[0-9A-Za-z][A-Za-z0-9\-_]{0,99}$/.test(name)) {
    throw parameter(
      'The cluster name must match ^[0-9A-Za-z][A-Za-z0-9\\-_]* with 1 to 100 letters',
    )
  }
  const version = input.version ?? defaultVersion
  if (!offeredVersions.includes(version)) {
    throw parameter(`unsupported Kubernetes version ${version}`)
  }
  checkRole(account, input.roleArn ?? '')
  checkNetwork(account, input.resourcesVpcConfig)
}

/** EKS tries to assume the role before it accepts the request. */
function checkRole(account: AwsAccount, arn: string): void {
  const role = account.iam.roles.get(arn.split('/').at(-1) ?? '')
  if (role?.arn === arn && role.trustPolicy.includes('eks.amazonaws.com')) return
  throw parameter(
    `Role with arn: ${arn}, could not be assumed because it does not exist or the trusted entity is not correct`,
  )
}

function checkNetwork(account: AwsAccount, vpc: Sdk.VpcConfigRequest | undefined): void {
  const subnets = (vpc?.subnetIds ?? []).map((id) => {
    const subnet = account.subnets.get(id)
    if (subnet === undefined) throw parameter(`The subnet ID '${id}' does not exist`)
    return subnet
  })
  if (new Set(subnets.map((one) => one.zone)).size < 2) {
    throw parameter('Subnets specified must be in at least two different AZs')
  }
  if (new Set(subnets.map((one) => one.vpcId)).size > 1) {
    throw parameter('Subnets specified must belong to the same VPC')
  }
  for (const id of vpc?.securityGroupIds ?? []) {
    if (account.network.securityGroups.has(id)) continue
    throw parameter(`The security group '${id}' does not exist`)
  }
  if (vpc?.endpointPublicAccess === false && vpc.endpointPrivateAccess !== true) {
    throw parameter('Private and public endpoint access cannot be false')
  }
}

function addCluster(
  account: AwsAccount,
  input: Sdk.CreateClusterRequest,
  user: string,
): ClusterState {
  const name = input.name ?? ''
  const version = input.version ?? defaultVersion
  const twin = account.startCluster?.(name, version)
  if (twin === undefined) {
    throw awsError('InvalidRequestException', 'this world cannot make clusters')
  }
  const subnetIds = input.resourcesVpcConfig?.subnetIds ?? []
  const group = addSecurityGroup(account, {
    name: `eks-cluster-sg-${name}-${account.kernel.hexId('cluster-sg', 9)}`,
    description:
      'EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, as well as any managed workloads.',
    vpcId: account.subnets.get(subnetIds[0] ?? '')?.vpcId ?? '',
    tags: { [`kubernetes.io/cluster/${name}`]: 'owned', 'aws:eks:cluster-name': name },
  })
  const cluster: ClusterState = {
    name,
    arn: `arn:aws:eks:${account.region}:${account.accountId}:cluster/${name}`,
    createdMs: account.kernel.nowMs(),
    twin,
    version,
    status: 'CREATING',
    subnetIds,
    securityGroupId: group.id,
    roleArn: input.roleArn ?? '',
    addons: new Map(),
    updates: [],
    accessEntries: new Map(),
    settings: settingsFor(input),
    tags: { ...input.tags },
  }
  account.clusters.set(name, cluster)
  if (cluster.settings?.isCreatorAdmin === true) {
    const principalArn = `arn:aws:iam::${account.accountId}:user/${user}`
    const entry = addAccessEntry(account, cluster, { principalArn, type: 'STANDARD' })
    const nowMs = account.kernel.nowMs()
    const scope = {
      type: 'cluster',
      namespaces: [],
      associatedMs: nowMs,
      modifiedMs: nowMs,
    } as const
    entry.policies.set(adminPolicyArn, scope)
  }
  return cluster
}
