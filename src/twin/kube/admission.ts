/** Defaults and refusals on create, as far as the twin's kinds need them. Twin layer. */

import { RegroupError } from '../../world/failure.ts'
import type { KubeKind, KubeObjectOf, Node, Pod, Toleration } from '../../world/kube-objects.ts'
import type { KubeStore } from './store.ts'

const clusterScoped: ReadonlySet<KubeKind> = new Set<KubeKind>([
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PriorityClass',
  'ValidatingWebhookConfiguration',
  'VolumeAttachment',
])

/** True for kinds without a namespace. */
export function isClusterScoped(kind: KubeKind): boolean {
  return clusterScoped.has(kind)
}

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

function admitPod(pod: Pod, store: KubeStore): Pod {
  const { spec } = pod
  const own = spec.tolerations ?? []
  const missing = defaultTolerations.filter(
    (one) => !own.some((mine) => mine.key === one.key || mine.key === undefined),
  )
  const priorityClass =
    spec.priorityClassName === undefined
      ? undefined
      : store.get('PriorityClass', undefined, spec.priorityClassName)
  return {
    ...pod,
    spec: {
      ...spec,
      terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 30,
      restartPolicy: spec.restartPolicy ?? 'Always',
      schedulerName: spec.schedulerName ?? 'default-scheduler',
      priority: spec.priority ?? priorityClass?.value ?? 0,
      tolerations: missing.length === 0 ? own : [...own, ...missing],
    },
    status: { phase: 'Pending', ...pod.status },
  }
}
