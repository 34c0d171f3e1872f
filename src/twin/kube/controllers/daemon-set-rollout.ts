/** DaemonSets whose template changed: old pods go, a few at a time. Twin layer. */

import type { DaemonSet, Node, Pod } from '../../../world/kube-objects.ts'
import { type ClusterTwin, systemUsers } from '../../contracts.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { msUntilAvailable } from '../conditions.ts'
import { objectKey } from '../store.ts'
import { wantsNode } from './daemon-set.ts'
import { controllerOf, isGoing } from './pod-maker.ts'
import { isInteresting } from './replica-set.ts'
import type { TemplateRevisions } from './template-revisions.ts'
import { splitKey, WorkQueue } from './work-queue.ts'

/** After the pods of the node are made, which takes the controller 7 ms. */
const delayMs = 12

/** Replaces outdated pods within `maxUnavailable`; pods that are not available anyway go at once. */
export function startDaemonSetRollouts(
  kernel: Kernel,
  cluster: ClusterTwin,
  revisions: TemplateRevisions,
): void {
  const { store } = cluster
  const queue = new WorkQueue(kernel, 'daemon-set-rollout', (key) => {
    const { name, namespace } = splitKey(key)
    const set = store.get('DaemonSet', namespace, name)
    if (set === undefined || isGoing(set)) return
    const waitMs = replaceSome(set, kernel, { cluster, revisions })
    if (waitMs !== undefined) queue.add(key, waitMs)
  })
  store.subscribe((event) => {
    const { metadata } = event.object
    if (event.kind === 'DaemonSet' && event.type === 'MODIFIED') {
      const set = event.object as DaemonSet
      const isSame = (event.previous as DaemonSet | undefined)?.spec === set.spec
      if (!isSame && revisions.isChanged(set)) queue.add(keyOf(metadata), delayMs)
    } else if (event.kind === 'Pod') {
      const pod = event.object as Pod
      const owner = controllerOf(pod)
      if (owner?.kind !== 'DaemonSet') return
      const set = store.get('DaemonSet', metadata.namespace, owner.name)
      if (set === undefined || !revisions.isChanged(set)) return
      if (!isInteresting(pod, event.previous as Pod | undefined, event.type)) return
      queue.add(keyOf(set.metadata), delayMs)
    }
  })
}

function keyOf({ name, namespace }: DaemonSet['metadata']): string {
  return objectKey(namespace, name)
}

interface Context {
  readonly cluster: ClusterTwin
  readonly revisions: TemplateRevisions
}

/** When a new pod counts as available without another event; undefined = none waits. */
function replaceSome(set: DaemonSet, kernel: Kernel, context: Context): number | undefined {
  const { cluster, revisions } = context
  const { minReadySeconds = 0, updateStrategy: { rollingUpdate, type } = {} } = set.spec
  if (type === 'OnDelete') return undefined
  const pods = [...cluster.store.podsOfController(set.metadata.uid ?? '').values()]
  const old = pods.filter((pod) => !isGoing(pod) && revisions.isOutdated(set, pod))
  // Rolled out: with nothing to wait for either, its nodes need not be looked at.
  if (old.length === 0 && minReadySeconds === 0) return undefined
  const nodes = [...cluster.store.values('Node')].filter((node) => wantsNode(set, node))
  const waits = new Map<Pod, number | undefined>(
    pods.map((pod) => [pod, msUntilAvailable(pod, minReadySeconds, kernel.nowMs())]),
  )
  const isUp = (pod: Pod): boolean => !isGoing(pod) && waits.get(pod) === 0
  let room = roomOf(rollingUpdate?.maxUnavailable ?? 1, nodes.length) - missing(nodes, pods, isUp)
  for (const pod of old.sort((one, other) => Number(isUp(one)) - Number(isUp(other)))) {
    if (isUp(pod) && room <= 0) break
    if (isUp(pod)) room -= 1
    const ref = { namespace: pod.metadata.namespace, name: pod.metadata.name }
    cluster.server.delete('Pod', ref, {}, systemUsers.controllerManager)
  }
  const later = [...waits.values()].flatMap((ms) => (ms === undefined || ms === 0 ? [] : [ms]))
  return later.length === 0 ? undefined : Math.min(...later)
}

/** Nodes without an available pod. */
function missing(
  nodes: readonly Node[],
  pods: readonly Pod[],
  isUp: (pod: Pod) => boolean,
): number {
  const covered = new Set(pods.filter(isUp).map((pod) => pod.spec.nodeName))
  return nodes.filter(({ metadata }) => !covered.has(metadata.name)).length
}

/** A share is rounded up, as the controller does. */
function roomOf(value: number | string, nodeCount: number): number {
  if (typeof value === 'number') return value
  return Math.ceil((Number.parseInt(value, 10) / 100) * nodeCount)
}
