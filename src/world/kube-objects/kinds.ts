/** Every kind by its name. World layer, types only. */

import type { ConfigMap, KubeEvent, Lease, Namespace, Service } from './cluster.ts'
import type { PodDisruptionBudget, PriorityClass, WebhookConfiguration } from './disruption.ts'
import type { Node } from './node.ts'
import type { Pod } from './pod.ts'
import type { PersistentVolume, PersistentVolumeClaim, VolumeAttachment } from './storage.ts'
import type { DaemonSet, Deployment, Job, ReplicaSet, StatefulSet } from './workload.ts'

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
