/** A model of cluster-autoscaler: scale-up by expander, scale-down of idle nodes. Twin layer. */

import type { Pod } from '../../world/kube-objects.ts'
import type { AwsAccount } from '../aws/account.ts'
import { systemUsers } from '../contracts.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { KubeCluster } from '../kube/cluster.ts'
import { isPodReady } from '../kube/conditions.ts'
import { recordEvent } from '../kube/event-recorder.ts'
import { nodeObject } from '../kube/node-object.ts'
import { faultsOf } from '../kube/scheduler/filters.ts'
import { addPod, type NodeInfo, nodeInfoOf } from '../kube/scheduler/node-cache.ts'
import type { Scheduler } from '../kube/scheduler/scheduler.ts'
import { objectKey } from '../kube/store.ts'
import {
  type CloudGroup,
  discoverGroups,
  setDesired,
  templateMachine,
  withPresentSize,
} from './cloud.ts'
import { choosePriority, parsePriorities } from './priority-expander.ts'
import { ScaleDown } from './scale-down.ts'

const scanMs = 10_000
/** So often it asks AWS again which groups there are, what became of launches (cluster-autoscaler 3.1). */
const refreshMs = 60_000
/** Pods younger than this are left for the next loop. */
const podAgeMs = 2000
/** Back-off of a group after a failed launch: 5 minutes, doubled to 30. */
const backoffFirstMs = 300_000
const backoffMaxMs = 1_800_000

/** Expanders of the chain, in order. */
export type Expander = 'priority' | 'least-waste' | 'random'

/** One autoscaler; it works while a ready pod of its Deployment exists. */
export class Autoscaler {
  private readonly kernel: Kernel
  private readonly cluster: KubeCluster
  private readonly account: AwsAccount
  private readonly scheduler: Scheduler
  private readonly expanders: readonly Expander[]
  private readonly scaleDown: ScaleDown
  private readonly backoff = new Map<string, { untilMs: number; delayMs: number }>()
  /** When a group was last asked for more: older failures are not the answer to that. */
  private readonly raisedAtMs = new Map<string, number>()
  private readonly unschedulable = new Set<string>()
  /** As the last refresh found them: until the next one it does not see that a group lost its tags. */
  private known: readonly CloudGroup[] = []
  private refreshedAtMs = Number.NEGATIVE_INFINITY
  private isScanDue = false

  constructor(options: {
    readonly kernel: Kernel
    readonly cluster: KubeCluster
    readonly account: AwsAccount
    readonly scheduler: Scheduler
    readonly expanders: readonly Expander[]
  }) {
    this.kernel = options.kernel
    this.cluster = options.cluster
    this.account = options.account
    this.scheduler = options.scheduler
    this.expanders = options.expanders
    this.scaleDown = new ScaleDown({ ...options, isRunning: () => this.isRunning() })
    this.cluster.store.subscribe((event) => {
      if (event.kind !== 'Pod') return
      const pod = event.object as Pod
      const key = objectKey(pod.metadata.namespace, pod.metadata.name)
      if (event.type !== 'DELETED' && isUnschedulable(pod)) {
        this.unschedulable.add(key)
        this.scanSoon(scanMs)
      } else this.unschedulable.delete(key)
    })
    this.scaleDown.start()
  }

  /** Loops run only while there is something to do. */
  private scanSoon(delayMs: number): void {
    if (this.isScanDue) return
    this.isScanDue = true
    this.kernel.afterInBackground(delayMs, 'autoscaler', () => {
      this.isScanDue = false
      if (this.unschedulable.size === 0) return
      if (this.isRunning()) this.scaleUp()
      this.scanSoon(scanMs)
    })
  }

  private isRunning(): boolean {
    for (const pod of this.cluster.store.podsInNamespace('kube-system').values()) {
      if (pod.metadata.name.includes('cluster-autoscaler') && isPodReady(pod)) return true
    }
    return false
  }

  private scaleUp(): void {
    const nowMs = this.kernel.nowMs()
    this.refresh(nowMs)
    const groups = this.known.map((group) => withPresentSize(this.account, group))
    const pods = this.pendingPods(nowMs)
    const left = this.afterComingNodes(pods, groups)
    if (left.length === 0) return
    const options = groups.flatMap((group) => this.optionOf(group, left, nowMs) ?? [])
    const best = this.choose(options)
    if (best === undefined) return
    this.raisedAtMs.set(best.name, nowMs)
    if (!setDesired(this.account, best.name, best.group.desiredCapacity + best.nodeCount)) {
      this.backOff(best.name, nowMs)
      return
    }
    this.kernel.journal.add({
      kind: 'state',
      actor: systemUsers.autoscaler,
      what: 'scale-up',
      object: best.name,
      detail: `+${best.nodeCount} for ${best.podCount} pods`,
    })
  }

  private refresh(nowMs: number): void {
    if (nowMs - this.refreshedAtMs < refreshMs) return
    this.refreshedAtMs = nowMs
    this.known = discoverGroups(this.account, this.cluster.name)
    this.takeFailuresBack(nowMs)
  }

  private pendingPods(nowMs: number): readonly Pod[] {
    const pods: Pod[] = []
    for (const key of [...this.unschedulable].sort()) {
      const at = key.indexOf('/')
      const pod = this.cluster.store.get('Pod', key.slice(0, at), key.slice(at + 1))
      if (pod === undefined || (pod.spec.priority ?? 0) < -10) continue
      if (nowMs - Date.parse(pod.metadata.creationTimestamp ?? '') >= podAgeMs) pods.push(pod)
    }
    return pods
  }

