/** Rules about what AWS and a cluster say, both ways. */

import type { ClusterFacts, GroupFacts } from '../../src/check/facts.ts'
import type {
  LiveCluster,
  LiveFacts,
  LiveRole,
  LiveSubnet,
} from '../../src/check/live/live-facts.ts'
import { cluster, group, template } from '../check-facts.ts'
import type { RuleExample } from './example.ts'

const nodeRole = 'arn:aws:iam::111122223333:role/nodes'

function subnet(members: Partial<LiveSubnet> = {}): LiveSubnet {
  return {
    id: 'subnet-a',
    zone: 'eu-west-1a',
    freeAddressCount: 4000,
    isPublicIpMapped: false,
    isIpv6Assigned: false,
    tags: {},
    route: 'nat',
    ...members,
  }
}

const control: LiveCluster = {
  version: '1.35',
  securityGroupId: 'sg-1',
  ipFamily: 'ipv4',
  vpcId: 'vpc-1',
  isEndpointPrivate: true,
  cniHasOwnRole: false,
}

function seen(
  members: Partial<LiveFacts>,
  groups: readonly GroupFacts[] = [group()],
): ClusterFacts {
  return cluster(groups, { live: { region: 'eu-west-1', unseen: [], ...members } })
}

/** One new group in these subnets. */
function inSubnets(
  subnets: readonly LiveSubnet[],
  members: Partial<LiveFacts> = {},
  groupMembers: Partial<GroupFacts> = {},
): ClusterFacts {
  const subnetIds = subnets.map(({ id }) => id)
  return seen(
    { cluster: control, subnets: new Map(subnets.map((one) => [one.id, one])), ...members },
    [group({ subnetIds, ...groupMembers })],
  )
}

function withRole(role: LiveRole): ClusterFacts {
  return seen({ cluster: control, roles: new Map([[nodeRole, role]]) }, [group({ nodeRole })])
}

const role = {
  principals: ['ec2.amazonaws.com'],
  managedPolicies: ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly'],
  ownActions: ['ec2:*NetworkInterface*'],
}

const image = { name: 'ours-1.35', arch: 'x86_64', createdOn: '2026-08-01' } as const
const custom = group({ amiMode: 'custom', template: template({ ImageId: 'ami-1' }) })
const release = 'amazon-eks-node-al2023-x86_64-standard-1.35-v20260714'
const pinned = group({ amiType: 'AL2023_x86_64_STANDARD', releaseVersion: '1.35.6-20260714' })
const budget = {
  name: 'shop/web',
  allowedCount: 0,
  healthyCount: 1,
  wantedCount: 1,
  podCount: 1,
}
const twoZones = [subnet(), subnet({ id: 'subnet-b', zone: 'eu-west-1b' })]
const names = (count: number) =>
  new Map(
    Array.from({ length: count }, (_, index) => [
      `ng-${index}`,
      { version: '1.35', scaling: { min: 0, max: 1 }, subnetIds: [] },
    ]),
  )

