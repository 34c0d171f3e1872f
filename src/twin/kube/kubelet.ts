/** The kubelets of a cluster: pods start, become ready, stop. Twin layer. */

import type { Pod } from '../../world/kube-objects.ts'
import { type ClusterTwin, systemUsers } from '../contracts.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { behaviourAnnotation, imageArchAnnotation, runAnnotation } from './annotations.ts'
import { isPodReady, isPodTerminal, withCondition } from './conditions.ts'
import type { PodRunner } from './machine-host.ts'
import { startDurations, stopDurationMs } from './pod-timing.ts'
import type { VolumeAttacher } from './volume-attacher.ts'

/** All kubelets; which node is alive is told by the machine host. */
export class Kubelets implements PodRunner {
  private readonly kernel: Kernel
  private readonly cluster: ClusterTwin
  private readonly volumes: VolumeAttacher
  private readonly aliveNodes = new Set<string>()
  private readonly imagesByNode = new Map<string, Set<string>>()
  private readonly startingUids = new Set<string>()
  private readonly stoppingUids = new Set<string>()

  constructor(kernel: Kernel, cluster: ClusterTwin, volumes: VolumeAttacher) {
    this.kernel = kernel
    this.cluster = cluster
    this.volumes = volumes
    cluster.store.subscribe((event) => {
      if (event.kind !== 'Pod' || event.type === 'DELETED') return
      const pod = event.object as Pod
      if (pod.spec.nodeName !== undefined) this.look(pod, pod.spec.nodeName)
    })
  }

  started(nodeName: string): void {
    this.aliveNodes.add(nodeName)
    for (const pod of [...this.cluster.store.podsOnNode(nodeName).values()])
      this.look(pod, nodeName)
  }

  stopped(nodeName: string): void {
    this.aliveNodes.delete(nodeName)
    this.imagesByNode.delete(nodeName)
  }

  private look(pod: Pod, nodeName: string): void {
    if (!this.aliveNodes.has(nodeName)) return
    const uid = pod.metadata.uid ?? ''
    if (pod.metadata.deletionTimestamp !== undefined) {
      if (!this.stoppingUids.has(uid)) this.stop(pod, nodeName)
      return
    }
    if (pod.status?.phase !== 'Pending' || this.startingUids.has(uid)) {
      if (pod.status?.phase === 'Running') this.watchCompletion(pod, nodeName)
      return
    }
    this.startingUids.add(uid)
    this.volumes.attach(pod, nodeName, () => this.start(pod, nodeName))
  }

  private start(pod: Pod, nodeName: string): void {
    const images = this.imagesByNode.get(nodeName) ?? new Set<string>()
    this.imagesByNode.set(nodeName, images)
    const durations = startDurations(this.kernel, pod, images)
    for (const container of pod.spec.containers) images.add(container.image ?? container.name)
    this.kernel.after(durations.runningMs, 'pod-running', () => {
      this.update(pod, nodeName, (now) => runningStatus(now, this.kernel.nowText()))
      if (this.neverReady(pod, nodeName)) return
      this.kernel.after(durations.readyMs, 'pod-ready', () =>
        this.update(pod, nodeName, (now) => readyStatus(now, this.kernel.nowText())),
      )
    })
  }

  private neverReady(pod: Pod, nodeName: string): boolean {
    const annotations = pod.metadata.annotations ?? {}
    const behaviour = annotations[behaviourAnnotation] ?? ''
    if (behaviour.startsWith('crash-loop')) return this.isCrashLooper(pod, behaviour)
    const wanted = annotations[imageArchAnnotation]
    const arch = this.cluster.store.get('Node', undefined, nodeName)?.status?.nodeInfo?.architecture
    return wanted !== undefined && arch !== undefined && wanted !== arch
  }

  /** `crash-loop:k`: k pods of the controller crash-loop at any time, plain `crash-loop` all. */
  private isCrashLooper(pod: Pod, behaviour: string): boolean {
    const limit = Number(behaviour.split(':')[1] ?? Number.POSITIVE_INFINITY)
    const owner = pod.metadata.ownerReferences?.find((one) => one.controller === true)
    let brokenCount = 0
    for (const sibling of this.cluster.store.podsOfController(owner?.uid ?? '').values()) {
      const isOther = sibling.metadata.uid !== pod.metadata.uid
      const isGoing = sibling.metadata.deletionTimestamp !== undefined
      if (isOther && !isGoing && sibling.status?.phase === 'Running' && !isPodReady(sibling)) {
        brokenCount += 1
      }
    }
    return brokenCount < limit
  }

  private stop(pod: Pod, nodeName: string): void {
    const uid = pod.metadata.uid ?? ''
    this.stoppingUids.add(uid)
    this.kernel.after(stopDurationMs(this.kernel, pod), 'pod-stopped', () => {
      this.stoppingUids.delete(uid)
      if (!this.aliveNodes.has(nodeName) || this.current(pod) === undefined) return
      const ref = { namespace: pod.metadata.namespace, name: pod.metadata.name }
      const options = { gracePeriodSeconds: 0, preconditions: { uid } }
      this.cluster.server.delete('Pod', ref, options, systemUsers.kubelet)
    })
  }

  /** Pods that run to completion end by themselves. */
  private watchCompletion(pod: Pod, nodeName: string): void {
    const text = pod.metadata.annotations?.[runAnnotation]
    const uid = pod.metadata.uid ?? ''
    if (text === undefined || this.startingUids.has(`end ${uid}`)) return
    this.startingUids.add(`end ${uid}`)
    this.kernel.after(Number(text) * 1000, 'pod-completes', () =>
      this.update(pod, nodeName, (now) => ({
        ...now,
        phase: 'Succeeded',
        conditions: withCondition(
          now?.conditions,
          { type: 'Ready', status: 'False', reason: 'PodCompleted' },
          this.kernel.nowText(),
        ),
      })),
    )
  }

  /** The pod if it is still the same one. */
  private current(pod: Pod): Pod | undefined {
    const { name, namespace, uid } = pod.metadata
    const found = this.cluster.store.get('Pod', namespace, name)
    return found?.metadata.uid === uid ? found : undefined
  }

  private update(
    pod: Pod,
    nodeName: string,
    change: (status: Pod['status']) => NonNullable<Pod['status']>,
  ): void {
    if (!this.aliveNodes.has(nodeName)) return
    const found = this.current(pod)
    if (found === undefined || isPodTerminal(found)) return
    if (found.metadata.deletionTimestamp !== undefined) return
    this.cluster.store.replace('Pod', { ...found, status: change(found.status) })
  }
}

function runningStatus(status: Pod['status'], now: string): NonNullable<Pod['status']> {
  const condition = { type: 'Ready', status: 'False', reason: 'ContainersNotReady' }
  return {
    ...status,
    phase: 'Running',
    startTime: status?.startTime ?? now,
    conditions: withCondition(status?.conditions, condition, now),
  }
}

function readyStatus(status: Pod['status'], now: string): NonNullable<Pod['status']> {
  const ready = withCondition(status?.conditions, { type: 'Ready', status: 'True' }, now)
  return { ...status, phase: 'Running', conditions: ready }
}
