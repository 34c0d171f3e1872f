/** Clusters as drain and decide see them, made of Kubernetes objects through the real projections. */

import type { DrainPod, DrainView } from '../src/drain/view.ts'
import { DrainState } from '../src/observe/drain-state.ts'
import type {
  Affinity,
  KubeKind,
  KubeObjectOf,
  Node,
  PersistentVolume,
  Pod,
  PodDisruptionBudget,
  PodSpec,
  ReplicaSet,
  StatefulSet,
  StringMap,
  Taint,
} from '../src/world/kube-objects.ts'

/** The moment at which these clusters are looked at, and how it is written. */
export const nowMs = Date.parse('2026-09-01T08:00:00Z')
const now = '2026-09-01T08:00:00Z'

/** RFC 3339 text of a moment so many seconds after {@link nowMs}. */
export function secondsFromNow(seconds: number): string {
  return new Date(nowMs + seconds * 1000).toISOString().replace('.000Z', 'Z')
}

/** Everything of a cluster; what is left out is empty. */
export interface ClusterObjects {
  readonly nodes?: readonly Node[]
  readonly pods?: readonly Pod[]
  readonly budgets?: readonly PodDisruptionBudget[]
  readonly sets?: readonly (ReplicaSet | StatefulSet)[]
  readonly volumes?: readonly PersistentVolume[]
}

/** The state behind a view, for tests that change it. */
function clusterState(objects: ClusterObjects): DrainState {
  const state = new DrainState()
  const put = <K extends KubeKind>(kind: K, all: readonly KubeObjectOf<K>[] = []): void => {
    for (const one of all) state.projectionOf(kind).put(one)
  }
  put('Node', objects.nodes)
  for (const set of objects.sets ?? []) put(set.kind, [set as never])
  put('PersistentVolume', objects.volumes)
  put('PodDisruptionBudget', objects.budgets)
  put('Pod', objects.pods)
  return state
}

/** A view of the objects. */
export function clusterView(objects: ClusterObjects): DrainView {
  return clusterState(objects).view()
}

/** The pod `default/<name>` of a view, or of the namespace that stands before a slash. */
export function podIn(view: DrainView, name: string): DrainPod {
  const pod = view.pods.get(name.includes('/') ? name : `default/${name}`)
  if (pod === undefined) throw new Error(`no pod ${name}`)
  return pod
}

/** A Ready node of 4 CPU, 16 GiB and 20 pods in zone `a`, unless told otherwise. */
export function aNode(
  name: string,
  with_: {
    readonly zone?: string
    readonly cpu?: string
    readonly memory?: string
    readonly podCount?: number
    readonly labels?: StringMap
    readonly annotations?: StringMap
    readonly taints?: readonly Taint[]
    readonly isReady?: boolean
    readonly isUnschedulable?: boolean
    readonly instanceId?: string
    readonly kubelet?: string
    readonly extended?: StringMap
  } = {},
): Node {
  const { cpu = '4', memory = '16Gi', podCount = 20, zone = 'a' } = with_
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid: `uid-${name}`,
      creationTimestamp: secondsFromNow(-86_400),
      labels: {
        'kubernetes.io/hostname': name,
        'topology.kubernetes.io/zone': zone,
        ...with_.labels,
      },
      ...(with_.annotations === undefined ? {} : { annotations: with_.annotations }),
    },
    spec: {
      providerID: `aws:///${zone}/${with_.instanceId ?? instanceIdOf(name)}`,
      ...(with_.isUnschedulable === true ? { unschedulable: true } : {}),
      ...(with_.taints === undefined ? {} : { taints: with_.taints }),
    },
    status: {
      allocatable: { cpu, memory, pods: String(podCount), ...with_.extended },
      conditions: [{ type: 'Ready', status: with_.isReady === false ? 'False' : 'True' }],
      nodeInfo: { kubeletVersion: with_.kubelet ?? 'v1.32.9' },
    },
  }
}

/** The instance id that {@link aNode} gives a node: hexadecimal, made of its name. */
export function instanceIdOf(nodeName: string): string {
  return `i-${[...nodeName].map((letter) => letter.charCodeAt(0).toString(16)).join('')}`
}

/** Parts of a pod that tests vary. */
export interface PodParts {
  readonly namespace?: string
  readonly node?: string
  readonly labels?: StringMap
  readonly annotations?: StringMap
  /** Kind, name and uid of its controller: `ReplicaSet/web`; absent = a bare pod. */
  readonly owner?: string
  readonly isReady?: boolean
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed'
  readonly cpu?: string
  readonly memory?: string
  readonly claims?: readonly string[]
  readonly affinity?: Affinity
  readonly ageSeconds?: number
  /** Being deleted: seconds from now to the end of its grace period, negative = past it. */
  readonly leavesInSeconds?: number
  readonly finalizers?: readonly string[]
  readonly spec?: Partial<PodSpec>
}

