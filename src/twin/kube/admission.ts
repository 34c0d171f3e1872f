/** Defaults and refusals on create, as far as the twin's kinds need them. Twin layer. */

import { RegroupError } from '../../world/failure.ts'
import type {
  KubeKind,
  KubeObjectOf,
  Node,
  Pod,
  PodDisruptionBudget,
  Toleration,
} from '../../world/kube-objects.ts'
import { refuseInvalidBudget } from './budget-rules.ts'
import type { KubeStore } from './store.ts'

/** What the API server makes of a new object. @throws RegroupError `forbidden` in a dying namespace. */
export function admit<K extends KubeKind>(
  kind: K,
  object: KubeObjectOf<K>,
  store: KubeStore,
): KubeObjectOf<K> {
  const { namespace } = object.metadata
  if (namespace !== undefined) refuseInDyingNamespace(kind, namespace, store)
  if (kind === 'Node') return admitNode(object as Node) as KubeObjectOf<K>
  if (kind === 'Pod') return admitPod(object as Pod, store) as KubeObjectOf<K>
  return admitChange(kind, object)
}

/** What it makes of a changed one. @throws RegroupError `invalid` for content that cannot be stored. */
export function admitChange<K extends KubeKind>(kind: K, object: KubeObjectOf<K>): KubeObjectOf<K> {
  if (kind === 'PodDisruptionBudget') refuseInvalidBudget(object as PodDisruptionBudget)
  return object
}

/** Also asked for evictions, which are creates of a subresource. */
export function isNamespaceTerminating(namespace: string, store: KubeStore): boolean {
  return store.get('Namespace', undefined, namespace)?.status?.phase === 'Terminating'
}

function refuseInDyingNamespace(kind: KubeKind, namespace: string, store: KubeStore): void {
  if (!isNamespaceTerminating(namespace, store)) return
  throw new RegroupError(
    'forbidden',
    `unable to create new content in namespace ${namespace} because it is being terminated`,
    { context: { object: `${kind} in ${namespace}`, serviceCode: 'NamespaceTerminating' } },
  )
}

/** Every new node starts with the not-ready taint, whatever its body says. */
function admitNode(node: Node): Node {
  const taints = node.spec?.taints ?? []
  if (taints.some((taint) => taint.key === notReadyTaintKey)) return node
  const notReady = { key: notReadyTaintKey, effect: 'NoSchedule' as const }
  return { ...node, spec: { ...node.spec, taints: [...taints, notReady] } }
}

/** Taint of a node that is not Ready. */
export const notReadyTaintKey = 'node.kubernetes.io/not-ready'
/** Taint of a node whose kubelet is silent. */
export const unreachableTaintKey = 'node.kubernetes.io/unreachable'
/** Taint that mirrors `spec.unschedulable`. */
export const unschedulableTaintKey = 'node.kubernetes.io/unschedulable'

const defaultTolerations: readonly Toleration[] = [notReadyTaintKey, unreachableTaintKey].map(
  (key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }),
)

/** Pods of one template get one spec: whatever is worked out for it is worked out once. */
const admittedSpecs = new WeakMap<Pod['spec'], Pod['spec']>()

function admitPod(pod: Pod, store: KubeStore): Pod {
  const priority = pod.spec.priority ?? priorityOf(pod.spec.priorityClassName, store)
  const known = admittedSpecs.get(pod.spec)
  const spec = known?.priority === priority ? known : admitSpec(pod.spec, priority)
  admittedSpecs.set(pod.spec, spec)
  return { ...pod, spec, status: { phase: 'Pending', ...pod.status } }
}

function admitSpec(spec: Pod['spec'], priority: number): Pod['spec'] {
  const own = spec.tolerations ?? []
  const missing = defaultTolerations.filter(
    (one) => !own.some((mine) => mine.key === one.key || mine.key === undefined),
  )
  return {
    ...spec,
    terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 30,
    restartPolicy: spec.restartPolicy ?? 'Always',
    schedulerName: spec.schedulerName ?? 'default-scheduler',
    priority,
    tolerations: missing.length === 0 ? own : [...own, ...missing],
  }
}

/** Classes that every cluster has, whether the world lists them or not. */
const builtInPriorities: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
}

function priorityOf(className: string | undefined, store: KubeStore): number {
  if (className === undefined) {
    for (const one of store.values('PriorityClass'))
      if (one.globalDefault === true) return one.value
    return 0
  }
  const found = store.get('PriorityClass', undefined, className)
  return found?.value ?? builtInPriorities[className] ?? 0
}
