/** StatefulSets: stable names; a replacement only when the old pod is gone. Twin layer. */

import type { Pod, StatefulSet } from '../../../world/kube-objects.ts'
import { type ClusterTwin, systemUsers } from '../../contracts.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { isPodReady, msUntilAvailable } from '../conditions.ts'
import { objectKey } from '../store.ts'
import { isSameJson } from '../unchanged.ts'
import {
  adopted,
  controllerOf,
  controllerReference,
  createOwnedPod,
  isGoing,
  podOf,
} from './pod-maker.ts'
import { isInteresting } from './replica-set.ts'
import type { TemplateRevisions } from './template-revisions.ts'
import { splitKey, WorkQueue } from './work-queue.ts'

const delayMs = 5

/** Keeps the ordinals. */
export function startStatefulSets(
  kernel: Kernel,
  cluster: ClusterTwin,
  revisions: TemplateRevisions,
): void {
  const queue = new WorkQueue(kernel, 'stateful-set', (key) =>
    reconcile(key, { kernel, cluster, queue, revisions }),
  )
  cluster.store.subscribe((event) => {
    if (event.kind === 'StatefulSet' && event.type !== 'DELETED') {
      const { metadata } = event.object
      queue.add(objectKey(metadata.namespace, metadata.name), delayMs)
    } else if (event.kind === 'Pod') {
      const pod = event.object as Pod
      const owner = controllerOf(pod)
      if (owner?.kind !== 'StatefulSet') return
      if (!isInteresting(pod, event.previous as Pod | undefined, event.type)) return
      queue.add(objectKey(pod.metadata.namespace, owner.name), delayMs)
    }
  })
}

interface Context {
  readonly kernel: Kernel
  readonly cluster: ClusterTwin
  readonly queue: WorkQueue
  readonly revisions: TemplateRevisions
}

function reconcile(key: string, context: Context): void {
  const { cluster } = context
  const { name, namespace } = splitKey(key)
  const set = cluster.store.get('StatefulSet', namespace, name)
  if (set === undefined || isGoing(set)) return
  const wanted = set.spec.replicas ?? 1
  const counted = keepOrdinals(set, wanted, context)
  removeSurplus(set, wanted, cluster)
  const { isHeld, pods, ...ready } = counted
  if (!isHeld) replaceOutdated(set, pods, context)
  const status = { ...ready, ...revisionsOf(set, pods, context), replicas: wanted }
  const whole = { ...status, observedGeneration: set.metadata.generation ?? 1 }
  if (isSameJson(set.status, whole)) return
  cluster.store.replace('StatefulSet', { ...set, status: whole })
}

interface Ordinals {
  readonly readyReplicas: number
  readonly availableReplicas: number
  /** An ordered set waits for a pod of its own. */
  readonly isHeld: boolean
  /** By ordinal; undefined where there is none. */
  readonly pods: readonly (Pod | undefined)[]
}

function keepOrdinals(set: StatefulSet, wanted: number, context: Context): Ordinals {
  const { cluster, kernel, queue } = context
  const { name, namespace } = set.metadata
  const isOrdered = set.spec.podManagementPolicy !== 'Parallel'
  const pods: (Pod | undefined)[] = []
  let readyReplicas = 0
  let availableReplicas = 0
  let isHeld = false
  for (let ordinal = 0; ordinal < wanted; ordinal += 1) {
    const pod = cluster.store.get('Pod', namespace, `${name}-${ordinal}`)
    if (pod !== undefined && !isGoing(pod) && controllerOf(pod) === undefined) {
      cluster.store.replace('Pod', adopted(pod, set))
    }
    pods.push(pod)
    const isStaying = pod !== undefined && !isGoing(pod)
    const waitMs = isStaying
      ? msUntilAvailable(pod, set.spec.minReadySeconds, kernel.nowMs())
      : undefined
    if (waitMs !== undefined) readyReplicas += 1
    if (waitMs === 0) availableReplicas += 1
    else if (waitMs !== undefined) queue.add(objectKey(namespace, name), waitMs)
    if (pod === undefined && !isHeld) createOrdinal(set, ordinal, cluster)
    // Ordered sets make no pod before all lower ones are available.
    if (isOrdered && waitMs !== 0) isHeld = true
  }
  return { readyReplicas, availableReplicas, isHeld, pods }
}

