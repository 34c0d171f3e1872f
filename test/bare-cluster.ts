/** A cluster for tests with an API server and the disruption controller, but no node and no other controller. */

import { Kernel } from '../src/twin/kernel/kernel.ts'
import { KubeCluster } from '../src/twin/kube/cluster.ts'
import type {
  KubeObject,
  Node,
  OwnerReference,
  Pod,
  PodDisruptionBudget,
  Taint,
} from '../src/world/kube-objects.ts'

/** Namespace of everything that is seeded. */
export const namespace = 'shop'
/** Labels of every seeded pod unless it says otherwise; budgets select them. */
export const webLabels = { app: 'web' }

/** The cluster and its clock. */
export interface BareCluster {
  readonly kernel: Kernel
  readonly cluster: KubeCluster
  advance(ms: number): void
}

/** With one Namespace object. */
export function bareCluster(): BareCluster {
  const kernel = new Kernel({ seed: 'bare', startMs: Date.parse('2026-09-01T08:00:00Z') })
  const cluster = new KubeCluster({ kernel, name: 'c1', kubernetesVersion: '1.35' })
  cluster.store.create('Namespace', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
    status: { phase: 'Active' },
  })
  return { kernel, cluster, advance: (ms) => kernel.advanceTo(kernel.nowMs() + ms) }
}

/** What a seeded pod is; by default Running, Ready, bound, without controller. */
export interface PodSeed {
  readonly name?: string
  readonly uid?: string
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed'
  readonly isReady?: boolean
  readonly isBound?: boolean
  /** `n1` unless it says so. */
  readonly nodeName?: string
  readonly owner?: OwnerReference
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly finalizers?: readonly string[]
}

/** Writes a pod straight into the store. */
export function seedPod({ cluster }: BareCluster, seed: PodSeed = {}): Pod {
  const { annotations, finalizers, owner, uid } = seed
  return cluster.store.create('Pod', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace,
      name: seed.name ?? 'web-1',
      labels: seed.labels ?? webLabels,
      ...(uid === undefined ? {} : { uid }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ...(owner === undefined ? {} : { ownerReferences: [owner] }),
    },
    spec: {
      containers: [{ name: 'web' }],
      terminationGracePeriodSeconds: 30,
      ...(seed.isBound === false ? {} : { nodeName: seed.nodeName ?? 'n1' }),
    },
    status: {
      phase: seed.phase ?? 'Running',
      conditions: [{ type: 'Ready', status: seed.isReady === false ? 'False' : 'True' }],
    },
  })
}

/** A Ready node with 2 CPU, 4 Gi and, unless it says so, three places for pods. */
export function seedNode(
  { cluster }: BareCluster,
  seed: {
    readonly name?: string
    readonly zone?: string
    readonly pods?: number
    readonly isCordoned?: boolean
    readonly labels?: Readonly<Record<string, string>>
    readonly taints?: readonly Taint[]
  } = {},
): Node {
  const { labels, name = 'n1', pods = 3, taints = [], zone = 'a' } = seed
  return cluster.store.create('Node', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'topology.kubernetes.io/zone': zone,
        ...labels,
      },
    },
    spec: { taints, ...(seed.isCordoned === true ? { unschedulable: true } : {}) },
    status: {
      allocatable: { cpu: '2', memory: '4Gi', pods: String(pods) },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  })
}

/** Writes a budget over the seeded pods straight into the store, with a status if one is given. */
export function seedBudget(
  { cluster }: BareCluster,
  seed: {
    readonly name?: string
    readonly spec?: Partial<PodDisruptionBudget['spec']>
    readonly status?: Partial<NonNullable<PodDisruptionBudget['status']>>
  } = {},
): PodDisruptionBudget {
  const status = seed.status && {
    currentHealthy: 0,
    desiredHealthy: 0,
    disruptionsAllowed: 0,
    expectedPods: 0,
    observedGeneration: 1,
    ...seed.status,
  }
  return cluster.store.create('PodDisruptionBudget', {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { namespace, name: seed.name ?? 'web' },
    spec: { selector: { matchLabels: webLabels }, ...seed.spec },
    ...(status === undefined ? {} : { status }),
  })
}

/** A controller of the kind with so many replicas, and the reference to put on its pods. */
export function seedOwner(
  { cluster }: BareCluster,
  kind: 'Deployment' | 'ReplicaSet' | 'StatefulSet' | 'DaemonSet' | 'Job',
  options: {
    readonly name?: string
    readonly replicas?: number
    readonly owner?: OwnerReference
  } = {},
): OwnerReference {
  const { owner, replicas } = options
  const apiVersion = kind === 'Job' ? 'batch/v1' : 'apps/v1'
  const template = { metadata: { labels: webLabels }, spec: { containers: [{ name: 'web' }] } }
  const object = {
    apiVersion,
    kind,
    metadata: {
      namespace,
      name: options.name ?? 'web',
      ...(owner === undefined ? {} : { ownerReferences: [owner] }),
    },
    spec: {
      selector: { matchLabels: webLabels },
      template,
      ...(replicas === undefined ? {} : { replicas }),
    },
  } as unknown as KubeObject
  const { name, uid = '' } = cluster.store.create(kind, object as never).metadata
  return { apiVersion, kind, name, uid, controller: true }
}

/** A Deployment with its ReplicaSet: the reference of the ReplicaSet. */
export function seedDeployment(
  bare: BareCluster,
  options: { readonly name?: string; readonly replicas?: number } = {},
): OwnerReference {
  const owner = seedOwner(bare, 'Deployment', options)
  return seedOwner(bare, 'ReplicaSet', { ...options, name: `${owner.name}-rs`, owner })
}

/** So many Ready pods of an owner; undefined = bare pods. */
export function seedPods(bare: BareCluster, count: number, seed: PodSeed = {}): readonly Pod[] {
  const prefix = seed.name ?? seed.owner?.name ?? 'bare'
  return Array.from({ length: count }, (_, index) =>
    seedPod(bare, { ...seed, name: `${prefix}-${index}` }),
  )
}

/** The budget as it stands. */
export function budgetOf({ cluster }: BareCluster, name = 'web'): PodDisruptionBudget {
  const found = cluster.store.get('PodDisruptionBudget', namespace, name)
  if (found === undefined) throw new Error(`no budget ${name}`)
  return found
}

/** expected / desired / healthy / allowed, as the measured tables write them. */
export function numbersOf(bare: BareCluster, name = 'web'): readonly (number | undefined)[] {
  const status = budgetOf(bare, name).status
  return [
    status?.expectedPods,
    status?.desiredHealthy,
    status?.currentHealthy,
    status?.disruptionsAllowed,
  ]
}
