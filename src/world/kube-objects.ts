/**
 * The Kubernetes kinds that Regroup reads and writes, as readonly partial types. World layer.
 * Objects are immutable: whoever changes one makes a new one. Unknown members are kept by everybody.
 */

import type { ConfigMap, KubeEvent, Lease, Namespace, Service } from './kube-objects/cluster.ts'
import type {
  PodDisruptionBudget,
  PriorityClass,
  WebhookConfiguration,
} from './kube-objects/disruption.ts'
import type { Node } from './kube-objects/node.ts'
import type { Pod } from './kube-objects/pod.ts'
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  VolumeAttachment,
} from './kube-objects/storage.ts'
import type {
  DaemonSet,
  Deployment,
  Job,
  ReplicaSet,
  StatefulSet,
} from './kube-objects/workload.ts'

export type {
  Affinity,
  NodeSelectorTerm,
  PodAffinityTerm,
  Toleration,
  TopologySpreadConstraint,
} from './kube-objects/affinity.ts'
export type { ConfigMap, Lease } from './kube-objects/cluster.ts'
export type { PodDisruptionBudget } from './kube-objects/disruption.ts'
export type {
  Condition,
  LabelSelector,
  ObjectMeta,
  OwnerReference,
  SelectorRequirement,
  StringMap,
} from './kube-objects/metadata.ts'
export type { Node, ResourceList, Taint } from './kube-objects/node.ts'
export type { Container, Pod, PodSpec, PodTemplate, Probe } from './kube-objects/pod.ts'
export type { PersistentVolume, PersistentVolumeClaim } from './kube-objects/storage.ts'
export type {
  DaemonSet,
  Deployment,
  Job,
  ReplicaSet,
  StatefulSet,
} from './kube-objects/workload.ts'

/** Every kind behind the port, by its Kubernetes name. */
export interface KubeKinds {
  ConfigMap: ConfigMap
  DaemonSet: DaemonSet
  Deployment: Deployment
  Event: KubeEvent
  Job: Job
  Lease: Lease
  MutatingWebhookConfiguration: WebhookConfiguration<'MutatingWebhookConfiguration'>
  Namespace: Namespace
  Node: Node
  PersistentVolume: PersistentVolume
  PersistentVolumeClaim: PersistentVolumeClaim
  Pod: Pod
  PodDisruptionBudget: PodDisruptionBudget
  PriorityClass: PriorityClass
  ReplicaSet: ReplicaSet
  Service: Service
  StatefulSet: StatefulSet
  ValidatingWebhookConfiguration: WebhookConfiguration<'ValidatingWebhookConfiguration'>
  VolumeAttachment: VolumeAttachment
}

/** Name of a kind behind the port. */
export type KubeKind = keyof KubeKinds

/** The object type of a kind. */
export type KubeObjectOf<K extends KubeKind> = KubeKinds[K]

/** Any object behind the port. */
export type KubeObject = KubeKinds[KubeKind]
