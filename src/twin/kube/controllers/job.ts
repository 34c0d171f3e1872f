/** Jobs: a lost pod is a failure; the replacement waits for the back-off. Twin layer. */

import type { Job, Pod } from '../../../world/kube-objects.ts'
import { type ClusterTwin, systemUsers } from '../../contracts.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { withCondition } from '../conditions.ts'
import { objectKey } from '../store.ts'
import { controllerOf, createNamedPod, isGoing } from './pod-maker.ts'
import { isActive, isInteresting } from './replica-set.ts'
import { splitKey, WorkQueue } from './work-queue.ts'

const delayMs = 10
/** First back-off after a failure, doubled per failure (kubernetes-measured section 3). */
const backoffFirstMs = 9500
const backoffMaxMs = 600_000
/** One failure too many, and the other pods are deleted. */
const giveUpMs = 980

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
      const context = { kernel, cluster, queue, event }
      podChanged(pod, objectKey(pod.metadata.namespace, owner.name), context)
    }
  })
}

function podChanged(
  pod: Pod,
  key: string,
  context: {
    readonly kernel: Kernel
    readonly cluster: ClusterTwin
    readonly queue: WorkQueue
    readonly event: { readonly type: string; readonly previous?: unknown }
  },
): void {
  const { cluster, event, kernel, queue } = context
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
    else kernel.after(giveUpMs, 'job-fails', () => giveUp(key, kernel, cluster))
  } else if (isSuccess) {
    const succeeded = (job.status?.succeeded ?? 0) + 1
    cluster.store.replace('Job', { ...job, status: { ...job.status, succeeded } })
  }
}

/** Idempotent: several pods may be lost at once. */
function giveUp(key: string, kernel: Kernel, cluster: ClusterTwin): void {
  const { name, namespace } = splitKey(key)
  const job = cluster.store.get('Job', namespace, name)
  if (job === undefined || isFailing(job)) return
  const condition = { type: 'FailureTarget', status: 'True', reason: 'BackoffLimitExceeded' }
  const conditions = withCondition(job.status?.conditions, condition, kernel.nowText())
  cluster.store.replace('Job', { ...job, status: { ...job.status, conditions } })
  for (const pod of [...cluster.store.podsOfController(job.metadata.uid ?? '').values()]) {
    if (!isActive(pod)) continue
    const ref = { namespace, name: pod.metadata.name }
    cluster.server.delete('Pod', ref, {}, systemUsers.controllerManager)
  }
}

function isFailing({ status }: Job): boolean {
  return status?.conditions?.some((one) => one.type === 'FailureTarget') ?? false
}

function reconcile(key: string, kernel: Kernel, cluster: ClusterTwin): void {
  const { name, namespace } = splitKey(key)
  const job = cluster.store.get('Job', namespace, name)
  if (job === undefined || isGoing(job) || isFailing(job)) return
  const active = [...cluster.store.podsOfController(job.metadata.uid ?? '').values()].filter(
    isActive,
  )
  const left = (job.spec.completions ?? 1) - (job.status?.succeeded ?? 0)
  const wanted = Math.min(job.spec.parallelism ?? 1, left)
  for (let count = active.length; count < wanted; count += 1)
    createNamedPod(kernel, cluster, job, job.spec.template)
}
