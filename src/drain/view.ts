/** What draining sees of one cluster: plain, indexed data. Drain layer, types only. */

import type {
  Affinity,
  LabelSelector,
  StringMap,
  Taint,
  Toleration,
  TopologySpreadConstraint,
} from '../world/kube-objects.ts'

/** Room in whole units: millicores, bytes, pods; extended resources by name. */
export interface Room {
  readonly cpuMilli: number
  readonly memoryBytes: number
  readonly podCount: number
  readonly extended: Readonly<Record<string, number>>
}

/** A node as the drain sees it. */
export interface DrainNode {
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
  /** From `spec.providerID`; undefined when the node belongs to no instance. */
  readonly instanceId: string | undefined
  readonly zone: string
  readonly isReady: boolean
  readonly isUnschedulable: boolean
  readonly labels: StringMap
  readonly annotations: StringMap
  readonly taints: readonly Taint[]
  readonly allocatable: Room
  readonly createdAtMs: number
  readonly kubeletVersion: string
}

/** How a pod stands to a drain. */
export type PodOwnerKind = 'none' | 'daemon-set' | 'stateful-set' | 'replica-set' | 'job' | 'other'

/** Requirements of a pod, shared by all pods of one template. */
export interface PodNeeds {
  readonly requests: Room
  readonly nodeSelector: StringMap
  readonly affinity: Affinity | undefined
  readonly tolerations: readonly Toleration[]
  readonly topologySpread: readonly TopologySpreadConstraint[]
  readonly hostPorts: readonly string[]
  readonly claimNames: readonly string[]
  readonly hasEmptyDir: boolean
  readonly hasHostPath: boolean
  readonly gracePeriodSeconds: number
  readonly priority: number
  /** True for restartPolicy Never and OnFailure: the pod ends by itself. */
  readonly runsToCompletion: boolean
}

/** A pod as the drain sees it. */
export interface DrainPod {
  readonly key: string
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly nodeName: string | undefined
  readonly labels: StringMap
  readonly annotations: StringMap
  readonly phase: string
  readonly isReady: boolean
  /** Text of the PodScheduled=False condition; undefined when scheduled or not yet tried. */
  readonly unschedulableMessage: string | undefined
  readonly createdAtMs: number
  /** End of the grace period: deletionTimestamp; undefined while the pod is not being deleted. */
  readonly deletionAtMs: number | undefined
  readonly ownerKind: PodOwnerKind
  /** uid of the controller; for ReplicaSets of a Deployment that of the ReplicaSet. */
  readonly ownerUid: string | undefined
  readonly ownerName: string | undefined
  readonly isMirror: boolean
  readonly finalizers: readonly string[]
  readonly needs: PodNeeds
}

/** A disruption budget with its status as last observed. */
export interface DrainBudget {
  readonly key: string
  readonly namespace: string
  readonly name: string
  readonly selector: LabelSelector | undefined
  readonly disruptionsAllowed: number
  readonly currentHealthy: number
  readonly desiredHealthy: number
  readonly expectedPods: number
  /** False while observedGeneration lags: every eviction would be answered "still processed". */
  readonly isObserved: boolean
  readonly syncFailedMessage: string | undefined
  readonly policy: 'IfHealthyBudget' | 'AlwaysAllow'
  readonly minAvailable: number | string | undefined
  readonly maxUnavailable: number | string | undefined
}

/** A controller of pods. */
export interface DrainController {
  readonly uid: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  /** Wanted pods; undefined when the kind has no replicas that we know. */
  readonly replicas: number | undefined
}

/** A bound claim's volume, as far as it limits where a pod can run. */
export interface DrainVolume {
  readonly claimKey: string
  readonly volumeName: string
  /** Zones the volume can be used in; undefined = anywhere. */
  readonly zones: readonly string[] | undefined
  /**
   * Node label whose value must be one of the zones, where it is a label that a storage driver puts on its
   * nodes: a node on which the driver does not run (yet) lacks it. Undefined = the node's own zone counts.
   */
  readonly zoneLabel: string | undefined
  /** True for shared file systems, which many nodes can use at once. */
  readonly isShared: boolean
  /** Set for local volumes: the data dies with the node. */
  readonly localNodeName: string | undefined
}

/** Everything, indexed once per observation. */
export interface DrainView {
  readonly nodes: ReadonlyMap<string, DrainNode>
  readonly nodeByInstance: ReadonlyMap<string, DrainNode>
  readonly pods: ReadonlyMap<string, DrainPod>
  readonly podsByNode: ReadonlyMap<string, ReadonlyMap<string, DrainPod>>
  /** Grows with every change that can alter what a node's pods stand for: pods, their budgets, siblings, volumes. */
  readonly versionByNode: ReadonlyMap<string, number>
  /** Requests of all pods on a node that have not ended, also of those being deleted; no entry = none. */
  readonly usedByNode: ReadonlyMap<string, Room>
  readonly podsByOwner: ReadonlyMap<string, ReadonlyMap<string, DrainPod>>
  /** Pods without a node, being deleted or not Ready: the few that most questions are about. */
  readonly unsettledPods: ReadonlyMap<string, DrainPod>
  /** Pods with required anti-affinity: they may refuse newcomers. */
  readonly antiAffinePods: ReadonlyMap<string, DrainPod>
  readonly budgets: ReadonlyMap<string, DrainBudget>
  /** Keys of the budgets whose selector matches a pod, by pod key; no entry = none. */
  readonly budgetKeysByPod: ReadonlyMap<string, readonly string[]>
  /** The other way round: pods by the key of a budget that selects them. */
  readonly podsByBudget: ReadonlyMap<string, ReadonlyMap<string, DrainPod>>
  readonly controllers: ReadonlyMap<string, DrainController>
  readonly volumesByClaim: ReadonlyMap<string, DrainVolume>
  /** Volume names still attached, by node name. */
  readonly attachedByNode: ReadonlyMap<string, readonly string[]>
  /** Namespaced label selectors (`ns` + selector) of Services behind webhooks with failurePolicy Fail. */
  readonly webhookBackends: readonly { readonly namespace: string; readonly selector: StringMap }[]
}
