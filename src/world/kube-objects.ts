/**
 * The Kubernetes kinds that Regroup reads and writes, as readonly partial types. World layer.
 * Objects are immutable: whoever changes one makes a new one. Unknown members are kept by everybody.
 */

/** Label or annotation map. */
export type StringMap = Readonly<Record<string, string>>

/** Standard object metadata; times are RFC 3339 with seconds, as the API server writes them. */
export interface ObjectMeta {
  readonly name: string
  readonly namespace?: string
  readonly generateName?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly generation?: number
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly deletionGracePeriodSeconds?: number
  readonly labels?: StringMap
  readonly annotations?: StringMap
  readonly ownerReferences?: readonly OwnerReference[]
  readonly finalizers?: readonly string[]
}

/** Owner of an object; at most one has `controller: true`. */
export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
  readonly blockOwnerDeletion?: boolean
}

/** `status` is the text 'True', 'False' or 'Unknown'. */
export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string
  readonly lastHeartbeatTime?: string
  readonly observedGeneration?: number
}

/** Selector of workloads and budgets: all of both parts must hold; `{}` matches everything. */
export interface LabelSelector {
  readonly matchLabels?: StringMap
  readonly matchExpressions?: readonly SelectorRequirement[]
}

/** One requirement; `values` is empty for Exists and DoesNotExist. */
export interface SelectorRequirement {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt'
  readonly values?: readonly string[]
}

interface KubeObjectBase<ApiVersion extends string, Kind extends string> {
  readonly apiVersion: ApiVersion
  readonly kind: Kind
  readonly metadata: ObjectMeta
}

/** Node taint, Kubernetes spelling of the effect. */
export interface Taint {
  readonly key: string
  readonly value?: string
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute'
  readonly timeAdded?: string
}

/** Pod toleration; no key with Exists tolerates everything; no effect means all effects. */
export interface Toleration {
  readonly key?: string
  readonly operator?: 'Exists' | 'Equal'
  readonly value?: string
  readonly effect?: string
  readonly tolerationSeconds?: number
}

/** Quantities as text, e.g. `{cpu: '500m', memory: '1Gi'}`. */
export type ResourceList = Readonly<Record<string, string>>

export interface Node extends KubeObjectBase<'v1', 'Node'> {
  readonly spec?: {
    readonly providerID?: string
    readonly unschedulable?: boolean
    readonly taints?: readonly Taint[]
    readonly podCIDR?: string
  }
  readonly status?: {
    readonly capacity?: ResourceList
    readonly allocatable?: ResourceList
    readonly conditions?: readonly Condition[]
    readonly addresses?: readonly { readonly type: string; readonly address: string }[]
    readonly nodeInfo?: Readonly<Record<string, string>>
  }
}

/** One container; only what scheduling and draining look at. */
export interface Container {
  readonly name: string
  readonly image?: string
  readonly restartPolicy?: string
  readonly ports?: readonly {
    readonly containerPort: number
    readonly hostPort?: number
    readonly protocol?: string
    readonly hostIP?: string
  }[]
  readonly resources?: { readonly requests?: ResourceList; readonly limits?: ResourceList }
  readonly readinessProbe?: Probe
  readonly startupProbe?: Probe
  readonly lifecycle?: { readonly preStop?: Readonly<Record<string, unknown>> }
}

/** Timing of a probe; seconds, Kubernetes defaults when absent. */
export interface Probe {
  readonly initialDelaySeconds?: number
  readonly periodSeconds?: number
  readonly failureThreshold?: number
}

/** One term of node affinity: all requirements must hold. */
export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly SelectorRequirement[]
  readonly matchFields?: readonly SelectorRequirement[]
}

/** One term of pod (anti-)affinity. */
export interface PodAffinityTerm {
  readonly labelSelector?: LabelSelector
  readonly topologyKey: string
  readonly namespaces?: readonly string[]
  readonly namespaceSelector?: LabelSelector
}

interface PodAffinityRules {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodAffinityTerm[]
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
    readonly weight: number
    readonly podAffinityTerm: PodAffinityTerm
  }[]
}

export interface Affinity {
  readonly nodeAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: {
      readonly nodeSelectorTerms: readonly NodeSelectorTerm[]
    }
    readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
      readonly weight: number
      readonly preference: NodeSelectorTerm
    }[]
  }
  readonly podAffinity?: PodAffinityRules
  readonly podAntiAffinity?: PodAffinityRules
}