export const liveExamples: readonly RuleExample[] = [
  {
    rule: 'NET-1',
    fires: inSubnets([subnet({ route: 'internet' })]),
    quiet: inSubnets([subnet({ route: 'internet', isPublicIpMapped: true })]),
    says: 'Subnet subnet-a routes to an internet gateway',
  },
  {
    rule: 'NET-2',
    fires: inSubnets([subnet()], { cluster: { ...control, ipFamily: 'ipv6' } }),
    quiet: inSubnets([subnet({ isIpv6Assigned: true })], {
      cluster: { ...control, ipFamily: 'ipv6' },
    }),
    says: 'Subnet subnet-a does not assign IPv6',
  },
  {
    rule: 'NET-3',
    fires: inSubnets([subnet({ freeAddressCount: 39 })], {}, { scaling: { min: 2, max: 9 } }),
    quiet: inSubnets([subnet({ freeAddressCount: 40 })], {}, { scaling: { min: 2, max: 9 } }),
    says: 'has 39 free addresses; 40 are needed for 2 new nodes of web',
  },
  {
    rule: 'NET-3',
    fires: inSubnets(
      [subnet({ freeAddressCount: 99 })],
      {},
      { action: 'update', updateConfig: { maxUnavailable: 5 } },
    ),
    quiet: inSubnets(
      [subnet({ freeAddressCount: 5 })],
      { cluster: { ...control, ipFamily: 'ipv6' } },
      { action: 'update', updateConfig: { maxUnavailable: 5 } },
    ),
    says: '100 are needed for 5 surge nodes of web',
  },
  {
    rule: 'NET-4',
    fires: inSubnets(twoZones, { zonalVolumeCount: 1 }),
    quiet: inSubnets([subnet()], { zonalVolumeCount: 1 }),
    says: 'One group over eu-west-1a, eu-west-1b with zonal volumes',
  },
  {
    rule: 'NET-5',
    fires: inSubnets([subnet({ route: 'none' })], {
      cluster: { ...control, isEndpointPrivate: false },
    }),
    quiet: inSubnets([subnet({ route: 'none' })]),
    says: 'Nodes in subnet-a can reach neither',
  },
  {
    rule: 'LT-20',
    fires: inSubnets(
      [subnet({ route: 'internet', isPublicIpMapped: true })],
      { cluster: { ...control, isEndpointPrivate: false } },
      { template: template({ NetworkInterfaces: [{ DeviceIndex: 0 }, { DeviceIndex: 1 }] }) },
    ),
    quiet: inSubnets(
      [subnet({ route: 'internet', isPublicIpMapped: true })],
      {},
      { template: template({ NetworkInterfaces: [{ DeviceIndex: 0 }, { DeviceIndex: 1 }] }) },
    ),
    says: 'Several network interfaces',
  },
  {
    rule: 'IAM-1',
    fires: withRole({ ...role, principals: ['ecs.amazonaws.com'] }),
    quiet: withRole(role),
    says: `Role ${nodeRole} does not trust ec2.amazonaws.com`,
  },
  {
    rule: 'IAM-1',
    fires: withRole('missing'),
    quiet: withRole({ ...role, principals: ['ec2.amazonaws.com.cn'] }),
    says: `Role ${nodeRole} does not exist`,
  },
  {
    rule: 'IAM-2',
    fires: withRole({ ...role, ownActions: ['ec2:Describe*'] }),
    quiet: withRole(role),
    says: 'lacks AmazonEKS_CNI_Policy',
  },
  {
    rule: 'IAM-2',
    fires: withRole({ ...role, managedPolicies: ['AmazonEKS_CNI_Policy'] }),
    quiet: withRole({
      ...role,
      managedPolicies: ['AmazonEKS_CNI_Policy'],
      ownActions: ['EC2:describe*', 'ecr:BatchGetImag?'],
    }),
    says: 'lacks AmazonEKSWorkerNodePolicy, AmazonEC2ContainerRegistryPullOnly',
  },
  {
    rule: 'AMI-5',
    fires: seen({ images: new Map([['ami-1', { ...image, arch: 'arm64' }]]) }, [custom]),
    quiet: seen({ images: new Map([['ami-1', image]]) }, [custom]),
    says: 'Instance type m6i.large is x86_64, AMI ami-1 is arm64',
  },
  {
    rule: 'AMI-6',
    fires: inSubnets(twoZones, { offerings: new Map([['eu-west-1a', new Set(['m6i.large'])]]) }),
    quiet: inSubnets([subnet()], { offerings: new Map([['eu-west-1a', new Set(['m6i.large'])]]) }),
    says: 'Instance type m6i.large is not offered in eu-west-1b',
  },
  {
    rule: 'AMI-8',
    fires: seen({ images: new Map([['ami-1', { ...image, createdOn: '2026-01-01' }]]) }, [custom]),
    quiet: seen({ images: new Map([['ami-1', image]]) }, [custom]),
    says: 'Custom AMI ami-1 is 329 days old',
  },
  {
    rule: 'AMI-8',
    fires: seen(
      { images: new Map([['ami-1', { ...image, name: 'amazon-eks-node-1.32-v20260801' }]]) },
      [custom],
    ),
    quiet: seen({ images: new Map([['ami-1', { ...image, name: release }]]) }, [custom]),
    says: 'carries kubelet 1.32 on a 1.35 cluster',
  },
  {
    rule: 'VER-3',
    fires: seen({ releases: new Set() }, [pinned]),
    quiet: seen({ releases: new Set([release]) }, [pinned]),
    says: `Release 1.35.6-20260714 does not exist in eu-west-1: there is no image ${release}`,
  },
  {
    rule: 'LT-15',
    fires: seen(
      {
        securityGroups: new Map([
          ['sg-1', { 'kubernetes.io/cluster/shop': 'owned' }],
          ['sg-2', { 'kubernetes.io/cluster/shop': 'shared' }],
        ]),
      },
      [group({ template: template({ SecurityGroupIds: ['sg-1', 'sg-2'] }) })],
    ),
    quiet: seen(
      {
        securityGroups: new Map([
          ['sg-1', { 'kubernetes.io/cluster/shop': 'owned' }],
          ['sg-2', { 'kubernetes.io/cluster/other': 'owned' }],
        ]),
      },
      [group({ template: template({ SecurityGroupIds: ['sg-1', 'sg-2'] }) })],
    ),
    says: 'Nodes get 2 security groups tagged kubernetes.io/cluster/shop',
  },
  {
    rule: 'LT-17',
    fires: seen({ metadataUsers: ['a/b', 'c/d', 'e/f', 'g/h'] }, [
      group({ template: template({ MetadataOptions: { HttpPutResponseHopLimit: 1 } }) }),
    ]),
    quiet: seen({ metadataUsers: ['a/b'] }),
    says: 'a/b, c/d, e/f and 1 more look as if they need it',
  },
  ...(
    [
      [{ ImageId: 'ami-1' }, { images: new Map([['ami-1', image]]) }, 'AMI ami-1'],
      [{ KeyName: 'ops' }, { keyPairs: new Set(['ops']) }, 'key pair ops'],
      [
        { Placement: { GroupName: 'gpu' } },
        { placementGroups: new Set(['gpu']) },
        'placement group gpu',
      ],
      [
        { SecurityGroupIds: ['sg-9'] },
        { securityGroups: new Map([['sg-9', {}]]) },
        'security group sg-9',
      ],
    ] as const
  ).map(([data, known, names]): RuleExample => {
    const none = { images: new Map(), keyPairs: new Set<string>() }
    const others = { placementGroups: new Set<string>(), securityGroups: new Map() }
    const named = group({ template: template(data) })
    return {
      rule: 'LT-23',
      fires: seen({ ...none, ...others }, [named]),
      quiet: seen(known, [named]),
      says: `Launch template lt:3 names ${names}, which does not exist in eu-west-1`,
    }
  }),
  {
    rule: 'NAM-1',
    fires: seen({ nodeGroups: new Map([...names(1), ['web', names(1).get('ng-0')!]]) }),
    quiet: seen({ nodeGroups: names(3) }),
    says: 'Node group name web is already used in the cluster',
  },
  {
    rule: 'SCL-6',
    fires: seen({ nodeGroups: names(30) }),
    quiet: seen({ nodeGroups: names(29) }),
    says: '31 nodes or groups exceed',
  },
  {
    rule: 'PDB-1',
    fires: seen({ budgets: [budget] }),
    quiet: seen({
      budgets: [
        { ...budget, podCount: 0 },
        { ...budget, allowedCount: 1 },
      ],
    }),
    says: 'PodDisruptionBudget shop/web allows no eviction (1 of 1 pod must stay)',
  },
  {
    rule: 'PDB-1',
    fires: seen({ budgets: [{ ...budget, allowedCount: 1, overlaps: 'all' }] }),
    quiet: seen({ budgets: [] }),
    says: 'it shares pods with all',
  },
  {
    rule: 'PDB-2',
    fires: seen({ tolerateAll: ['shop/web'] }),
    quiet: seen({ tolerateAll: [] }),
    says: 'shop/web tolerates every taint',
  },
]
