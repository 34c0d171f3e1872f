/** What a DaemonSet says about its pods. Twin layer. */

import type { DaemonSet, KubeObject, Node, Pod } from '../../../world/kube-objects.ts'
import type { ClusterTwin } from '../../contracts.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { isPodReady, msUntilAvailable } from '../conditions.ts'
import { objectKey } from '../store.ts'
import { isSameJson } from '../unchanged.ts'
import { wantsNode } from './daemon-set.ts'
import { controllerOf, isGoing } from './pod-maker.ts'
import { isInteresting } from './replica-set.ts'
import type { TemplateRevisions } from './template-revisions.ts'
import { splitKey, WorkQueue } from './work-queue.ts'

/** Many nodes join at once; one status tells of all. */
const delayMs = 50

/** Keeps the status of every DaemonSet equal to its pods. */
export function startDaemonSetStatus(
  kernel: Kernel,
  cluster: ClusterTwin,
  revisions: TemplateRevisions,
): void {
  const { store } = cluster
  const tally = new DaemonTally(store)
  const queue = new WorkQueue(kernel, 'daemon-set-status', (key) => {
    const { name, namespace } = splitKey(key)
    const set = store.get('DaemonSet', namespace, name)
    if (set === undefined) return
    const waitMs = writeStatus(set, tally, { kernel, cluster, revisions })
    if (waitMs !== undefined) queue.add(key, waitMs)
  })
  const add = ({ metadata }: KubeObject): void =>
    queue.add(objectKey(metadata.namespace, metadata.name), delayMs)
  store.subscribe((event) => {
    if (event.kind === 'Node') {
      tally.takeNode(event.object as Node, event.previous as Node | undefined, event.type)
      if (event.type !== 'MODIFIED') for (const set of store.values('DaemonSet')) add(set)
    } else if (event.kind === 'DaemonSet' && event.type !== 'DELETED') {
      tally.takeSet(event.object as DaemonSet, event.previous as DaemonSet | undefined)
      add(event.object)
    } else if (event.kind === 'Pod') {
      const pod = event.object as Pod
      const owner = controllerOf(pod)
      if (owner?.kind !== 'DaemonSet') return
      tally.takePod(owner.uid, pod, event.type === 'DELETED')
      if (!isInteresting(pod, event.previous as Pod | undefined, event.type)) return
      const set = store.get('DaemonSet', pod.metadata.namespace, owner.name)
      if (set !== undefined) add(set)
    }
  })
}

/** Nodes that a DaemonSet wants and pods that it has, counted as they change: there are many of both. */
class DaemonTally {
  private readonly store: ClusterTwin['store']
  /** Names by the uid of the DaemonSet. */
  private readonly wantedNodes = new Map<string, Set<string>>()
  private readonly presentPods = new Map<string, Set<string>>()
  private readonly readyPods = new Map<string, Set<string>>()

  constructor(store: ClusterTwin['store']) {
    this.store = store
  }

  /** Desired, present and ready. */
  countsOf(set: DaemonSet): { desired: number; present: number; ready: number } {
    const uid = set.metadata.uid ?? ''
    return {
      desired: this.wantedNodes.get(uid)?.size ?? 0,
      present: this.presentPods.get(uid)?.size ?? 0,
      ready: this.readyPods.get(uid)?.size ?? 0,
    }
  }

  takeNode(node: Node, previous: Node | undefined, type: 'ADDED' | 'MODIFIED' | 'DELETED'): void {
    const isSameShape =
      previous?.metadata.labels === node.metadata.labels &&
      previous?.spec?.taints === node.spec?.taints
    if (type === 'MODIFIED' && isSameShape) return
    for (const set of this.store.values('DaemonSet')) {
      const isWanted = type !== 'DELETED' && wantsNode(set, node)
      note(this.wantedNodes, set.metadata.uid ?? '', { name: node.metadata.name, isIn: isWanted })
    }
  }

  takeSet(set: DaemonSet, previous: DaemonSet | undefined): void {
    if (previous?.spec.template === set.spec.template) return
    const nodes = [...this.store.values('Node')].filter((node) => wantsNode(set, node))
    this.wantedNodes.set(set.metadata.uid ?? '', new Set(nodes.map((node) => node.metadata.name)))
  }

  takePod(uid: string, pod: Pod, isGone: boolean): void {
    const { name } = pod.metadata
    const isPresent = !isGone && pod.metadata.deletionTimestamp === undefined
    note(this.presentPods, uid, { name, isIn: isPresent })
    note(this.readyPods, uid, { name, isIn: isPresent && isPodReady(pod) })
  }
}

function note(
  sets: Map<string, Set<string>>,
  uid: string,
  { isIn, name }: { readonly name: string; readonly isIn: boolean },
): void {
  let names = sets.get(uid)
  if (names === undefined) {
    names = new Set()
    sets.set(uid, names)
  }
  if (isIn) names.add(name)
  else names.delete(name)
}

interface Context {
  readonly kernel: Kernel
  readonly cluster: ClusterTwin
  readonly revisions: TemplateRevisions
}

/** When a pod counts as available without another event; undefined = none waits. */
function writeStatus(set: DaemonSet, tally: DaemonTally, context: Context): number | undefined {
  const { desired, present, ready } = tally.countsOf(set)
  const { later, outdated, waiting } = detailsOf(set, context)
  const available = ready - waiting
  const missing = desired - available
  const status = {
    desiredNumberScheduled: desired,
    currentNumberScheduled: present,
    updatedNumberScheduled: present - outdated,
    numberReady: ready,
    numberAvailable: available,
    ...(missing > 0 ? { numberUnavailable: missing } : {}),
    numberMisscheduled: 0,
    observedGeneration: set.metadata.generation ?? 1,
  }
  if (!isSameJson(set.status, status))
    context.cluster.store.replace('DaemonSet', { ...set, status })
  return later
}

/** What only few sets need to know pod by pod: those with a wait, and those that roll. */
function detailsOf(set: DaemonSet, { cluster, kernel, revisions }: Context) {
  const { minReadySeconds = 0 } = set.spec
  const isPlain = minReadySeconds === 0 && !revisions.isChanged(set)
  const pods = isPlain ? [] : [...cluster.store.podsOfController(set.metadata.uid ?? '').values()]
  const staying = pods.filter((pod) => !isGoing(pod))
  const waits = staying.flatMap((pod) => {
    const ms = msUntilAvailable(pod, minReadySeconds, kernel.nowMs())
    return ms === undefined || ms === 0 ? [] : [ms]
  })
  return {
    outdated: staying.filter((pod) => revisions.isOutdated(set, pod)).length,
    waiting: waits.length,
    later: waits.length === 0 ? undefined : Math.min(...waits),
  }
}
