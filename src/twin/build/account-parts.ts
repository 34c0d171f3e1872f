/** What an account of a world starts with: its network, roles and clusters. Twin layer. */

import type { AwsAccount } from '../aws/account.ts'
import { addSecurityGroup } from '../aws/ec2/security-group.ts'
import { addVpc } from '../aws/ec2/vpc.ts'
import { addAccessEntry } from '../aws/eks/access-entry.ts'
import { catalogueAddons, defaultAddonVersion } from '../aws/eks/versions.ts'
import { addRole, trustOf } from '../aws/iam/role.ts'
import type { AddonState, ClusterState } from '../aws/state.ts'
import type { ClusterTwin } from '../contracts.ts'
import type { WorldCluster, WorldSpec } from './world-spec.ts'

/** One VPC with a private subnet per zone; nothing for a world without zones. */
export function addNetwork(account: AwsAccount, spec: WorldSpec): void {
  if (spec.zones.length === 0) return
  const vpc = addVpc(account, { cidr: '10.0.0.0/16', tags: { Name: spec.name } })
  spec.zones.forEach((zone, index) => {
    const id = `subnet-${account.kernel.hexId('subnet', 17)}`
    account.subnets.set(id, {
      id,
      zone,
      vpcId: vpc.id,
      cidr: `10.0.${index * 16}.0/20`,
      freeAddressCount: spec.freeAddresses[zone] ?? 4000,
      tags: { 'kubernetes.io/role/internal-elb': '1', Name: `private-${zone}` },
    })
  })
}

/** The cluster with its add-ons, security group and both roles. */
export function addWorldCluster(account: AwsAccount, spec: WorldCluster, twin: ClusterTwin): void {
  const { accountId, kernel, region } = account
  const vpcId = [...account.subnets.values()][0]?.vpcId ?? ''
  const group = addSecurityGroup(account, {
    id: `sg-${kernel.hexId('security-group', 17)}`,
    name: `${spec.name}-worker-nodes`,
    description: `Worker nodes of ${spec.name}`,
    vpcId,
    tags: { [`kubernetes.io/cluster/${spec.name}`]: 'owned' },
  })
  const cluster: ClusterState = {
    name: spec.name,
    arn: `arn:aws:eks:${region}:${accountId}:cluster/${spec.name}`,
    createdMs: kernel.startMs,
    twin,
    version: spec.kubernetesVersion,
    status: 'ACTIVE',
    subnetIds: [...account.subnets.keys()],
    securityGroupId: group.id,
    roleArn: `arn:aws:iam::${accountId}:role/${spec.name}-cluster`,
    addons: worldAddons(account, spec),
    updates: [],
    accessEntries: new Map(),
    tags: {},
  }
  account.clusters.set(spec.name, cluster)
  addRoleOnce(account, cluster.roleArn, 'eks.amazonaws.com', ['AmazonEKSClusterPolicy'])
  addRoleOnce(account, spec.nodeRole, 'ec2.amazonaws.com', nodePolicies)
  addAccessEntry(account, cluster, { principalArn: spec.nodeRole, type: 'EC2_LINUX' })
}

function worldAddons(account: AwsAccount, spec: WorldCluster): Map<string, AddonState> {
  const addons = new Map<string, AddonState>()
  for (const name of catalogueAddons) {
    const version = defaultAddonVersion(name, spec.kubernetesVersion)
    const createdMs = account.kernel.startMs
    addons.set(name, { name, version, status: 'ACTIVE', createdMs, updates: [] })
  }
  return addons
}

/** What a node needs: to find its cluster, to pull images, to give pods addresses. */
const nodePolicies = [
  'AmazonEC2ContainerRegistryPullOnly',
  'AmazonEKSWorkerNodePolicy',
  'AmazonEKS_CNI_Policy',
]

function addRoleOnce(
  account: AwsAccount,
  arn: string,
  principal: string,
  policies: readonly string[],
): void {
  const [, , , , , resource = ''] = arn.split(':')
  const parts = resource.split('/')
  const name = parts.at(-1) ?? ''
  const path = parts.length > 2 ? `/${parts.slice(1, -1).join('/')}/` : '/'
  if (account.iam.roles.has(name)) return
  const role = addRole(account, { name, path, trustPolicy: trustOf(principal) })
  for (const policy of policies) role.attached.add(`arn:aws:iam::aws:policy/${policy}`)
}
