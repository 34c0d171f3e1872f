/** What the parts of the twin promise each other. Twin layer, types only. */

import type { DeleteOptions, KubeApi, ObjectRef, PatchType } from '../world/kube-api.ts'
import type { KubeKind, KubeObjectOf, Node, StringMap, Taint } from '../world/kube-objects.ts'
import type { Session } from './kernel/session.ts'
import type { KubeStore } from './kube/store.ts'

/** An EC2 instance as the Kubernetes side sees it: a machine that may become a node. */
export interface Machine {
  readonly instanceId: string
  readonly clusterName: string
  readonly autoScalingGroupName: string
  /** Name that its Node has already; made up when absent. */
  readonly nodeName?: string
  /** Set for machines of a managed node group. */
  readonly nodeGroupName?: string
  readonly instanceType: string
  readonly zone: string
  readonly region: string
  readonly arch: 'amd64' | 'arm64'
  readonly capacityType: 'SPOT' | 'ON_DEMAND'
  readonly amiFamily: 'AmazonLinux2' | 'AmazonLinux2023'
  readonly imageId: string
  /** e.g. `v1.32.9`. */
  readonly kubeletVersion: string
  /** Labels from user data and EKS; the kubelet adds the well-known ones itself. */
  readonly labels: StringMap
  /** Taints the kubelet registers with. */
  readonly taints: readonly Taint[]
  readonly capacity: MachineCapacity
  readonly allocatable: MachineCapacity
  /** Why the node never joins (wrong user data, role not mapped, ...); undefined when it does. */
  readonly joinFailure?: string
}

/** Room of a machine; extended resources such as `nvidia.com/gpu` by name, whole units. */
export interface MachineCapacity {
  readonly cpuMilli: number
  readonly memoryBytes: number
  readonly pods: number
  readonly extended?: Readonly<Record<string, number>>
}

/** The Kubernetes side of instances: called by the AWS side, in virtual time. */
export interface MachineHost {
  /** The instance was launched: after its boot stages a Node registers and becomes Ready. */
  boot(machine: Machine): void
  /** A machine that is there and Ready at the start of the world: its Node exists at once. */
  place(machine: Machine): Node
  /** The instance is shutting down: its kubelet and containers are gone from now on. */
  stop(instanceId: string): void
  /** The instance is terminated: the cloud controller deletes the Node within seconds. */
  remove(instanceId: string): void
  nodeOf(instanceId: string): Node | undefined
}

/** Who writes: audit user names. Regroup and other clients use their session's name. */
export const systemUsers = {
  autoscaler: 'system:serviceaccount:kube-system:cluster-autoscaler',
  controllerManager: 'system:kube-controller-manager',
  eksNodeManager: 'eks:node-manager',
  kubelet: 'system:node',
  scheduler: 'system:kube-scheduler',
  world: 'world',
} as const

/** A metav1.Status as the API server answers it; `retryAfterSeconds` is also the header. */
export interface StatusAnswer {
  readonly code: number
  readonly status: 'Success' | 'Failure'
  readonly reason?: string
  readonly message?: string
  readonly details?: {
    readonly name?: string
    readonly group?: string
    readonly kind?: string
    readonly causes?: readonly {
      readonly reason?: string
      readonly message?: string
      readonly field?: string
    }[]
    readonly retryAfterSeconds?: number
  }
  /** How long the server works before it answers, beyond the usual; absent = nothing to speak of. */
  readonly processingMs?: number
}

/** Body and query of POST pods/eviction. */
export interface EvictionRequest {
  /** `metadata.name` of the body when it differs from the URL's. */
  readonly bodyName?: string
  readonly queryDryRun?: readonly string[]
  readonly deleteOptions?: {
    readonly gracePeriodSeconds?: number
    readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
    readonly dryRun?: readonly string[]
  }
}

/** One write that reached an API server, successful or not: what an audit log would show. */
export interface AuditRecord {
  readonly atMs: number
  readonly user: string
  readonly verb: 'create' | 'update' | 'patch' | 'delete' | 'evict'
  readonly kind: KubeKind
  readonly ref: ObjectRef
  /** HTTP status of the answer. */
  readonly code: number
  /** For deletes and evictions. */
  readonly uidPrecondition?: string
  /** For deletes and evictions; undefined = the pod's own. */
  readonly gracePeriodSeconds?: number
  /** The object before the write, undefined for creates and misses. */
  readonly before?: KubeObjectOf<KubeKind>
  /** For evictions: what the budget's status said right before. */
  readonly budget?: { readonly name: string; readonly disruptionsAllowed: number }
  readonly isDryRun?: boolean
}

/**
 * The API server of one cluster: the rules in front of the store. Synchronous; failures are thrown as
 * RegroupError, except evictions, which answer a Status. `user` is recorded in the audit log.
 */
export interface ApiServer {
  create<K extends KubeKind>(kind: K, object: KubeObjectOf<K>, user: string): KubeObjectOf<K>
  update<K extends KubeKind>(kind: K, object: KubeObjectOf<K>, user: string): KubeObjectOf<K>
  patch<K extends KubeKind>(
    kind: K,
    ref: ObjectRef,
    patch: { readonly type: PatchType; readonly body: unknown },
    user: string,
  ): KubeObjectOf<K>
  /** Graceful for bound pods: sets deletionTimestamp; the kubelet removes the object later. */
  delete(kind: KubeKind, ref: ObjectRef, options: DeleteOptions, user: string): 'deleted' | 'gone'
  evict(ref: ObjectRef, request: EvictionRequest, user: string): StatusAnswer
  onAudit(listener: (record: AuditRecord) => void): void
}

/** One simulated cluster: store, API server and the port in front of them. */
export interface ClusterTwin {
  readonly name: string
  readonly store: KubeStore
  readonly server: ApiServer
  readonly machines: MachineHost
  /** Version of the API server, e.g. `1.32`; the control plane sets it at the end of an upgrade. */
  kubernetesVersion: string
  /** The port for a client; `session.name` is its user. */
  api(session: Session): KubeApi
}
