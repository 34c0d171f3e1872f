/** DaemonSets: one pod per matching node, cordoned ones too. Twin layer. */

import type { DaemonSet, Node, Pod, Toleration } from '../../../world/kube-objects.ts'
import { type ClusterTwin, systemUsers } from '../../contracts.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { notReadyTaintKey, unreachableTaintKey, unschedulableTaintKey } from '../admission.ts'
import { isUntolerated, matchesNodeRules } from '../node-rules.ts'
import { objectKey } from '../store.ts'
import {
  adopted,
  controllerOf,
  controllerReference,
  createOwnedPod,
  isGoing,
  podOf,
} from './pod-maker.ts'
import { splitKey, WorkQueue } from './work-queue.ts'

const delayMs = 7

/** Tolerations that the controller adds to every daemon pod. */
const daemonTolerations: readonly Toleration[] = [
  { key: notReadyTaintKey, operator: 'Exists', effect: 'NoExecute' },
  { key: unreachableTaintKey, operator: 'Exists', effect: 'NoExecute' },
  { key: notReadyTaintKey, operator: 'Exists', effect: 'NoSchedule' },
  { key: unschedulableTaintKey, operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
]

/** One list per template, so that its pods are seen to be alike. */
const tolerationLists = new WeakMap<Pod['spec'], readonly Toleration[]>()

function tolerationsOf(spec: Pod['spec']): readonly Toleration[] {
  const known = tolerationLists.get(spec)
  if (known !== undefined) return known
  const list = [...(spec.tolerations ?? []), ...daemonTolerations]
  tolerationLists.set(spec, list)
  return list
}

/** Keeps a pod of every DaemonSet on every node it may run on. */
export function startDaemonSets(kernel: Kernel, cluster: ClusterTwin): void {
  const { store } = cluster
  const queue = new WorkQueue(kernel, 'daemon-set', (key) => {
    const { name: node, namespace: set } = splitKey(key)
    const [namespace = '', name = ''] = set.split('|')
    reconcile(store.get('DaemonSet', namespace, name), store.get('Node', undefined, node), cluster)
  })
  const add = (set: DaemonSet, node: string): void =>
    queue.add(objectKey(`${set.metadata.namespace}|${set.metadata.name}`, node), delayMs)
  store.subscribe((event) => {
    if (event.kind === 'Node' && event.type !== 'DELETED') {
      const node = event.object as Node
      for (const set of store.values('DaemonSet')) {
        if (isDecidedAnew(set, node, event.previous as Node | undefined))
          add(set, node.metadata.name)
      }
    } else if (event.kind === 'DaemonSet' && event.type !== 'DELETED') {
      const set = event.object as DaemonSet
      const previous = event.previous as DaemonSet | undefined
      if (previous?.spec.template === set.spec.template) return
      for (const node of store.list('Node')) {
        if (previous === undefined || verdict(previous, node) !== verdict(set, node))
          add(set, node.metadata.name)
      }
    } else if (event.kind === 'Pod' && event.type === 'DELETED') {
      const pod = event.object as Pod
      const owner = controllerOf(pod)
      if (owner?.kind !== 'DaemonSet' || pod.spec.nodeName === undefined) return
      const set = store.get('DaemonSet', pod.metadata.namespace, owner.name)
      if (set !== undefined) add(set, pod.spec.nodeName)
    }
  })
}

/** A node that joins, or whose labels or taints say something else about the set than before. */
function isDecidedAnew(set: DaemonSet, node: Node, previous: Node | undefined): boolean {
  if (previous === undefined) return true
  const isSameShape =
    previous.metadata.labels === node.metadata.labels && previous.spec?.taints === node.spec?.taints
  return !isSameShape && verdict(set, previous) !== verdict(set, node)
}

/** A pod of the set there may be made, may stay, or has to go. */
function verdict(set: DaemonSet, node: Node): 'wanted' | 'suffered' | 'unwanted' {
  if (wantsNode(set, node)) return 'wanted'
  const { spec } = set.spec.template
  const tolerations = tolerationsOf(spec)
  const isRepelled = (node.spec?.taints ?? []).some(
    (taint) => taint.effect === 'NoExecute' && isUntolerated(taint, tolerations),
  )
  return isRepelled || !matchesNodeRules(spec, node) ? 'unwanted' : 'suffered'
}

/** Whether the DaemonSet wants a pod on the node. */
export function wantsNode(set: DaemonSet, node: Node): boolean {
  const { spec } = set.spec.template
  const tolerations = tolerationsOf(spec)
  const taints = node.spec?.taints ?? []
  if (taints.some((taint) => isUntolerated(taint, tolerations))) return false
  return matchesNodeRules(spec, node)
}

/** The pod for a node, bound to it from the start. */
export function daemonPodOf(set: DaemonSet, nodeName: string, suffix: string): Pod {
  const { spec } = set.spec.template
  return podOf(set.spec.template, {
    namespace: set.metadata.namespace ?? '',
    name: `${set.metadata.name}-${suffix}`,
    owner: controllerReference(set),
    spec: { nodeName, tolerations: tolerationsOf(spec) },
  })
}

function reconcile(set: DaemonSet | undefined, node: Node | undefined, cluster: ClusterTwin): void {
  if (set === undefined || node === undefined || isGoing(set)) return
  const { uid } = set.metadata
  const nodeName = node.metadata.name
  const wish = verdict(set, node)
  const own = [...cluster.store.podsOnNode(nodeName).values()].filter(
    (pod) => controllerOf(pod)?.uid === uid,
  )
  if (wish === 'unwanted') for (const pod of own) remove(pod, cluster)
  if (wish !== 'wanted' || own.length > 0) return
  const suffix = nodeName.split('.')[0]?.slice(3) ?? nodeName
  const pod = daemonPodOf(set, nodeName, suffix)
  const present = cluster.store.get('Pod', pod.metadata.namespace, pod.metadata.name)
  if (present === undefined) createOwnedPod(pod, cluster)
  else if (controllerOf(present) === undefined) {
    cluster.store.replace('Pod', adopted(present, set))
  }
}

function remove(pod: Pod, { server }: ClusterTwin): void {
  if (isGoing(pod)) return
  const ref = { namespace: pod.metadata.namespace, name: pod.metadata.name }
  server.delete('Pod', ref, {}, systemUsers.controllerManager)
}
