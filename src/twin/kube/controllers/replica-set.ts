/** ReplicaSets: a replacement exists 5 ms after a deletionTimestamp. Twin layer. */

import type { Pod, ReplicaSet } from '../../../world/kube-objects.ts'
import { type ClusterTwin, systemUsers } from '../../contracts.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { isPodReady, isPodTerminal, msUntilAvailable } from '../conditions.ts'
import { matcherOf } from '../selectors.ts'
import { objectKey } from '../store.ts'
import { isSameJson } from '../unchanged.ts'
import { adopted, controllerOf, createNamedPod, isGoing } from './pod-maker.ts'
import { splitKey, WorkQueue } from './work-queue.ts'

/** deletionTimestamp to new pod, median of kubernetes-measured section 3. */
const replaceDelayMs = 5
/** Pod created per reconcile beyond the first, at the controller's 20 requests a second. */
const creationGapMs = 50

/** Keeps the number of pods. */
export function startReplicaSets(kernel: Kernel, cluster: ClusterTwin): void {
  const { store } = cluster
  const orphans = new Set<string>()
  const queue = new WorkQueue(kernel, 'replica-set', (key) =>
    reconcile(key, { kernel, cluster, queue, orphans }),
  )
  store.subscribe((event) => {
    if (event.kind === 'ReplicaSet') {
      const { metadata } = event.object
      if (event.type !== 'DELETED')
        queue.add(objectKey(metadata.namespace, metadata.name), replaceDelayMs)
    } else if (event.kind === 'Pod') {
      const pod = event.object as Pod
      const owner = controllerOf(pod)
      const key = objectKey(pod.metadata.namespace, pod.metadata.name)
      if (owner !== undefined || event.type === 'DELETED') orphans.delete(key)
      else if (!orphans.has(key) || pod.metadata.labels !== event.previous?.metadata.labels) {
        orphans.add(key)
        for (const set of adoptersOf(pod, cluster)) queue.add(set, replaceDelayMs)
      }
      if (owner?.kind !== 'ReplicaSet') return
      if (!isInteresting(pod, event.previous as Pod | undefined, event.type)) return
      queue.add(objectKey(pod.metadata.namespace, owner.name), replaceDelayMs)
    }
  })
}

/** Keys of the sets that mean a pod without an owner. */
function adoptersOf(pod: Pod, { store }: ClusterTwin): readonly string[] {
  if (!isActive(pod)) return []
  return [...store.values('ReplicaSet')]
    .filter((set) => !isGoing(set) && isSelected(set, pod))
    .map(({ metadata }) => objectKey(metadata.namespace, metadata.name))
}

function isSelected({ metadata, spec }: ReplicaSet, pod: Pod): boolean {
  if (pod.metadata.namespace !== metadata.namespace) return false
  return matcherOf(spec.selector)(pod.metadata.labels ?? {})
}

/** Only changes of being counted or being Ready matter. */
export function isInteresting(
  pod: Pod,
  previous: Pod | undefined,
  type: 'ADDED' | 'MODIFIED' | 'DELETED',
): boolean {
  if (type !== 'MODIFIED' || previous === undefined) return true
  return (
    isActive(pod) !== isActive(previous) ||
    isPodReady(pod) !== isPodReady(previous) ||
    pod.status?.phase !== previous.status?.phase
  )
}

/** Counted by its controller: not ended, not being deleted. */
export function isActive(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined && !isPodTerminal(pod)
}

interface Context {
  readonly kernel: Kernel
  readonly cluster: ClusterTwin
  readonly queue: WorkQueue
  /** Keys of the pods that no controller has. */
  readonly orphans: ReadonlySet<string>
}

function reconcile(key: string, context: Context): void {
  const { cluster, kernel, queue } = context
  const { name, namespace } = splitKey(key)
  const set = cluster.store.get('ReplicaSet', namespace, name)
  if (set === undefined) return
  if (!isGoing(set)) managePods(set, context)
  const dueMs = writeStatus(set, kernel, cluster)
  if (dueMs !== undefined) queue.add(key, dueMs)
}

function managePods(set: ReplicaSet, context: Context): void {
  const { cluster, kernel, queue } = context
  const { name, namespace } = set.metadata
  const key = objectKey(namespace, name)
  adoptPods(set, context)
  const pods = [...cluster.store.podsOfController(set.metadata.uid ?? '').values()].filter(isActive)
  const wanted = set.spec.replicas ?? 1
  if (pods.length < wanted) {
    createNamedPod(kernel, cluster, set, set.spec.template)
    if (pods.length + 1 < wanted) queue.add(key, creationGapMs)
  } else if (pods.length > wanted) {
    for (const pod of victims(pods, pods.length - wanted)) {
      const ref = { namespace, name: pod.metadata.name }
      cluster.server.delete('Pod', ref, {}, systemUsers.controllerManager)
    }
  }
}

/** Pods that an orphaning delete, or a person, left alone. */
function adoptPods(set: ReplicaSet, { cluster, orphans }: Context): void {
  const prefix = objectKey(set.metadata.namespace, '')
  for (const key of [...orphans].filter((one) => one.startsWith(prefix))) {
    const pod = cluster.store.get('Pod', set.metadata.namespace, key.slice(prefix.length))
    if (pod === undefined || !isActive(pod) || !isSelected(set, pod)) continue
    cluster.store.replace('Pod', adopted(pod, set))
  }
}

/** Unready first, then by deletion cost, then the youngest. */
function victims(pods: readonly Pod[], count: number): readonly Pod[] {
  const cost = (pod: Pod): number =>
    Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0)
  const born = (pod: Pod): string => pod.metadata.creationTimestamp ?? ''
  return [...pods]
    .sort(
      (a, b) =>
        Number(isPodReady(a)) - Number(isPodReady(b)) ||
        cost(a) - cost(b) ||
        (born(a) < born(b) ? 1 : born(a) > born(b) ? -1 : 0) ||
        (a.metadata.name < b.metadata.name ? -1 : 1),
    )
    .slice(0, count)
}

/** When the next pod becomes available without any other event, from now; undefined = none waits. */
function writeStatus(before: ReplicaSet, kernel: Kernel, cluster: ClusterTwin): number | undefined {
  const set = cluster.store.get('ReplicaSet', before.metadata.namespace, before.metadata.name)
  if (set === undefined) return undefined
  const pods = [...cluster.store.podsOfController(set.metadata.uid ?? '').values()].filter(isActive)
  const waits = pods.flatMap(
    (pod) => msUntilAvailable(pod, set.spec.minReadySeconds, kernel.nowMs()) ?? [],
  )
  const status = {
    replicas: pods.length,
    readyReplicas: waits.length,
    availableReplicas: waits.filter((ms) => ms === 0).length,
    observedGeneration: set.metadata.generation ?? 1,
  }
  const later = waits.filter((ms) => ms > 0)
  if (!isSameJson(set.status, status)) cluster.store.replace('ReplicaSet', { ...set, status })
  return later.length === 0 ? undefined : Math.min(...later)
}
