/** StatefulSets: stable names; a replacement only when the old pod is gone. Twin layer. */

import type { Pod, StatefulSet } from '../../../world/kube-objects.ts'
import { type ClusterTwin, systemUsers } from '../../contracts.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { msUntilAvailable } from '../conditions.ts'
import { objectKey } from '../store.ts'
import { isSameJson } from '../unchanged.ts'
import { controllerOf, controllerReference, podOf } from './pod-maker.ts'
import { isInteresting } from './replica-set.ts'
import { splitKey, WorkQueue } from './work-queue.ts'

const delayMs = 5

/** Keeps the ordinals. */
export function startStatefulSets(kernel: Kernel, cluster: ClusterTwin): void {
  const queue = new WorkQueue(kernel, 'stateful-set', (key) =>
    reconcile(key, { kernel, cluster, queue }),
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
}

function reconcile(key: string, { cluster, kernel, queue }: Context): void {
  const { name, namespace } = splitKey(key)
  const set = cluster.store.get('StatefulSet', namespace, name)
  if (set === undefined) return
  const wanted = set.spec.replicas ?? 1
  const isOrdered = set.spec.podManagementPolicy !== 'Parallel'
  let readyReplicas = 0
  let availableReplicas = 0
  let isHeld = false
  for (let ordinal = 0; ordinal < wanted; ordinal += 1) {
    const pod = cluster.store.get('Pod', namespace, `${name}-${ordinal}`)
    const isStaying = pod !== undefined && pod.metadata.deletionTimestamp === undefined
    const waitMs = isStaying
      ? msUntilAvailable(pod, set.spec.minReadySeconds, kernel.nowMs())
      : undefined
    if (waitMs !== undefined) readyReplicas += 1
    if (waitMs === 0) availableReplicas += 1
    else if (waitMs !== undefined) queue.add(key, waitMs)
    if (pod === undefined && !isHeld) createOrdinal(set, ordinal, cluster)
    // Ordered sets make no pod before all lower ones are available.
    if (isOrdered && waitMs !== 0) isHeld = true
  }
  removeSurplus(set, wanted, cluster)
  const counted = { readyReplicas, availableReplicas }
  const all = { replicas: wanted, currentReplicas: wanted, updatedReplicas: wanted }
  const status = { ...all, ...counted, observedGeneration: set.metadata.generation ?? 1 }
  if (isSameJson(set.status, status)) return
  cluster.store.replace('StatefulSet', { ...set, status })
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
  cluster.server.create('Pod', statefulPodOf(set, ordinal), systemUsers.controllerManager)
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
