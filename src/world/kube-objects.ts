/**
 * The Kubernetes kinds that Regroup reads and writes, as readonly partial types. World layer.
 * Objects are immutable: whoever changes one makes a new one. Unknown members are kept by everybody.
 */

export type {
  Affinity,
  NodeSelectorTerm,
  PodAffinityTerm,
  Toleration,
  TopologySpreadConstraint,
} from './kube-objects/affinity.ts'
export type { ConfigMap, Lease } from './kube-objects/cluster.ts'
export type { PodDisruptionBudget } from './kube-objects/disruption.ts'
export type { KubeKind, KubeObject, KubeObjectOf } from './kube-objects/kinds.ts'
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
