/** Jobs: a lost pod is a failure; the replacement waits for the back-off. Twin layer. */

import type { Job, Pod } from '../../../world/kube-objects.ts'
import { type ClusterTwin, systemUsers } from '../../contracts.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { objectKey } from '../store.ts'
import { controllerOf, controllerReference, podOf } from './pod-maker.ts'
import { isActive, isInteresting } from './replica-set.ts'
import { splitKey, WorkQueue } from './work-queue.ts'

const delayMs = 10
/** First back-off after a failure, doubled per failure (kubernetes-measured section 3). */
const backoffFirstMs = 9500
const backoffMaxMs = 600_000

/** Keeps the active pods of Jobs. */
export function startJobs(kernel: Kernel, cluster: ClusterTwin): void {
  const queue = new WorkQueue(kernel, 'job', (key) => reconcile(key, kernel, cluster))
  cluster.store.subscribe((event) => {
    if (event.kind === 'Job' && event.type === 'ADDED') {
      const { metadata } = event.object
      queue.add(objectKey(metadata.namespace, metadata.name), delayMs)
    } else if (event.kind === 'Pod') {
      const pod = event.object as Pod
      const owner = controllerOf(pod)
      if (owner?.kind !== 'Job' || event.type === 'ADDED') return
      if (!isInteresting(pod, event.previous as Pod | undefined, event.type)) return
      podChanged(pod, objectKey(pod.metadata.namespace, owner.name), { cluster, queue, event })
    }
  })
}

function podChanged(
  pod: Pod,
  key: string,
  context: {
    readonly cluster: ClusterTwin
    readonly queue: WorkQueue
    readonly event: { readonly type: string; readonly previous?: unknown }
  },
): void {
  const { cluster, event, queue } = context
  const { name, namespace } = splitKey(key)
  const job = cluster.store.get('Job', namespace, name)
  if (job === undefined) return
  const wasActive = event.previous !== undefined && isActive(event.previous as Pod)
  const isFailure = pod.status?.phase !== 'Succeeded' && wasActive && !isActive(pod)
  const isSuccess = pod.status?.phase === 'Succeeded' && wasActive
  if (isFailure) {
    const failed = (job.status?.failed ?? 0) + 1
    cluster.store.replace('Job', { ...job, status: { ...job.status, failed } })
    const waitMs = Math.min(backoffMaxMs, backoffFirstMs * 2 ** (failed - 1))
    if (failed <= (job.spec.backoffLimit ?? 6)) queue.add(key, waitMs)
  } else if (isSuccess) {
    const succeeded = (job.status?.succeeded ?? 0) + 1
    cluster.store.replace('Job', { ...job, status: { ...job.status, succeeded } })
  }
}

function reconcile(key: string, kernel: Kernel, cluster: ClusterTwin): void {
  const { name, namespace } = splitKey(key)
  const job = cluster.store.get('Job', namespace, name)
  if (job === undefined) return
  const active = [...cluster.store.podsOfController(job.metadata.uid ?? '').values()].filter(
    isActive,
  )
  const left = (job.spec.completions ?? 1) - (job.status?.succeeded ?? 0)
  const wanted = Math.min(job.spec.parallelism ?? 1, left)
  for (let count = active.length; count < wanted; count += 1) createPod(job, kernel, cluster)
}

function createPod(job: Job, kernel: Kernel, cluster: ClusterTwin): void {
  const namespace = job.metadata.namespace ?? ''
  const suffix = kernel.hexId(`pod/${cluster.name}/${namespace}/${job.metadata.name}`, 5)
  const owner = controllerReference(job)
  const pod = podOf(job.spec.template, { namespace, name: `${job.metadata.name}-${suffix}`, owner })
  cluster.server.create('Pod', pod, systemUsers.controllerManager)
}
