/** Migrations as decide sees them: a target, and an observation that starts half way. */

import type { MigrationRecord, Observed, ObservedGroup } from '../src/decide/observed.ts'
import type { MigrationPolicy, MigrationTarget, TargetNodeGroup } from '../src/decide/target.ts'
import type { StringMap, Taint } from '../src/world/kube-objects.ts'
import { type ClusterObjects, clusterView, instanceIdOf } from './cluster-view.ts'

/** Name of the cluster of these migrations. */
const migratedCluster = 'c1'

/** Policy without canary and soaks; surge of one node per group. */
export const quickPolicy: MigrationPolicy = {
  surge: { count: 1 },
  surgeMax: 25,
  canaryNodeCount: 0,
  canarySoakMs: 300_000,
  emptySoakMs: 5000,
  groupSoakMs: 60_000,
  nodeDeadlineMs: 3_600_000,
  drain: {
    virtualBudgetFraction: 0.1,
    podDeadlineMs: 900_000,
    jobs: 'wait',
    barePods: 'block',
    jobDeadlineMs: 86_400_000,
    overrides: new Map(),
  },
}

/** A managed node group that is wanted: nodes of 4 CPU and 16 GiB in a zone. */
export function aTargetGroup(
  name: string,
  parts: {
    readonly zone?: string
    readonly priority?: number
    readonly minSize?: number
    readonly maxSize?: number
    readonly labels?: StringMap
    readonly taints?: readonly Taint[]
  } = {},
): TargetNodeGroup {
  const { labels = {}, maxSize = 10, minSize = 0, priority = 50, taints = [], zone = 'a' } = parts
  return {
    name,
    zone,
    priority,
    minSize,
    maxSize,
    template: {
      labels: { 'topology.kubernetes.io/zone': zone, ...labels },
      taints,
      allocatable: { cpuMilli: 4000, memoryBytes: 16 * 2 ** 30, podCount: 20, extended: {} },
    },
    creation: {
      nodeGroupName: name,
      subnetIds: [`subnet-${zone}`],
      nodeRole: 'arn:aws:iam::111122223333:role/nodes',
      capacityType: 'ON_DEMAND',
      amiType: 'AL2023_x86_64_STANDARD',
      releaseVersion: '1.32.9-20260801',
      instanceTypes: ['m6i.large'],
      minSize,
      maxSize,
      desiredSize: minSize,
      labels,
      taints: [],
      tags: {},
      updateConfig: undefined,
      launchTemplate: {
        name: `regroup-${name}`,
        data: {},
        tags: {},
        isGzipped: false,
        contentHash: 'h1',
      },
    },
  }
}

/** Old groups are those called `old-...`; one new group `new-a` unless told otherwise. */
export function aTarget(parts: Partial<MigrationTarget> = {}): MigrationTarget {
  return {
    clusterName: migratedCluster,
    kubernetesVersion: '1.32',
    nodeGroups: [aTargetGroup('new-a')],
    oldGroups: [{ nameGlob: 'old-*' }],
    addons: ['kube-proxy', 'vpc-cni', 'coredns'],
    autoscalerTags: { '1.32': 'v1.32.8', '1.33': 'v1.33.6', '1.34': 'v1.34.5', '1.35': 'v1.35.2' },
    managesPriorities: false,
    policy: quickPolicy,
    ...parts,
  }
}

/** A group with an instance per node name. */
export function aGroup(
  name: string,
  nodeNames: readonly string[],
  parts: Partial<ObservedGroup> = {},
): ObservedGroup {
  return {
    name,
    minSize: 0,
    maxSize: 10,
    desiredCapacity: nodeNames.length,
    zones: ['a'],
    instances: nodeNames.map((nodeName) => ({
      instanceId: instanceIdOf(nodeName),
      zone: 'a',
      lifecycleState: 'InService',
      isProtected: false,
    })),
    suspendedProcesses: [],
    tags: {},
    isDiscoveryPropagated: true,
    isDeleting: false,
    isInstanceRefreshActive: false,
    hasWarmPool: false,
    launchFailure: undefined,
    ...parts,
  }
}

/** The same group after its fence. */
export function aFencedGroup(
  name: string,
  nodeNames: readonly string[],
  parts: Partial<ObservedGroup> = {},
): ObservedGroup {
  const desired = nodeNames.length
  const fence = { min: 1, max: 10, desired, suspended: [] }
  return aGroup(name, nodeNames, {
    maxSize: desired,
    suspendedProcesses: ['AZRebalance', 'AlarmNotification', 'InstanceRefresh', 'ScheduledActions'],
    ...parts,
    tags: { 'regroup.dev/fence': JSON.stringify(fence), ...parts.tags },
  })
}

/** What is observed; the record says that a migration of the old nodes has begun. */
export function anObservation(
  parts: Partial<Omit<Observed, 'drain' | 'record'>> & {
    readonly objects?: ClusterObjects
    readonly record?: MigrationRecord
  },
): Observed {
  const { groups = [], nodeGroups = [], objects = {}, record } = parts
  const oldCount = groups
    .filter((group) => group.name.startsWith('old-'))
    .reduce((sum, group) => sum + group.instances.length, 0)
  return {
    control: {
      name: migratedCluster,
      arn: 'arn:aws:eks:eu-west-1:111122223333:cluster/c1',
      version: '1.32',
      status: 'ACTIVE',
      endpoint: 'https://example.com',
      certificateAuthority: '',
      serviceCidr: '172.20.0.0/16',
      update: undefined,
      offeredVersions: ['1.32', '1.33', '1.34', '1.35'],
    },
    addons: [],
    autoscaler: undefined,
    priorities: undefined,
    ...parts,
    nodeGroups,
    groups,
    record: record ?? { exists: true, originalNodeCount: oldCount, originalNewNodeCount: 0 },
    drain: clusterView(objects),
  }
}

/** The managed node group behind a new group, ACTIVE. */
export function aNodeGroup(name: string, status = 'ACTIVE'): Observed['nodeGroups'][number] {
  return {
    name,
    status,
    version: '1.32',
    releaseVersion: '1.32.9-20260801',
    groupNames: status === 'CREATING' ? [] : [`eks-${name}`],
    minSize: 0,
    maxSize: 10,
    issues: [],
    tags: {},
    nodeRole: 'arn:aws:iam::111122223333:role/nodes',
  }
}