export interface TopologySpreadConstraint {
  readonly maxSkew: number
  readonly topologyKey: string
  readonly whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway'
  readonly labelSelector?: LabelSelector
  readonly minDomains?: number
}

/** A volume; exactly one source. Other sources are kept but not interpreted. */
export interface Volume {
  readonly name: string
  readonly emptyDir?: { readonly medium?: string }
  readonly hostPath?: { readonly path: string }
  readonly persistentVolumeClaim?: { readonly claimName: string }
}

export interface PodSpec {
  readonly nodeName?: string
  readonly containers: readonly Container[]
  readonly initContainers?: readonly Container[]
  readonly nodeSelector?: StringMap
  readonly affinity?: Affinity
  readonly tolerations?: readonly Toleration[]
  readonly topologySpreadConstraints?: readonly TopologySpreadConstraint[]
  readonly terminationGracePeriodSeconds?: number
  readonly priority?: number
  readonly priorityClassName?: string
  readonly restartPolicy?: string
  readonly hostNetwork?: boolean
  readonly schedulerName?: string
  readonly schedulingGates?: readonly { readonly name: string }[]
  readonly serviceAccountName?: string
  readonly volumes?: readonly Volume[]
  readonly overhead?: ResourceList
}

export interface Pod extends KubeObjectBase<'v1', 'Pod'> {
  readonly spec: PodSpec
  readonly status?: {
    readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'
    readonly conditions?: readonly Condition[]
    readonly reason?: string
    readonly podIP?: string
    readonly startTime?: string
    readonly containerStatuses?: readonly Readonly<Record<string, unknown>>[]
  }
}

/** Template of a workload's pods. */
export interface PodTemplate {
  readonly metadata?: { readonly labels?: StringMap; readonly annotations?: StringMap }
  readonly spec: PodSpec
}

interface WorkloadStatus {
  readonly observedGeneration?: number
  readonly replicas?: number
  readonly readyReplicas?: number
  readonly availableReplicas?: number
  readonly updatedReplicas?: number
  readonly currentRevision?: string
  readonly updateRevision?: string
}

export interface Deployment extends KubeObjectBase<'apps/v1', 'Deployment'> {
  readonly spec: {
    readonly replicas?: number
    readonly selector: LabelSelector
    readonly template: PodTemplate
    readonly minReadySeconds?: number
    readonly strategy?: {
      readonly type?: 'RollingUpdate' | 'Recreate'
      readonly rollingUpdate?: {
        readonly maxSurge?: number | string
        readonly maxUnavailable?: number | string
      }
    }
  }
  readonly status?: WorkloadStatus
}

export interface ReplicaSet extends KubeObjectBase<'apps/v1', 'ReplicaSet'> {
  readonly spec: {
    readonly replicas?: number
    readonly selector: LabelSelector
    readonly template: PodTemplate
    readonly minReadySeconds?: number
  }
  readonly status?: WorkloadStatus
}

export interface StatefulSet extends KubeObjectBase<'apps/v1', 'StatefulSet'> {
  readonly spec: {
    readonly replicas?: number
    readonly selector: LabelSelector
    readonly template: PodTemplate
    readonly serviceName?: string
    readonly podManagementPolicy?: 'OrderedReady' | 'Parallel'
    readonly updateStrategy?: { readonly type?: 'RollingUpdate' | 'OnDelete' }
    readonly volumeClaimTemplates?: readonly {
      readonly metadata: { readonly name: string; readonly labels?: StringMap }
      readonly spec?: Readonly<Record<string, unknown>>
    }[]
  }
  readonly status?: WorkloadStatus
}

export interface DaemonSet extends KubeObjectBase<'apps/v1', 'DaemonSet'> {
  readonly spec: { readonly selector: LabelSelector; readonly template: PodTemplate }
  readonly status?: {
    readonly desiredNumberScheduled?: number
    readonly numberReady?: number
    readonly observedGeneration?: number
  }
}

export interface Job extends KubeObjectBase<'batch/v1', 'Job'> {
  readonly spec: {
    readonly parallelism?: number
    readonly completions?: number
    readonly backoffLimit?: number
    readonly activeDeadlineSeconds?: number
    readonly podReplacementPolicy?: 'TerminatingOrFailed' | 'Failed'
    readonly podFailurePolicy?: Readonly<Record<string, unknown>>
    readonly selector?: LabelSelector
    readonly template: PodTemplate
  }
  readonly status?: {
    readonly active?: number
    readonly succeeded?: number
    readonly failed?: number
    readonly conditions?: readonly Condition[]
  }
}

