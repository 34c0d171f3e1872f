/** How long pods take to start and to stop (workload-statistics section 6.8). Twin layer. */

import type { Pod, Probe } from '../../world/kube-objects.ts'
import { between, logNormal } from '../kernel/draws.ts'
import type { Kernel } from '../kernel/kernel.ts'
import {
  behaviourAnnotation,
  preStopAnnotation,
  startAnnotation,
  startupAnnotation,
  stopAnnotation,
} from './annotations.ts'

/** Median of an image pull on a node that has not seen the image; the median of twin 4.5's 2-20 s. */
const pullMedianMs = 8000
/** Readiness without any probe: the container's own start. */
const unprobedReadyMs = 1500

/** Bound to running (pull, init), and running to Ready. */
export function startDurations(
  kernel: Kernel,
  pod: Pod,
  images: ReadonlySet<string>,
): { readonly runningMs: number; readonly readyMs: number } {
  const exactMs = exactMsOf(pod, startAnnotation)
  if (exactMs !== undefined) return { runningMs: exactMs, readyMs: 0 }
  const random = kernel.random(`start/${pod.metadata.uid}`)
  const isWarm = pod.spec.containers.every((one) => images.has(one.image ?? one.name))
  const pullMs = isWarm ? between(random, 200, 1000) : logNormal(random, pullMedianMs, 0.6)
  const initMs = (pod.spec.initContainers ?? []).length * 2000
  const readyMs = readyMedianMs(pod) * Math.min(2, logNormal(random, 1, 0.3))
  return { runningMs: Math.min(120_000, pullMs) + initMs, readyMs }
}

/** What a world says of the pod's time, milliseconds; undefined = it is drawn by lot. */
export function exactMsOf(
  { metadata }: Pod,
  annotation: typeof startAnnotation | typeof stopAnnotation,
): number | undefined {
  const text = metadata.annotations?.[annotation]
  return text === undefined || Number.isNaN(Number(text)) ? undefined : Number(text) * 1000
}

function readyMedianMs(pod: Pod): number {
  const told = Number(pod.metadata.annotations?.[startupAnnotation] ?? Number.NaN)
  if (!Number.isNaN(told)) return told * 1000
  const probes = pod.spec.containers.flatMap((one) => [
    ...(one.readinessProbe === undefined ? [] : [probeMs(one.readinessProbe)]),
    ...(one.startupProbe === undefined ? [] : [probeMs(one.startupProbe)]),
  ])
  return probes.length === 0 ? unprobedReadyMs : Math.max(...probes)
}

function probeMs(probe: Probe): number {
  return ((probe.initialDelaySeconds ?? 0) + (probe.periodSeconds ?? 10)) * 1000
}

/** Seconds from creation to Ready that a pod takes at least nearly always: warm, and well below its median. */
export function leastStartSecondsOf(pod: Pod): number {
  const exactMs = exactMsOf(pod, startAnnotation)
  return exactMs === undefined ? 0.2 + readyMedianMs(pod) / 2000 : exactMs / 1000
}

/** Seconds that the pod will take to stop when it is evicted; the same as it then takes. */
export function stopSecondsOf(kernel: Kernel, pod: Pod): number {
  const deletionGracePeriodSeconds = pod.spec.terminationGracePeriodSeconds ?? 30
  const metadata = { ...pod.metadata, deletionGracePeriodSeconds }
  return stopDurationMs(kernel, { ...pod, metadata }) / 1000
}

/** deletionTimestamp to removal: the hook, then TERM; never beyond the grace period. */
export function stopDurationMs(kernel: Kernel, pod: Pod): number {
  const graceMs = (pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000
  const exactMs = exactMsOf(pod, stopAnnotation)
  if (exactMs !== undefined) return Math.min(graceMs, exactMs)
  const random = kernel.random(`stop/${pod.metadata.uid}`)
  const annotations = pod.metadata.annotations ?? {}
  const isDeaf = annotations[behaviourAnnotation] === 'ignores-sigterm' || random.next() < 0.01
  if (isDeaf) return graceMs
  const hookMs = Number(annotations[preStopAnnotation] ?? 0) * 1000
  return Math.min(graceMs, hookMs + logNormal(random, 2000, 0.8))
}
