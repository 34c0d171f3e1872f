/** One AWS account in one Region: the state that all services share. Twin layer. */

import type { ClusterTwin } from '../contracts.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Session } from '../kernel/session.ts'
import { LifecycleWaits } from './autoscaling/lifecycle-waits.ts'
import type { ConfigurationState } from './autoscaling/state.ts'
import { Capacity } from './capacity.ts'
import { Network } from './ec2/network.ts'
import type { KeyPairState, PlacementGroupState, SubnetState, TemplateState } from './ec2/state.ts'
import { awsError } from './errors.ts'
import { Iam } from './iam/state.ts'
import { Images } from './images.ts'
import { awsPort, type TwinAwsApi } from './port.ts'
import type {
  AccountChange,
  Cause,
  ClusterState,
  GroupState,
  InstanceState,
  NodeGroupState,
} from './state.ts'

/** How an account starts. */
export interface AwsAccountOptions {
  readonly kernel: Kernel
  /** 12 digits. */
  readonly accountId: string
  readonly region: string
  /** Makes the Kubernetes side of a new cluster; undefined = CreateCluster is refused. */
  readonly startCluster?: (name: string, kubernetesVersion: string) => ClusterTwin
  /** IAM is global: shared by the accounts of all Regions. @default a new one */
  readonly iam?: Iam
}

/** State and change feed; operations live in the service folders and work on it. */
export class AwsAccount {
  readonly kernel: Kernel
  readonly accountId: string
  readonly region: string
  readonly startCluster: AwsAccountOptions['startCluster']
  readonly capacity = new Capacity()
  readonly iam: Iam
  readonly lifecycleWaits = new LifecycleWaits()
  readonly network = new Network()
  readonly images: Images
  readonly clusters = new Map<string, ClusterState>()
  readonly nodeGroups = new Map<string, NodeGroupState>()
  readonly groups = new Map<string, GroupState>()
  readonly instances = new Map<string, InstanceState>()
  readonly templates = new Map<string, TemplateState>()
  readonly subnets = new Map<string, SubnetState>()
  /** By name. */
  readonly keyPairs = new Map<string, KeyPairState>()
  /** By name. */
  readonly placementGroups = new Map<string, PlacementGroupState>()
  /** Launch configurations by name; they outlive their groups. */
  readonly configurations = new Map<string, ConfigurationState>()
  /** Answers of writes by client token. */
  readonly tokens = new Map<string, unknown>()
  private readonly listeners: ((change: AccountChange) => void)[] = []

  constructor({ accountId, iam, kernel, region, startCluster }: AwsAccountOptions) {
    this.startCluster = startCluster
    this.iam = iam ?? new Iam()
    this.kernel = kernel
    this.accountId = accountId
    this.region = region
    this.images = new Images()
  }

  /** The port for a client. */
  api(session: Session): TwinAwsApi {
    return awsPort(this, session)
  }

  /** ARN of the account itself. */
  get rootArn(): string {
    return `arn:aws:iam::${this.accountId}:root`
  }

  onChange(listener: (change: AccountChange) => void): void {
    this.listeners.push(listener)
  }

  /** Tells listeners and the journal. */
  emit(change: AccountChange): void {
    const { kernel } = this
    kernel.journal.add({
      kind: 'state',
      actor: actorOf(change),
      what: change.kind,
      ...lineOf(change),
    })
    for (const listener of this.listeners) listener(change)
  }

  /** @throws RegroupError ResourceNotFoundException. */
  cluster(name: string | undefined): ClusterState {
    const found = this.clusters.get(name ?? '')
    if (found === undefined)
      throw awsError('ResourceNotFoundException', `No cluster found for name: ${name}.`)
    return found
  }

  /** @throws RegroupError ResourceNotFoundException. */
  nodeGroup(clusterName: string | undefined, name: string | undefined): NodeGroupState {
    this.cluster(clusterName)
    const found = this.nodeGroups.get(`${clusterName}/${name}`)
    if (found !== undefined) return found
    const text = `No node group found for name: ${name}.`
    throw awsError('ResourceNotFoundException', text)
  }

  /** @throws RegroupError ValidationError. */
  group(name: string | undefined): GroupState {
    const found = this.groups.get(name ?? '')
    if (found === undefined) {
      throw awsError(
        'ValidationError',
        `AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`,
      )
    }
    return found
  }

  /** The first answer to a client token is the answer to all its repetitions. */
  once<T>(scope: string, token: string | undefined, create: () => T): T {
    if (token === undefined) return create()
    const key = `${scope}/${token}`
    if (this.tokens.has(key)) return this.tokens.get(key) as T
    const answer = create()
    this.tokens.set(key, answer)
    return answer
  }

  /** What was created under these tokens is gone: equal requests create anew. */
  forgetTokens(scope: string): void {
    for (const key of this.tokens.keys()) if (key.startsWith(`${scope}/`)) this.tokens.delete(key)
  }
}

function actorOf(change: AccountChange): string {
  return 'cause' in change ? change.cause.user : 'aws'
}

function lineOf(change: AccountChange): { object: string; detail: string } {
  switch (change.kind) {
    case 'instance-launched':
    case 'instance-terminating':
      return {
        object: change.instance.id,
        detail: `${change.instance.groupName} ${text(change.cause)}`,
      }
    case 'instance-terminated':
      return { object: change.instance.id, detail: change.instance.groupName }
    case 'group-changed':
      return { object: change.group.name, detail: `${change.what} ${text(change.cause)}` }
    case 'group-deleted':
      return { object: change.group.name, detail: text(change.cause) }
    case 'node-group':
      return { object: change.nodeGroup.name, detail: change.status }
    case 'cluster':
      return { object: change.cluster.name, detail: change.status }
    case 'cluster-version':
      return { object: change.cluster.name, detail: change.cluster.version }
  }
}

function text(cause: Cause): string {
  return `${cause.user} ${cause.operation}`
}