export interface PodDisruptionBudget extends KubeObjectBase<'policy/v1', 'PodDisruptionBudget'> {
  readonly spec: {
    readonly minAvailable?: number | string
    readonly maxUnavailable?: number | string
    readonly selector?: LabelSelector
    readonly unhealthyPodEvictionPolicy?: 'IfHealthyBudget' | 'AlwaysAllow'
  }
  readonly status?: {
    readonly observedGeneration?: number
    readonly disruptedPods?: StringMap
    readonly disruptionsAllowed: number
    readonly currentHealthy: number
    readonly desiredHealthy: number
    readonly expectedPods: number
    readonly conditions?: readonly Condition[]
  }
}

export interface ConfigMap extends KubeObjectBase<'v1', 'ConfigMap'> {
  readonly data?: StringMap
}

/** `renewTime` and `acquireTime` are RFC 3339 with microseconds. */
export interface Lease extends KubeObjectBase<'coordination.k8s.io/v1', 'Lease'> {
  readonly spec?: {
    readonly holderIdentity?: string
    readonly leaseDurationSeconds?: number
    readonly acquireTime?: string
    readonly renewTime?: string
    readonly leaseTransitions?: number
  }
}

export interface Namespace extends KubeObjectBase<'v1', 'Namespace'> {
  readonly status?: { readonly phase?: 'Active' | 'Terminating' }
}

export interface PersistentVolumeClaim extends KubeObjectBase<'v1', 'PersistentVolumeClaim'> {
  readonly spec?: {
    readonly volumeName?: string
    readonly storageClassName?: string
    readonly accessModes?: readonly string[]
    readonly resources?: { readonly requests?: ResourceList }
  }
  readonly status?: { readonly phase?: string }
}

export interface PersistentVolume extends KubeObjectBase<'v1', 'PersistentVolume'> {
  readonly spec?: {
    readonly capacity?: ResourceList
    readonly accessModes?: readonly string[]
    readonly storageClassName?: string
    readonly claimRef?: {
      readonly namespace?: string
      readonly name?: string
      readonly uid?: string
    }
    readonly csi?: { readonly driver: string; readonly volumeHandle: string }
    readonly local?: { readonly path: string }
    readonly nodeAffinity?: {
      readonly required?: { readonly nodeSelectorTerms: readonly NodeSelectorTerm[] }
    }
  }
  readonly status?: { readonly phase?: string }
}

export interface VolumeAttachment extends KubeObjectBase<'storage.k8s.io/v1', 'VolumeAttachment'> {
  readonly spec: {
    readonly attacher: string
    readonly nodeName: string
    readonly source: { readonly persistentVolumeName?: string }
  }
  readonly status?: { readonly attached: boolean }
}

/** Kubernetes core/v1 Event. */
export interface KubeEvent extends KubeObjectBase<'v1', 'Event'> {
  readonly involvedObject: {
    readonly kind?: string
    readonly namespace?: string
    readonly name?: string
    readonly uid?: string
  }
  readonly reason?: string
  readonly message?: string
  readonly type?: string
  readonly count?: number
  readonly firstTimestamp?: string
  readonly lastTimestamp?: string
  readonly source?: { readonly component?: string }
}

/** A webhook configuration; only what tells whether it can stop an eviction or a new pod. */
export interface WebhookConfiguration<Kind extends string>
  extends KubeObjectBase<'admissionregistration.k8s.io/v1', Kind> {
  readonly webhooks?: readonly {
    readonly name: string
    readonly failurePolicy?: 'Fail' | 'Ignore'
    readonly clientConfig?: {
      readonly service?: { readonly namespace: string; readonly name: string }
    }
    readonly rules?: readonly {
      readonly apiGroups?: readonly string[]
      readonly resources?: readonly string[]
      readonly operations?: readonly string[]
    }[]
  }[]
}

/** Service; only its selector matters here. */
export interface Service extends KubeObjectBase<'v1', 'Service'> {
  readonly spec?: { readonly selector?: StringMap }
}

/** Priority of pods by class name. */
export interface PriorityClass extends KubeObjectBase<'scheduling.k8s.io/v1', 'PriorityClass'> {
  readonly value: number
  readonly globalDefault?: boolean
}

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
