/** The autoscaler's scale-down: idle nodes go after ten minutes, unless something blocks. Twin layer. */

import type { Node, Pod } from '../../world/kube-objects.ts'
import type { AwsAccount } from '../aws/account.ts'
import { systemUsers } from '../contracts.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { KubeCluster } from '../kube/cluster.ts'
import { isPodTerminal } from '../kube/conditions.ts'
import { controllerOf } from '../kube/controllers/pod-maker.ts'
import type { NodeInfo } from '../kube/scheduler/node-cache.ts'
import type { Scheduler } from '../kube/scheduler/scheduler.ts'
import { discoverGroups, removeInstance } from './cloud.ts'

/** Defaults of the flags (cluster-autoscaler 5.3). */
const unneededMs = 600_000
const afterAddMs = 600_000
const utilisationMax = 0.5
const scanMs = 60_000
const disabledAnnotation = 'cluster-autoscaler.kubernetes.io/scale-down-disabled'
const safeToEvictAnnotation = 'cluster-autoscaler.kubernetes.io/safe-to-evict'

/**
 * Removes empty nodes of discovered groups. The real autoscaler also drains nodes that are used by less than
 * half, one at a time: not modelled, see docs/twin-assumptions.md.
 */
export class ScaleDown {
  private readonly kernel: Kernel
  private readonly cluster: KubeCluster
  private readonly account: AwsAccount
  private readonly scheduler: Scheduler
  private readonly isRunning: () => boolean
  private readonly unneededSince = new Map<string, number>()
  private lastAddMs = 0
  private isDirty = true

  constructor(options: {
    readonly kernel: Kernel
    readonly cluster: KubeCluster
    readonly account: AwsAccount
    readonly scheduler: Scheduler
    readonly isRunning: () => boolean
  }) {
    this.kernel = options.kernel
    this.cluster = options.cluster
    this.account = options.account
    this.scheduler = options.scheduler
    this.isRunning = options.isRunning
  }

  /** Looks once a minute while anything changes or a node is on its way out. */
  start(): void {
    this.cluster.store.subscribe((event) => {
      if (event.kind === 'Node' && event.type === 'ADDED') this.lastAddMs = this.kernel.nowMs()
      if (event.kind === 'Node' || event.kind === 'Pod') this.scanSoon()
    })
    this.isDirty = false
    this.scanSoon()
  }

  private scanSoon(): void {
    if (this.isDirty) return
    this.isDirty = true
    this.kernel.afterInBackground(scanMs, 'autoscaler-scale-down', () => {
      this.isDirty = false
      if (this.isRunning()) this.scan()
      if (this.unneededSince.size > 0) this.scanSoon()
    })
  }

  private scan(): void {
    const nowMs = this.kernel.nowMs()
    const sizes = new Map(
      discoverGroups(this.account, this.cluster.name).flatMap((group) =>
        group.instanceIds.map((id) => [id, group] as const),
      ),
    )
    for (const info of this.scheduler.context.cache.infos.values()) {
      const instanceId = info.node.spec?.providerID?.split('/').at(-1) ?? ''
      const group = sizes.get(instanceId)
      if (group === undefined || !isRemovable(info)) {
        this.unneededSince.delete(info.name)
        continue
      }
      const since = this.unneededSince.get(info.name) ?? nowMs
      this.unneededSince.set(info.name, since)
      const isRipe = nowMs - since >= unneededMs && nowMs - this.lastAddMs >= afterAddMs
      if (!isRipe || group.desiredCapacity <= group.minSize) continue
      this.unneededSince.delete(info.name)
      this.remove(info.node, instanceId)
      return
    }
  }

  private remove(node: Node, instanceId: string): void {
    const taint = { key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' as const }
    const taints = [...(node.spec?.taints ?? []), taint]
    this.cluster.store.replace('Node', { ...node, spec: { ...node.spec, taints } })
    this.kernel.journal.add({
      kind: 'state',
      actor: systemUsers.autoscaler,
      what: 'scale-down',
      object: node.metadata.name,
      detail: instanceId,
    })
    this.kernel.after(5000, 'autoscaler-delete', () => removeInstance(this.account, instanceId))
  }
}

/** Under-used, not protected, and without any pod that would have to move. */
function isRemovable(info: NodeInfo): boolean {
  const { annotations } = info.node.metadata
  if (annotations?.[disabledAnnotation] === 'true' || info.node.spec?.unschedulable === true)
    return false
  const used = 1 - info.cpuFree / Math.max(1, info.cpuCapacity)
  if (used >= utilisationMax) return false
  return [...info.pods.values()].every((pod) => isDaemon(pod) || isPodTerminal(pod))
}

function isDaemon(pod: Pod): boolean {
  if (pod.metadata.annotations?.[safeToEvictAnnotation] === 'false') return false
  // Mirror pods belong to their Node.
  const kind = controllerOf(pod)?.kind
  return kind === 'DaemonSet' || kind === 'Node'
}
