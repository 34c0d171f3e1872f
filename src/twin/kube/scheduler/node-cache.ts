/** Free room of every node, kept up to date by store events. Twin layer. */

import { parseBytes, parseCpuMilli } from '../../../nodes/quantity.ts'
import type { Node, Pod } from '../../../world/kube-objects.ts'
import { isPodTerminal } from '../conditions.ts'
import { type KubeStore, objectKey } from '../store.ts'
import { requirementsOf } from './requirements.ts'

/** A node with what is left of it; also built for nodes that do not exist. */
export interface NodeInfo {
  node: Node
  readonly name: string
  zone: string
  cpuCapacity: number
  memoryCapacity: number
  cpuFree: number
  memoryFree: number
  podsFree: number
  /** Claims of its pods: volumes that are or will be attached. */
  claimCount: number
  readonly extendedFree: Map<string, number>
  readonly ports: Map<string, number>
  readonly pods: Map<string, Pod>
}

/** A fresh info without pods. */
export function nodeInfoOf(node: Node): NodeInfo {
  const info: NodeInfo = {
    node,
    name: node.metadata.name,
    zone: '',
    cpuCapacity: 0,
    memoryCapacity: 0,
    cpuFree: 0,
    memoryFree: 0,
    podsFree: 0,
    claimCount: 0,
    extendedFree: new Map(),
    ports: new Map(),
    pods: new Map(),
  }
  setNode(info, node)
  return info
}

function setNode(info: NodeInfo, node: Node): void {
  const { cpu = '0', memory = '0', pods = '0', ...others } = node.status?.allocatable ?? {}
  const cpuCapacity = parseCpuMilli(cpu)
  const memoryCapacity = parseBytes(memory)
  info.cpuFree += cpuCapacity - info.cpuCapacity
  info.memoryFree += memoryCapacity - info.memoryCapacity
  info.podsFree = Number(pods) - info.pods.size
  if (info.extendedFree.size === 0) {
    for (const [name, text] of Object.entries(others)) info.extendedFree.set(name, parseBytes(text))
  }
  info.cpuCapacity = cpuCapacity
  info.memoryCapacity = memoryCapacity
  info.zone = node.metadata.labels?.['topology.kubernetes.io/zone'] ?? ''
  info.node = node
}

/** Puts a pod on a node. */
export function addPod(info: NodeInfo, key: string, pod: Pod): void {
  change(info, pod, 1)
  info.pods.set(key, pod)
}

/** Takes a pod off a node. */
function removePod(info: NodeInfo, key: string): void {
  const pod = info.pods.get(key)
  if (pod === undefined) return
  info.pods.delete(key)
  change(info, pod, -1)
}

function change(info: NodeInfo, pod: Pod, sign: 1 | -1): void {
  const needs = requirementsOf(pod.spec)
  info.cpuFree -= sign * needs.cpuMilli
  info.memoryFree -= sign * needs.memoryBytes
  info.podsFree -= sign
  info.claimCount += sign * needs.claimNames.length
  for (const [name, amount] of needs.extended) {
    info.extendedFree.set(name, (info.extendedFree.get(name) ?? 0) - sign * amount)
  }
  for (const port of needs.hostPorts) info.ports.set(port, (info.ports.get(port) ?? 0) + sign)
}

/** All nodes of a cluster with their pods. */
export class NodeCache {
  readonly infos = new Map<string, NodeInfo>()
  private sorted: SortedNodes | undefined
  /** Bound pods with required anti-affinity terms, by key. */
  readonly antiAffinePods = new Map<string, Pod>()

  constructor(store: KubeStore) {
    for (const node of store.list('Node')) this.putNode(node)
    for (const pod of store.list('Pod')) this.putPod(pod)
    store.subscribe((event) => {
      if (event.kind === 'Node') {
        this.sorted = undefined
        if (event.type === 'DELETED') this.infos.delete(event.object.metadata.name)
        else this.putNode(event.object as Node, store)
      } else if (event.kind === 'Pod') {
        if (event.type === 'DELETED') this.dropPod(event.object as Pod)
        else this.putPod(event.object as Pod)
      }
    })
  }

  /** The nodes by how much speaks against them; good until the next event. */
  get byAppeal(): SortedNodes {
    if (this.sorted !== undefined) return this.sorted
    const plain: NodeInfo[] = []
    const shunned: NodeInfo[] = []
    for (const info of this.infos.values()) (isShunned(info.node) ? shunned : plain).push(info)
    this.sorted = { plain, shunned }
    return this.sorted
  }

  private putNode(node: Node, store?: KubeStore): void {
    const info = this.infos.get(node.metadata.name)
    if (info !== undefined) {
      setNode(info, node)
      return
    }
    this.infos.set(node.metadata.name, nodeInfoOf(node))
    for (const pod of store?.podsOnNode(node.metadata.name).values() ?? []) this.putPod(pod)
  }

  private putPod(pod: Pod): void {
    const { nodeName } = pod.spec
    if (nodeName === undefined) return
    if (isPodTerminal(pod)) {
      this.dropPod(pod)
      return
    }
    const key = objectKey(pod.metadata.namespace, pod.metadata.name)
    if (hasRequiredAntiAffinity(pod)) this.antiAffinePods.set(key, pod)
    const info = this.infos.get(nodeName)
    if (info === undefined) return
    const known = info.pods.get(key)
    if (known?.spec === pod.spec) info.pods.set(key, pod)
    else {
      removePod(info, key)
      addPod(info, key, pod)
    }
  }

  private dropPod(pod: Pod): void {
    const key = objectKey(pod.metadata.namespace, pod.metadata.name)
    this.antiAffinePods.delete(key)
    const info = this.infos.get(pod.spec.nodeName ?? '')
    if (info !== undefined) removePod(info, key)
  }
}

/** Nodes without, and nodes with a cordon or a soft taint. */
export interface SortedNodes {
  readonly plain: readonly NodeInfo[]
  readonly shunned: readonly NodeInfo[]
}

function isShunned({ spec }: Node): boolean {
  if (spec?.unschedulable === true) return true
  return spec?.taints?.some((taint) => taint.effect === 'PreferNoSchedule') ?? false
}

function hasRequiredAntiAffinity(pod: Pod): boolean {
  const terms = pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return (terms ?? []).length > 0
}
