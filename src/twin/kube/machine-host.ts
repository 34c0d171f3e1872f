/** From instance to node and back: boot, silence, removal. Twin layer. */

import type { Node } from '../../world/kube-objects.ts'
import { type ClusterTwin, type Machine, type MachineHost, systemUsers } from '../contracts.ts'
import { between, logNormal } from '../kernel/draws.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { notReadyTaintKey, unreachableTaintKey } from './admission.ts'
import { withCondition } from './conditions.ts'
import { nodeObject } from './node-object.ts'

/** Delays of kubernetes-measured sections 6-8 and twin 4.1. */
const delays = {
  vmStartMs: [12_000, 16_000] as const,
  registerMedianMs: { AmazonLinux2: 25_000, AmazonLinux2023: 27_000 },
  readyMs: [10_000, 30_000] as const,
  readyTaintGoneMs: 12,
  silenceMs: 53_000,
  nodeDeletedMs: [4_000, 9_000] as const,
  orphanedPodsMs: [41_500, 60_300] as const,
}

/** What happens to the pods of a machine; implemented by the kubelets. */
export interface PodRunner {
  /** The machine's kubelet runs from now on: pods bound to the node are started. */
  started(nodeName: string): void
  /** The machine's kubelet is gone: nothing of its pods changes any more. */
  stopped(nodeName: string): void
}

interface Hosted {
  readonly machine: Machine
  nodeName: string | undefined
  isAlive: boolean
}

/** All machines of one cluster. */
export class ClusterMachines implements MachineHost {
  private readonly kernel: Kernel
  private readonly cluster: ClusterTwin
  private readonly runner: PodRunner
  private readonly hosted = new Map<string, Hosted>()
  private nodeCount = 0

  constructor(kernel: Kernel, cluster: ClusterTwin, runner: PodRunner) {
    this.kernel = kernel
    this.cluster = cluster
    this.runner = runner
  }

  boot(machine: Machine): void {
    const entry: Hosted = { machine, nodeName: undefined, isAlive: true }
    this.hosted.set(machine.instanceId, entry)
    if (machine.joinFailure !== undefined) return
    const random = this.kernel.random(`boot/${machine.instanceId}`)
    const median = delays.registerMedianMs[machine.amiFamily]
    const registerMs = between(random, ...delays.vmStartMs) + logNormal(random, median, 0.12)
    const readyMs = between(random, ...delays.readyMs)
    this.kernel.after(registerMs, 'node-registers', () => {
      if (!entry.isAlive) return
      const node = this.register(entry, false)
      this.kernel.after(readyMs, 'node-ready', () => this.becomeReady(entry, node.metadata.name))
    })
  }

  place(machine: Machine): Node {
    const entry: Hosted = { machine, nodeName: undefined, isAlive: true }
    this.hosted.set(machine.instanceId, entry)
    const node = this.register(entry, true)
    this.runner.started(node.metadata.name)
    return node
  }

  stop(instanceId: string): void {
    const entry = this.hosted.get(instanceId)
    if (entry === undefined || !entry.isAlive) return
    entry.isAlive = false
    const { nodeName } = entry
    if (nodeName === undefined) return
    this.runner.stopped(nodeName)
    this.kernel.after(delays.silenceMs, 'node-silent', () => this.becomeUnknown(nodeName))
  }

  remove(instanceId: string): void {
    const entry = this.hosted.get(instanceId)
    this.stop(instanceId)
    this.hosted.delete(instanceId)
    const nodeName = entry?.nodeName
    if (nodeName === undefined) return
    const random = this.kernel.random(`gone/${instanceId}`)
    this.kernel.after(between(random, ...delays.nodeDeletedMs), 'cloud-node-gone', () => {
      const ref = { name: nodeName }
      this.cluster.server.delete('Node', ref, {}, systemUsers.controllerManager)
      const orphansMs = between(random, ...delays.orphanedPodsMs)
      this.kernel.after(orphansMs, 'pod-gc', () => this.collectOrphans(nodeName))
    })
  }

  nodeOf(instanceId: string): Node | undefined {
    const name = this.hosted.get(instanceId)?.nodeName
    return name === undefined ? undefined : this.cluster.store.get('Node', undefined, name)
  }

  private register(entry: Hosted, isReady: boolean): Node {
    const { machine } = entry
    const name = machine.nodeName ?? this.nextName(machine.region)
    entry.nodeName = name
    const node = nodeObject(machine, name, isReady, this.kernel.nowText())
    return isReady
      ? this.cluster.store.create('Node', node)
      : this.cluster.server.create('Node', node, systemUsers.kubelet)
  }

  /** Private DNS names in order, without those that a world brought with it. */
  private nextName(region: string): string {
    for (;;) {
      this.nodeCount += 1
      const third = Math.floor(this.nodeCount / 250)
      const name = `ip-10-0-${third}-${(this.nodeCount % 250) + 4}.${region}.compute.internal`
      if (this.cluster.store.get('Node', undefined, name) === undefined) return name
    }
  }

  private becomeReady(entry: Hosted, name: string): void {
    if (!entry.isAlive) return
    this.setReady(name, 'True', 'KubeletReady')
    this.runner.started(name)
    this.kernel.after(delays.readyTaintGoneMs, 'not-ready-taint-gone', () => {
      const node = this.cluster.store.get('Node', undefined, name)
      if (node === undefined) return
      const taints = (node.spec?.taints ?? []).filter((taint) => taint.key !== notReadyTaintKey)
      this.cluster.store.replace('Node', { ...node, spec: { ...node.spec, taints } })
    })
  }

  /** The node's pods turn not Ready with it, and their budgets notice. */
  private becomeUnknown(name: string): void {
    const node = this.setReady(name, 'Unknown', 'NodeStatusUnknown')
    if (node === undefined) return
    const taint = { key: unreachableTaintKey, effect: 'NoSchedule' as const }
    const taints = [...(node.spec?.taints ?? []), taint]
    this.cluster.store.replace('Node', { ...node, spec: { ...node.spec, taints } })
    const now = this.kernel.nowText()
    for (const pod of [...this.cluster.store.podsOnNode(name).values()]) {
      const condition = { type: 'Ready', status: 'False' }
      const conditions = withCondition(pod.status?.conditions, condition, now)
      this.cluster.store.replace('Pod', { ...pod, status: { ...pod.status, conditions } })
    }
  }

  private setReady(name: string, status: string, reason: string): Node | undefined {
    const node = this.cluster.store.get('Node', undefined, name)
    if (node === undefined) return undefined
    const condition = { type: 'Ready', status, reason }
    const conditions = withCondition(node.status?.conditions, condition, this.kernel.nowText())
    return this.cluster.store.replace('Node', { ...node, status: { ...node.status, conditions } })
  }

  /** Pods bound to a node that no longer exists: no budget is asked. */
  private collectOrphans(nodeName: string): void {
    for (const pod of [...this.cluster.store.podsOnNode(nodeName).values()]) {
      const ref = { namespace: pod.metadata.namespace, name: pod.metadata.name }
      const options = { gracePeriodSeconds: 0 }
      this.cluster.server.delete('Pod', ref, options, systemUsers.controllerManager)
    }
  }
}
