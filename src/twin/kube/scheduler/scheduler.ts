/** The scheduler of a cluster: binds pods at the measured pace, tells why it cannot. Twin layer. */

import type { Node, Pod } from '../../../world/kube-objects.ts'
import type { ClusterTwin } from '../../contracts.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { withCondition } from '../conditions.ts'
import { controllerOf } from '../controllers/pod-maker.ts'
import { recordEvent } from '../event-recorder.ts'
import { objectKey } from '../store.ts'
import { compileFilters, type FilterContext, type PodFilter } from './filters.ts'
import { NodeCache, type NodeInfo } from './node-cache.ts'
import { bestShunnedScore, type SiblingCounts, scorerOf, unlikedOf } from './scores.ts'

/** ADDED event to bound event, and the gap at the default client limit (79 to 100 binds a second). */
const firstTryMs = 5
const bindGapMs = 10
/** A waiting pod is tried again this long after something changed. */
const retryMs = 14

/** One scheduler. */
export class Scheduler {
  readonly context: FilterContext
  private readonly kernel: Kernel
  private readonly cluster: ClusterTwin
  private readonly queue = new Set<string>()
  private readonly waiting = new Set<string>()
  private isRunning = false
  private isRetryDue = false

  constructor(kernel: Kernel, cluster: ClusterTwin) {
    this.kernel = kernel
    this.cluster = cluster
    this.context = { store: cluster.store, cache: new NodeCache(cluster.store) }
    for (const pod of cluster.store.list('Pod')) this.podChanged(pod)
    cluster.store.subscribe((event) => {
      if (event.kind === 'Node')
        this.nodeChanged(event.object as Node, event.previous as Node | undefined)
      else if (event.kind === 'Pod') {
        const pod = event.object as Pod
        if (event.type === 'DELETED') this.podGone(pod)
        else this.podChanged(pod)
      } else if (event.kind === 'PersistentVolumeClaim') this.retrySoon()
    })
  }

  private podChanged(pod: Pod): void {
    if (pod.spec.nodeName !== undefined) {
      if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') this.retrySoon()
      return
    }
    const key = objectKey(pod.metadata.namespace, pod.metadata.name)
    if (this.waiting.has(key) || (pod.spec.schedulingGates ?? []).length > 0) return
    this.queue.add(key)
    this.run(firstTryMs)
  }

  private podGone(pod: Pod): void {
    const key = objectKey(pod.metadata.namespace, pod.metadata.name)
    this.queue.delete(key)
    this.waiting.delete(key)
    this.retrySoon()
  }

  private nodeChanged(node: Node, previous: Node | undefined): void {
    const isRelevant =
      previous === undefined ||
      previous.spec !== node.spec ||
      previous.metadata.labels !== node.metadata.labels ||
      previous.status?.allocatable !== node.status?.allocatable
    if (isRelevant) this.retrySoon()
  }

  private retrySoon(): void {
    if (this.isRetryDue || this.waiting.size === 0) return
    this.isRetryDue = true
    this.kernel.after(retryMs, 'scheduler-retry', () => {
      this.isRetryDue = false
      for (const key of this.waiting) this.queue.add(key)
      this.waiting.clear()
      this.run(0)
    })
  }

  private run(delayMs: number): void {
    if (this.isRunning || this.queue.size === 0) return
    this.isRunning = true
    this.kernel.after(delayMs, 'scheduler', () => {
      this.isRunning = false
      const [key] = this.queue
      if (key === undefined) return
      this.queue.delete(key)
      const isBound = this.schedule(key)
      this.run(isBound ? bindGapMs : 1)
    })
  }

  private schedule(key: string): boolean {
    const at = key.indexOf('/')
    const pod = this.cluster.store.get('Pod', key.slice(0, at), key.slice(at + 1))
    if (pod === undefined || pod.spec.nodeName !== undefined) return false
    if (pod.metadata.deletionTimestamp !== undefined) return false
    const node = this.pick(pod)
    if (node === undefined) {
      this.waiting.add(key)
      return false
    }
    this.bind(pod, node.name)
    return true
  }

  private pick(pod: Pod): NodeInfo | undefined {
    const near = { siblings: this.siblingsOf(pod), unliked: unlikedOf(pod, this.context) }
    const scoreOf = scorerOf(pod, near)
    const { faults, mayFit } = compileFilters(pod, this.context)
    let best: NodeInfo | undefined
    let bestScore = Number.NEGATIVE_INFINITY
    const { plain, shunned } = this.context.cache.byAppeal
    for (const infos of [plain, shunned]) {
      if (infos === shunned && bestScore > bestShunnedScore(pod)) break
      for (const info of infos) {
        if (!mayFit(info)) continue
        const score = scoreOf(info, bestScore)
        // The costly questions only where the node would win.
        if (score <= bestScore || faults(info).length > 0) continue
        best = info
        bestScore = score
      }
    }
    if (best === undefined) this.reportFailure(pod, this.countFaults(faults))
    return best
  }

  private countFaults(filter: PodFilter): ReadonlyMap<string, number> {
    const counts = new Map<string, number>()
    for (const info of this.context.cache.infos.values()) {
      for (const fault of filter(info)) counts.set(fault, (counts.get(fault) ?? 0) + 1)
    }
    return counts
  }

  private siblingsOf(pod: Pod): SiblingCounts {
    const byNode = new Map<string, number>()
    const byZone = new Map<string, number>()
    const owner = controllerOf(pod)
    const pods = owner === undefined ? [] : this.cluster.store.podsOfController(owner.uid).values()
    for (const sibling of pods) {
      const info = this.context.cache.infos.get(sibling.spec.nodeName ?? '')
      if (info === undefined || sibling.metadata.deletionTimestamp !== undefined) continue
      byNode.set(info.name, (byNode.get(info.name) ?? 0) + 1)
      byZone.set(info.zone, (byZone.get(info.zone) ?? 0) + 1)
    }
    return { byNode, byZone }
  }

  private bind(pod: Pod, nodeName: string): void {
    const condition = { type: 'PodScheduled', status: 'True' }
    const conditions = withCondition(pod.status?.conditions, condition, this.kernel.nowText())
    const status = { ...pod.status, conditions }
    this.cluster.store.replace('Pod', { ...pod, spec: { ...pod.spec, nodeName }, status })
  }

  private reportFailure(pod: Pod, faults: ReadonlyMap<string, number>): void {
    const message = failureText(this.context.cache.infos.size, faults)
    const known = pod.status?.conditions?.find((one) => one.type === 'PodScheduled')
    if (known?.message === message) return
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }
    const conditions = withCondition(pod.status?.conditions, condition, this.kernel.nowText())
    const next = this.cluster.store.replace('Pod', {
      ...pod,
      status: { ...pod.status, conditions },
    })
    recordEvent(this.kernel, this.cluster.store, {
      about: next,
      component: 'default-scheduler',
      reason: 'FailedScheduling',
      message,
      type: 'Warning',
    })
  }
}

/** The text of PodScheduled=False and of the event, as kube-scheduler 1.35 writes it. */
function failureText(nodeCount: number, faults: ReadonlyMap<string, number>): string {
  const head = `0/${nodeCount} nodes are available`
  if (nodeCount === 0) return 'no nodes available to schedule pods'
  const reasons = [...faults].map(([reason, count]) => `${count} ${reason}`).sort()
  const helpless = `${nodeCount} Preemption is not helpful for scheduling`
  return `${head}: ${reasons.join(', ')}. no new claims to deallocate, preemption: ${head}: ${helpless}.`
}