  /** Upcoming nodes take what fits them first. */
  private afterComingNodes(pods: readonly Pod[], groups: readonly CloudGroup[]): readonly Pod[] {
    const coming: NodeInfo[] = []
    for (const group of groups) {
      const { machines } = this.cluster
      const ready = group.instanceIds.filter((id) =>
        machines
          .nodeOf(id)
          ?.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'),
      )
      for (let index = ready.length; index < group.desiredCapacity; index += 1) {
        const info = this.templateInfo(group.name, index)
        if (info !== undefined) coming.push(info)
      }
    }
    return pods.filter((pod) => !this.placeOn(pod, coming))
  }

  private templateInfo(groupName: string, index: number): NodeInfo | undefined {
    const machine = templateMachine(this.account, groupName)
    if (machine === undefined) return undefined
    const node = nodeObject(machine, `template-${groupName}-${index}`, true, this.kernel.nowText())
    return nodeInfoOf(node)
  }

  private placeOn(pod: Pod, infos: readonly NodeInfo[]): boolean {
    for (const info of infos) {
      if (faultsOf(pod, info, this.scheduler.context).length > 0) continue
      addPod(info, `${pod.metadata.namespace}/${pod.metadata.name}`, pod)
      return true
    }
    return false
  }

  /** First-fit-decreasing onto nodes of the group. */
  private optionOf(
    group: CloudGroup,
    pods: readonly Pod[],
    nowMs: number,
  ): ExpansionOption | undefined {
    if (this.isBackedOff(group, nowMs)) return undefined
    const room = group.maxSize - group.desiredCapacity
    const nodes: NodeInfo[] = []
    let podCount = 0
    for (const pod of pods) {
      if (this.placeOn(pod, nodes)) {
        podCount += 1
        continue
      }
      if (nodes.length >= room) continue
      const info = this.templateInfo(group.name, 10_000 + nodes.length)
      if (info === undefined || !this.placeOn(pod, [info])) continue
      nodes.push(info)
      podCount += 1
    }
    if (nodes.length === 0) return undefined
    const free = nodes.reduce((sum, one) => sum + one.cpuFree / Math.max(1, one.cpuCapacity), 0)
    const waste = free / nodes.length
    return { name: group.name, group, nodeCount: nodes.length, podCount, waste }
  }

  /** Takes missing nodes back where the launch failed, and leaves such a group alone for a while. */
  private takeFailuresBack(nowMs: number): void {
    for (const group of this.known) {
      const known = this.backoff.get(group.name)
      if (known !== undefined && nowMs < known.untilMs) continue
      if (group.failedLaunchMs === undefined) {
        // The newest launch worked: the next failure starts from the first delay again.
        this.backoff.delete(group.name)
        continue
      }
      const isShort = group.instanceIds.length < group.desiredCapacity
      const isNew = group.failedLaunchMs >= (this.raisedAtMs.get(group.name) ?? 0)
      if (!isShort || !isNew) continue
      this.backOff(group.name, nowMs)
      setDesired(this.account, group.name, group.instanceIds.length)
    }
  }

  private backOff(groupName: string, nowMs: number): void {
    const lastMs = this.backoff.get(groupName)?.delayMs ?? backoffFirstMs / 2
    const delayMs = Math.min(backoffMaxMs, lastMs * 2)
    this.backoff.set(groupName, { untilMs: nowMs + delayMs, delayMs })
  }

  private isBackedOff(group: CloudGroup, nowMs: number): boolean {
    return nowMs < (this.backoff.get(group.name)?.untilMs ?? 0)
  }

  private choose(options: readonly ExpansionOption[]): ExpansionOption | undefined {
    let left = options
    for (const expander of this.expanders) {
      if (expander === 'priority') left = this.byPriority(left)
      else if (expander === 'least-waste') {
        const least = Math.min(...left.map((one) => one.waste))
        left = left.filter((one) => one.waste === least)
      }
    }
    const random = this.kernel.random(`expander/${this.kernel.nowMs()}`)
    return left[Math.floor(random.next() * left.length)]
  }

  private byPriority(options: readonly ExpansionOption[]): readonly ExpansionOption[] {
    const name = 'cluster-autoscaler-priority-expander'
    const map = this.cluster.store.get('ConfigMap', 'kube-system', name)
    if (map === undefined) return options
    const minor = Number(this.cluster.kubernetesVersion.slice(2))
    const parsed = parsePriorities(map.data?.priorities ?? '', minor)
    if (parsed.kind === 'invalid') {
      const message = `Wrong configuration for priority expander: ${parsed.why}. Ignoring update.`
      this.warn(map, 'PriorityConfigMapInvalid', message)
      return options
    }
    const { isUnfiltered, kept, unmatched } = choosePriority(options, parsed.config)
    if (isUnfiltered) {
      const message =
        'Priority expander: no priorities info found for any of the expansion options. No options filtered.'
      this.warn(map, 'PriorityConfigMapNoGroupMatched', message)
    }
    for (const one of unmatched) {
      const message = `Priority expander: node group ${one.name} not found in priority expander configuration. The group won't be used.`
      this.warn(map, 'PriorityConfigMapNotMatchedGroup', message)
    }
    return kept
  }

  private warn(
    about: Parameters<typeof recordEvent>[2]['about'],
    reason: string,
    message: string,
  ): void {
    recordEvent(this.kernel, this.cluster.store, {
      about,
      component: 'cluster-autoscaler',
      reason,
      message,
      type: 'Warning',
    })
  }
}

interface ExpansionOption {
  readonly name: string
  readonly group: CloudGroup
  readonly nodeCount: number
  readonly podCount: number
  readonly waste: number
}

function isUnschedulable(pod: Pod): boolean {
  if (pod.spec.nodeName !== undefined || pod.metadata.deletionTimestamp !== undefined) return false
  return (
    pod.status?.conditions?.some((one) => one.type === 'PodScheduled' && one.status === 'False') ??
    false
  )
}