/** A Ready running pod of 100m and 128 MiB, unless told otherwise. */
export function aPod(name: string, parts: PodParts = {}): Pod {
  const { claims = [], cpu = '100m', memory = '128Mi', namespace = 'default', owner } = parts
  const [kind = '', ownerName = ''] = owner?.split('/') ?? []
  const phase = parts.phase ?? (parts.node === undefined ? 'Pending' : 'Running')
  const isReady = parts.isReady ?? phase === 'Running'
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      uid: `uid-${namespace}-${name}`,
      creationTimestamp: secondsFromNow(-(parts.ageSeconds ?? 3600)),
      labels: parts.labels ?? {},
      annotations: parts.annotations ?? {},
      finalizers: parts.finalizers ?? [],
      ...(parts.leavesInSeconds === undefined
        ? {}
        : { deletionTimestamp: secondsFromNow(parts.leavesInSeconds) }),
      ...(owner === undefined
        ? {}
        : {
            ownerReferences: [
              { apiVersion: 'apps/v1', kind, name: ownerName, uid: owner, controller: true },
            ],
          }),
    },
    spec: {
      ...(parts.node === undefined ? {} : { nodeName: parts.node }),
      containers: [{ name: 'main', resources: { requests: { cpu, memory } } }],
      volumes: claims.map((claimName) => ({
        name: claimName,
        persistentVolumeClaim: { claimName },
      })),
      ...(parts.affinity === undefined ? {} : { affinity: parts.affinity }),
      ...parts.spec,
    },
    status: {
      phase,
      startTime: now,
      conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
    },
  }
}

/** A ReplicaSet whose uid is `ReplicaSet/<name>`. */
export function aReplicaSet(name: string, replicas: number): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, namespace: 'default', uid: `ReplicaSet/${name}` },
    spec: { replicas, selector: {}, template: { spec: { containers: [] } } },
  }
}

/** A StatefulSet whose uid is `StatefulSet/<name>`. */
export function aStatefulSet(name: string, replicas: number): StatefulSet {
  const { metadata, ...rest } = aReplicaSet(name, replicas)
  return { ...rest, kind: 'StatefulSet', metadata: { ...metadata, uid: `StatefulSet/${name}` } }
}

/** Spec and status of a budget over `app: <app>`. */
export interface BudgetParts {
  readonly app: string
  readonly minAvailable?: number | string
  readonly maxUnavailable?: number | string
  readonly policy?: 'IfHealthyBudget' | 'AlwaysAllow'
  readonly allowed: number
  readonly healthy: number
  readonly desired: number
  readonly expected: number
  /** False = the disruption controller has not seen the present spec. */
  readonly isObserved?: boolean
  readonly syncFailed?: string
}

/** A budget with its status as the disruption controller would write it. */
export function aBudget(name: string, parts: BudgetParts): PodDisruptionBudget {
  const { maxUnavailable, minAvailable, policy, syncFailed } = parts
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'default', generation: 2 },
    spec: {
      selector: { matchLabels: { app: parts.app } },
      ...(minAvailable === undefined ? {} : { minAvailable }),
      ...(maxUnavailable === undefined ? {} : { maxUnavailable }),
      ...(policy === undefined ? {} : { unhealthyPodEvictionPolicy: policy }),
    },
    status: {
      observedGeneration: parts.isObserved === false ? 1 : 2,
      disruptionsAllowed: parts.allowed,
      currentHealthy: parts.healthy,
      desiredHealthy: parts.desired,
      expectedPods: parts.expected,
      conditions:
        syncFailed === undefined
          ? []
          : [
              {
                type: 'DisruptionAllowed',
                status: 'False',
                reason: 'SyncFailed',
                message: syncFailed,
              },
            ],
    },
  }
}

/** The volume of claim `default/<claim>`: EBS in a zone, shared everywhere, or local to a node. */
export function aVolume(
  claim: string,
  place: {
    readonly zone?: string
    /** @default topology.kubernetes.io/zone */
    readonly zoneKey?: string
    readonly localNode?: string
    readonly isShared?: boolean
  },
): PersistentVolume {
  const { zoneKey = 'topology.kubernetes.io/zone' } = place
  const key = place.localNode === undefined ? zoneKey : 'kubernetes.io/hostname'
  const value = place.localNode ?? place.zone
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pv-${claim}` },
    spec: {
      claimRef: { namespace: 'default', name: claim },
      accessModes: [place.isShared === true ? 'ReadWriteMany' : 'ReadWriteOnce'],
      ...(place.localNode === undefined ? {} : { local: { path: '/data' } }),
      ...(value === undefined
        ? {}
        : {
            nodeAffinity: {
              required: {
                nodeSelectorTerms: [
                  { matchExpressions: [{ key, operator: 'In', values: [value] }] },
                ],
              },
            },
          }),
    },
  }
}
