/** What a run did to the pods and nodes of a cluster, in numbers. Twin layer. */

import type { Pod } from '../../world/kube-objects.ts'
import type { AccountChange } from '../aws/state.ts'
import type { AuditRecord } from '../contracts.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { KubeCluster } from '../kube/cluster.ts'
import { objectKey, type StoreEvent } from '../kube/store.ts'
import type { Removal } from './invariant.ts'
import { controllerState, isHealthy, nameOf, ownerOf } from './pods.ts'

/** Numbers of a run; the judge keeps them. */
export class Measures {
  evictionsSent = 0
  evictionsRefused = 0
  podsMoved = 0
  /** Pods that ran and have no successor because of us. */
  readonly podsLost = new Set<string>()
  nodesCreated = 0
  nodesRemoved = 0
  firstEvictionMs: number | undefined
  lastOldInstanceGoneMs: number | undefined
  /** Smallest share of Ready replicas that a controller of two or more had because of us. */
  leastHealthyShare = 1
  /** Where that was. */
  leastHealthyObject = ''
  private readonly kernel: Kernel
  private readonly cluster: KubeCluster
  private readonly isOurs: (user: string) => boolean
  private readonly disturbed = new Set<string>()
  private readonly waitingSince = new Map<string, number>()
  private pendingMs = 0

  constructor(kernel: Kernel, cluster: KubeCluster, isOurs: (user: string) => boolean) {
    this.kernel = kernel
    this.cluster = cluster
    this.isOurs = isOurs
  }

  /** Pod-seconds without a place because of us, up to now. */
  get pendingSeconds(): number {
    let sumMs = this.pendingMs
    for (const sinceMs of this.waitingSince.values()) sumMs += this.kernel.nowMs() - sinceMs
    return Math.round(sumMs / 100) / 10
  }

  takeAudit(record: AuditRecord): void {
    if (record.verb !== 'evict' || record.isDryRun === true || !this.isOurs(record.user)) return
    this.evictionsSent += 1
    if (record.code === 429) this.evictionsRefused += 1
    if (record.code === 201) this.firstEvictionMs ??= this.kernel.nowMs()
  }

  takeRemoval(removal: Removal): void {
    const { pod } = removal
    const owner = ownerOf(pod)
    if (owner === undefined) this.podsLost.add(nameOf(pod))
    else {
      this.disturbed.add(owner.uid)
      this.podsMoved += 1
    }
    const { nodeName } = pod.spec
    const isGone = (one: Pod): boolean =>
      removal.how === 'instance-ended' && one.spec.nodeName === nodeName
    const state = controllerState(pod, this.cluster, isGone)
    if (state === undefined || state.wanted < 2 || !isHealthy(pod)) return
    const share = state.healthyCount / state.wanted
    if (share >= this.leastHealthyShare) return
    this.leastHealthyShare = share
    this.leastHealthyObject = `${pod.metadata.namespace}/${owner?.name ?? ''}`
  }

  takeStore(event: StoreEvent): void {
    if (event.kind !== 'Pod') return
    const pod = event.object as Pod
    const key = objectKey(pod.metadata.namespace, pod.metadata.name)
    const isWaiting =
      event.type !== 'DELETED' &&
      pod.spec.nodeName === undefined &&
      pod.metadata.deletionTimestamp === undefined &&
      this.disturbed.has(ownerOf(pod)?.uid ?? '')
    const sinceMs = this.waitingSince.get(key)
    if (isWaiting && sinceMs === undefined) this.waitingSince.set(key, this.kernel.nowMs())
    if (isWaiting || sinceMs === undefined) return
    this.waitingSince.delete(key)
    this.pendingMs += this.kernel.nowMs() - sinceMs
  }

  takeChange(change: AccountChange, oldGroups: ReadonlySet<string>): void {
    if (change.kind === 'instance-launched') this.nodesCreated += 1
    if (change.kind !== 'instance-terminated') return
    this.nodesRemoved += 1
    if (oldGroups.has(change.instance.groupName)) this.lastOldInstanceGoneMs = this.kernel.nowMs()
  }
}