/** Rolling update: the highest outdated ordinal, once all above it are Ready again. */
function replaceOutdated(
  set: StatefulSet,
  pods: readonly (Pod | undefined)[],
  { cluster, revisions }: Context,
): void {
  const { rollingUpdate, type } = set.spec.updateStrategy ?? {}
  if (type === 'OnDelete' || !revisions.isChanged(set)) return
  const partition = rollingUpdate?.partition ?? 0
  for (let ordinal = pods.length - 1; ordinal >= partition; ordinal -= 1) {
    const pod = pods[ordinal]
    if (pod === undefined || isGoing(pod)) return
    if (revisions.isOutdated(set, pod)) {
      const ref = { namespace: pod.metadata.namespace, name: pod.metadata.name }
      cluster.server.delete('Pod', ref, {}, systemUsers.controllerManager)
      return
    }
    if (!isPodReady(pod)) return
  }
}

/** The current revision is the update's once every pod is of it. */
function revisionsOf(set: StatefulSet, pods: readonly (Pod | undefined)[], { revisions }: Context) {
  const old = pods.filter((pod) => pod !== undefined && revisions.isOutdated(set, pod))
  const updateRevision = revisions.nameOf(set)
  const oldest = old[0]
  const currentRevision = oldest === undefined ? updateRevision : revisions.nameOf(set, oldest)
  const updatedReplicas = pods.length - old.length
  const currentReplicas = oldest === undefined ? pods.length : old.length
  return { currentReplicas, updatedReplicas, currentRevision, updateRevision }
}

/** The highest ordinal first; ordered sets wait for each to be gone. */
function removeSurplus(set: StatefulSet, wanted: number, cluster: ClusterTwin): void {
  const { name, namespace, uid = '' } = set.metadata
  const ordinalOf = (pod: Pod): number => Number(pod.metadata.name.slice(name.length + 1))
  const surplus = [...cluster.store.podsOfController(uid).values()]
    .filter((pod) => ordinalOf(pod) >= wanted)
    .sort((a, b) => ordinalOf(b) - ordinalOf(a))
  const isOrdered = set.spec.podManagementPolicy !== 'Parallel'
  for (const pod of isOrdered ? surplus.slice(0, 1) : surplus) {
    if (pod.metadata.deletionTimestamp !== undefined) continue
    const ref = { namespace, name: pod.metadata.name }
    cluster.server.delete('Pod', ref, {}, systemUsers.controllerManager)
  }
}

function createOrdinal(set: StatefulSet, ordinal: number, cluster: ClusterTwin): void {
  const namespace = set.metadata.namespace ?? ''
  for (const claim of claimNamesOf(set, ordinal)) {
    if (cluster.store.get('PersistentVolumeClaim', namespace, claim) !== undefined) continue
    cluster.store.create('PersistentVolumeClaim', {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: claim, namespace },
      spec: {},
      status: { phase: 'Pending' },
    })
  }
  createOwnedPod(statefulPodOf(set, ordinal), cluster)
}

/** Claim of each volume template for an ordinal. */
function claimNamesOf(set: StatefulSet, ordinal: number): readonly string[] {
  return (set.spec.volumeClaimTemplates ?? []).map(
    ({ metadata }) => `${metadata.name}-${set.metadata.name}-${ordinal}`,
  )
}

/** The pod of an ordinal with its claims. */
export function statefulPodOf(set: StatefulSet, ordinal: number): Pod {
  const { template } = set.spec
  const own = (set.spec.volumeClaimTemplates ?? []).map(({ metadata }, index) => ({
    name: metadata.name,
    persistentVolumeClaim: { claimName: claimNamesOf(set, ordinal)[index] ?? '' },
  }))
  const volumes = [...(template.spec.volumes ?? []), ...own]
  const name = `${set.metadata.name}-${ordinal}`
  return podOf(template, {
    namespace: set.metadata.namespace ?? '',
    name,
    owner: controllerReference(set),
    labels: { 'statefulset.kubernetes.io/pod-name': name },
    ...(own.length === 0 ? {} : { spec: { volumes } }),
  })
}
