/** A small account for tests: one cluster, three zones, no workloads. */

import { AwsAccount } from '../src/twin/aws/account.ts'
import { addGroup, type GroupSpec, placeInstances } from '../src/twin/aws/autoscaling/build.ts'
import { catalogueAddons, defaultAddonVersion } from '../src/twin/aws/eks/versions.ts'
import { addRole, trustOf } from '../src/twin/aws/iam/role.ts'
import type { TwinAwsApi } from '../src/twin/aws/port.ts'
import type { AccountChange, GroupState } from '../src/twin/aws/state.ts'
import { startKubeSide } from '../src/twin/build/kube-side.ts'
import { Faults } from '../src/twin/kernel/faults.ts'
import { Kernel } from '../src/twin/kernel/kernel.ts'
import { Session } from '../src/twin/kernel/session.ts'
import { KubeCluster } from '../src/twin/kube/cluster.ts'
import { startControllers } from '../src/twin/kube/controllers/start.ts'
import { Scheduler } from '../src/twin/kube/scheduler/scheduler.ts'
import type { AwsApi } from '../src/world/aws-api.ts'
import type { Clock } from '../src/world/clock.ts'
import { isFailure } from '../src/world/failure.ts'
import type { KubeApi } from '../src/world/kube-api.ts'
import type { Pod, PodDisruptionBudget } from '../src/world/kube-objects.ts'

/** Name of the cluster. */
export const clusterName = 'c1'
/** The role of its nodes. */
export const nodeRole = 'arn:aws:iam::111122223333:role/nodes'
const startMs = Date.parse('2026-09-01T08:00:00Z')

/** The account, its cluster, a client's port and what changed. */
export interface SmallWorld {
  readonly kernel: Kernel
  readonly faults: Faults
  readonly account: AwsAccount
  readonly cluster: KubeCluster
  readonly api: TwinAwsApi
  readonly changes: AccountChange[]
  /** Runs one call to its end. */
  call<T>(work: Promise<T>): Promise<T>
  /** The service's error code of a call that fails; `ok` when it does not. */
  codeOf(work: Promise<unknown>): Promise<string>
  advance(ms: number): void
  /** A further client with ports of its own. */
  connect(name: string): SmallClient
}

/** One client of a small world. */
export interface SmallClient {
  readonly session: Session
  readonly clock: Clock
  readonly kube: KubeApi
  readonly aws: AwsApi
}

/** Subnets are called subnet-a, subnet-b, subnet-c. */
export function smallWorld(
  options: { version?: string; freeAddressCount?: number } = {},
): SmallWorld {
  const version = options.version ?? '1.32'
  const kernel = new Kernel({ seed: 'small', startMs })
  const faults = new Faults('small')
  const account = new AwsAccount({
    kernel,
    accountId: '111122223333',
    region: 'eu-west-1',
    startCluster: (name, kubernetesVersion) => startKubeSide(kernel, name, kubernetesVersion),
  })
  for (const [name, principal] of [
    ['nodes', 'ec2.amazonaws.com'],
    ['cluster', 'eks.amazonaws.com'],
  ] as const) {
    addRole(account, { name, trustPolicy: trustOf(principal) })
  }
  for (const letter of ['a', 'b', 'c']) {
    account.subnets.set(`subnet-${letter}`, {
      id: `subnet-${letter}`,
      zone: `eu-west-1${letter}`,
      vpcId: 'vpc-1',
      cidr: '10.0.0.0/20',
      freeAddressCount: options.freeAddressCount ?? 100,
      tags: {},
    })
  }
  const cluster = new KubeCluster({ kernel, name: clusterName, kubernetesVersion: version })
  startControllers(kernel, cluster)
  new Scheduler(kernel, cluster)
  addCluster(account, cluster, version)
  const changes: AccountChange[] = []
  account.onChange((change) => changes.push(change))
  const api = account.api(new Session('tester', kernel, faults))
  const call = <T>(work: Promise<T>): Promise<T> => kernel.runUntil(work)
  return {
    kernel,
    faults,
    account,
    cluster,
    api,
    changes,
    call,
    codeOf: async (work) => {
      try {
        await call(work)
        return 'ok'
      } catch (error) {
        if (isFailure(error)) return error.context.serviceCode ?? error.code
        throw error
      }
    },
    advance: (ms) => kernel.advanceTo(kernel.nowMs() + ms),
    connect: (name) => {
      const session = new Session(name, kernel, faults)
      return {
        session,
        clock: session.clock,
        kube: cluster.api(session),
        aws: account.api(session),
      }
    },
  }
}

function addCluster(account: AwsAccount, twin: KubeCluster, version: string): void {
  account.clusters.set(clusterName, {
    name: clusterName,
    arn: `arn:aws:eks:eu-west-1:111122223333:cluster/${clusterName}`,
    createdMs: startMs,
    twin,
    version,
    status: 'ACTIVE',
    subnetIds: [...account.subnets.keys()],
    securityGroupId: 'sg-1',
    roleArn: 'arn:aws:iam::111122223333:role/cluster',
    addons: new Map(
      catalogueAddons.map((name) => [
        name,
        {
          name,
          version: defaultAddonVersion(name, version),
          status: 'ACTIVE',
          createdMs: startMs,
          updates: [],
        },
      ]),
    ),
    updates: [],
    accessEntries: new Map(),
    tags: {},
  })
}

/**
 * A self-managed group `old` of m6i.large with Ready nodes: 0..6, three of them unless told
 * otherwise.
 */
export function addOldGroup(world: SmallWorld, spec: Partial<GroupSpec> = {}): GroupState {
  const group = addGroup(world.account, {
    name: 'old',
    clusterName,
    subnetIds: ['subnet-a', 'subnet-b', 'subnet-c'],
    launchKind: 'template',
    recipe: {
      instanceTypes: ['m6i.large'],
      capacityType: 'ON_DEMAND',
      amiFamily: 'AmazonLinux2',
      imageId: 'ami-old',
      kubeletVersion: 'v1.32.9',
      labels: {},
      taints: [],
      templateVersion: '1',
    },
    minSize: 0,
    maxSize: 6,
    desiredCapacity: 3,
    tags: {},
    ...spec,
  })
  placeInstances(world.account, group, [])
  return group
}

/** The request of a group `ng` in all zones with AL2023 images. */
export function nodeGroupRequest(
  sizes: { minSize?: number; maxSize?: number; desiredSize?: number } = {},
): Parameters<AwsApi['eks']['createNodegroup']>[0] {
  return {
    clusterName,
    nodegroupName: 'ng',
    nodeRole,
    subnets: ['subnet-a', 'subnet-b', 'subnet-c'],
    amiType: 'AL2023_x86_64_STANDARD',
    instanceTypes: ['m6i.large'],
    scalingConfig: { minSize: 0, maxSize: 6, desiredSize: 3, ...sizes },
  }
}

/** A bare running pod on a node, with label app=web; its budget allows no eviction if told so. */
export function addPod(world: SmallWorld, nodeName: string, isGuarded: boolean): void {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'default', name: `web-${nodeName}`, labels: { app: 'web' } },
    spec: { nodeName, containers: [{ name: 'web' }], terminationGracePeriodSeconds: 5 },
  }
  world.cluster.server.create('Pod', pod, 'tester')
  if (!isGuarded || world.cluster.store.get('PodDisruptionBudget', 'default', 'web')) return
  const budget: PodDisruptionBudget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { namespace: 'default', name: 'web' },
    spec: { minAvailable: 100, selector: { matchLabels: { app: 'web' } } },
  }
  world.cluster.server.create('PodDisruptionBudget', budget, 'tester')
}
