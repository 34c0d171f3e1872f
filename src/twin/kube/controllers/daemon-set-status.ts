/** What a DaemonSet says about its pods. Twin layer. */

import type { DaemonSet, KubeObject, Pod } from '../../../world/kube-objects.ts'
import type { ClusterTwin } from '../../contracts.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { isPodReady } from '../conditions.ts'
import { objectKey } from '../store.ts'
import { isSameJson } from '../unchanged.ts'
import { wantsNode } from './daemon-set.ts'
import { controllerOf } from './pod-maker.ts'
import { isInteresting } from './replica-set.ts'
import { splitKey, WorkQueue } from './work-queue.ts'

/** Many nodes join at once; one status tells of all. */
const delayMs = 50

/** Keeps the status of every DaemonSet equal to its pods. */
export function startDaemonSetStatus(kernel: Kernel, cluster: ClusterTwin): void {
  const { store } = cluster
  const queue = new WorkQueue(kernel, 'daemon-set-status', (key) => {
    const { name, namespace } = splitKey(key)
    const set = store.get('DaemonSet', namespace, name)
    if (set !== undefined) writeStatus(set, cluster)
  })
  const add = ({ metadata }: KubeObject): void =>
    queue.add(objectKey(metadata.namespace, metadata.name), delayMs)
  store.subscribe((event) => {
    if (event.kind === 'Node' && event.type !== 'MODIFIED') {
      for (const set of store.list('DaemonSet')) add(set)
    } else if (event.kind === 'DaemonSet' && event.type !== 'DELETED') {
      add(event.object)
    } else if (event.kind === 'Pod') {
      const pod = event.object as Pod
      const owner = controllerOf(pod)
      if (owner?.kind !== 'DaemonSet') return
      if (!isInteresting(pod, event.previous as Pod | undefined, event.type)) return
      const set = store.get('DaemonSet', pod.metadata.namespace, owner.name)
      if (set !== undefined) add(set)
    }
  })
}

function writeStatus(set: DaemonSet, { store }: ClusterTwin): void {
  const desired = store.list('Node').filter((node) => wantsNode(set, node)).length
  const pods = [...store.podsOfController(set.metadata.uid ?? '').values()].filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined,
  )
  const ready = pods.filter(isPodReady).length
  const missing = desired - ready
  const status = {
    desiredNumberScheduled: desired,
    currentNumberScheduled: pods.length,
    updatedNumberScheduled: pods.length,
    numberReady: ready,
    numberAvailable: ready,
    ...(missing > 0 ? { numberUnavailable: missing } : {}),
    numberMisscheduled: 0,
    observedGeneration: set.metadata.generation ?? 1,
  }
  if (isSameJson(set.status, status)) return
  store.replace('DaemonSet', { ...set, status })
}
