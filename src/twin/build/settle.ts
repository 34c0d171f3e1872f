/** Makes the pods of a cluster that has been running for long: bound, Running, Ready. Twin layer. */

import type { Job, KubeObject, Node, Pod, ReplicaSet } from '../../world/kube-objects.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { timeText } from '../kernel/kernel.ts'
import { behaviourAnnotation } from '../kube/annotations.ts'
import type { KubeCluster } from '../kube/cluster.ts'
import { isPodTerminal } from '../kube/conditions.ts'
import { daemonPodOf, wantsNode } from '../kube/controllers/daemon-set.ts'
import {
  controllerOf,
  controllerReference,
  freePodName,
  podOf,
} from '../kube/controllers/pod-maker.ts'
import { isActive } from '../kube/controllers/replica-set.ts'
import { statefulPodOf } from '../kube/controllers/stateful-set.ts'
import { objectKey } from '../kube/store.ts'
import type { VolumeAttacher } from '../kube/volume-attacher.ts'
import { InitialPlacement } from './placement.ts'
import { KnownReplicaSets } from './replica-sets.ts'

/** Age of everything at the start of a world. */
const ageMs = 30 * 24 * 3_600_000

/** Puts objects into the cluster and gives every workload the pods it lacks. */
export function settle(
  kernel: Kernel,
  cluster: KubeCluster,
  input: { readonly objects: readonly KubeObject[]; readonly volumes: VolumeAttacher },
): { readonly unplaced: readonly string[] } {
  const bornText = timeText(kernel.nowMs() - ageMs)
  const pods: Pod[] = []
  createNamespaces(cluster, input.objects)
  for (const object of input.objects) {
    if (object.kind === 'Pod') pods.push(object)
    else if (object.kind === 'Node') describeNode(cluster, object)
    else {
      const metadata = { creationTimestamp: bornText, ...object.metadata }
      cluster.store.create(object.kind, { ...object, metadata } as never)
    }
  }
  pods.push(...controllerPods(kernel, cluster, pods))
  return placePods(cluster, pods, { bornText, volumes: input.volumes })
}

/** A machine of the world is there already: the dump says what its node is like, not whether it is there. */
function describeNode({ store }: KubeCluster, { metadata, spec, status }: Node): void {
  const node = store.get('Node', undefined, metadata.name)
  if (node === undefined) return
  const annotations = { ...node.metadata.annotations, ...metadata.annotations }
  const labels = { ...node.metadata.labels, ...metadata.labels }
  // The not-ready taint and its like follow from the state of the machine, which is well here.
  const taints = (spec?.taints ?? []).filter((one) => !one.key.startsWith('node.kubernetes.io/'))
  const { allocatable, capacity, nodeInfo } = status ?? {}
  const isCordoned = spec?.unschedulable === true
  store.replace('Node', {
    ...node,
    metadata: { ...node.metadata, annotations, labels },
    spec: { ...node.spec, taints, ...(isCordoned ? { unschedulable: true } : {}) },
    status: {
      ...node.status,
      ...(allocatable === undefined ? {} : { allocatable }),
      ...(capacity === undefined ? {} : { capacity }),
      ...(nodeInfo === undefined ? {} : { nodeInfo: { ...node.status?.nodeInfo, ...nodeInfo } }),
    },
  })
}

function createNamespaces(cluster: KubeCluster, objects: readonly KubeObject[]): void {
  const names = new Set(['default', 'kube-system', 'kube-node-lease'])
  for (const { metadata } of objects)
    if (metadata.namespace !== undefined) names.add(metadata.namespace)
  for (const name of [...names].sort()) {
    const isGiven = objects.some((one) => one.kind === 'Namespace' && one.metadata.name === name)
    if (isGiven || cluster.store.get('Namespace', undefined, name) !== undefined) continue
    const metadata = { name }
    const status = { phase: 'Active' as const }
    cluster.store.create('Namespace', { apiVersion: 'v1', kind: 'Namespace', metadata, status })
  }
}

/** Pods that controllers would have; those that came with the objects count. */
function controllerPods(
  kernel: Kernel,
  cluster: KubeCluster,
  given: readonly Pod[],
): readonly Pod[] {
  const { store } = cluster
  const present = new Map<string, number>()
  for (const pod of given) {
    if (!isActive(pod)) continue
    for (const { uid, name, kind } of pod.metadata.ownerReferences ?? []) {
      for (const key of [uid, `${pod.metadata.namespace}/${kind}/${name}`]) {
        present.set(key, (present.get(key) ?? 0) + 1)
      }
    }
  }
  const pods: Pod[] = []
  const taken = new Set(given.map(({ metadata }) => objectKey(metadata.namespace, metadata.name)))
  const add = (owner: ReplicaSet | Job): void => {
    const { name: prefix, namespace = '' } = owner.metadata
    const scope = { cluster: cluster.name, namespace, prefix }
    const name = freePodName(kernel, scope, (one) => taken.has(objectKey(namespace, one)))
    taken.add(objectKey(namespace, name))
    const reference = controllerReference(owner)
    pods.push(podOf(owner.spec.template, { namespace, name, owner: reference }))
  }
  const known = new KnownReplicaSets(cluster, given)
  for (const deployment of store.list('Deployment')) {
    const replicas = deployment.spec.replicas ?? 1
    const set = known.of(deployment)
    const { namespace } = set.metadata
    const count = replicas - (present.get(`${namespace}/ReplicaSet/${set.metadata.name}`) ?? 0)
    for (let index = 0; index < count; index += 1) add(set)
  }
  for (const set of store.list('StatefulSet')) {
    for (let ordinal = 0; ordinal < (set.spec.replicas ?? 1); ordinal += 1) {
      const pod = statefulPodOf(set, ordinal)
      const isGiven = given.some(
        (one) =>
          one.metadata.name === pod.metadata.name &&
          one.metadata.namespace === pod.metadata.namespace,
      )
      if (!isGiven) pods.push(pod)
    }
  }
  for (const job of store.list('Job')) {
    const { name, namespace } = job.metadata
    const key = `${namespace}/Job/${name}`
    const isOver = job.status?.succeeded !== undefined && job.status.active === undefined
    const count = isOver ? 0 : (job.spec.parallelism ?? 1) - (present.get(key) ?? 0)
    for (let index = 0; index < count; index += 1) add(job)
  }
  return pods
}

function placePods(
  cluster: KubeCluster,
  pods: readonly Pod[],
  context: { readonly bornText: string; readonly volumes: VolumeAttacher },
): { readonly unplaced: readonly string[] } {
  const { store } = cluster
  const { bornText, volumes } = context
  const given = pods.filter((pod) => pod.spec.nodeName !== undefined)
  for (const set of store.list('DaemonSet')) {
    for (const node of store.list('Node')) {
      if (!wantsNode(set, node)) continue
      const suffix = node.metadata.name.split('.')[0]?.slice(3) ?? ''
      const isGiven = given.some(
        (pod) =>
          pod.spec.nodeName === node.metadata.name &&
          isOwnedBy(pod, set.metadata.name, 'DaemonSet'),
      )
      if (!isGiven) createPod(cluster, daemonPodOf(set, node.metadata.name, suffix), bornText, true)
    }
  }
  const isBound = (pod: Pod): boolean =>
    pod.spec.nodeName !== undefined && store.get('Node', undefined, pod.spec.nodeName) !== undefined
  for (const pod of pods.filter(isBound)) {
    createPod(cluster, pod, bornText, true)
    if (!isPodTerminal(pod)) volumes.place(pod, pod.spec.nodeName ?? '')
  }
  const free = pods.filter((pod) => !isBound(pod) && !belongsToNode(pod) && !isPodTerminal(pod))
  const places = new InitialPlacement(store).placeAll(free)
  const unplaced: string[] = []
  const brokenLeft = new Map<string, number>()
  for (const pod of free) {
    const key = objectKey(pod.metadata.namespace, pod.metadata.name)
    const nodeName = places.get(key)
    const { nodeName: _, ...spec } = pod.spec
    if (nodeName === undefined) {
      unplaced.push(key)
      createPod(cluster, { ...pod, spec, status: { phase: 'Pending' } }, bornText, false)
      continue
    }
    const bound = { ...pod, spec: { ...spec, nodeName } }
    createPod(cluster, bound, bornText, !isBroken(pod, brokenLeft))
    volumes.place(bound, nodeName)
  }
  return { unplaced }
}

/** Daemon and mirror pods go with their node: without it they are not placed elsewhere. */
function belongsToNode(pod: Pod): boolean {
  const kind = controllerOf(pod)?.kind
  return kind === 'DaemonSet' || kind === 'Node'
}

function isOwnedBy(pod: Pod, name: string, kind: string): boolean {
  return (
    pod.metadata.ownerReferences?.some((one) => one.kind === kind && one.name === name) ?? false
  )
}

/** The first k pods of a crash-looping workload have been broken for long. */
function isBroken(pod: Pod, left: Map<string, number>): boolean {
  const behaviour = pod.metadata.annotations?.[behaviourAnnotation] ?? ''
  if (!behaviour.startsWith('crash-loop')) return false
  const uid = pod.metadata.ownerReferences?.[0]?.uid ?? ''
  const count = left.get(uid) ?? Number(behaviour.split(':')[1] ?? Number.POSITIVE_INFINITY)
  left.set(uid, count - 1)
  return count > 0
}

function createPod(cluster: KubeCluster, pod: Pod, bornText: string, isReady: boolean): void {
  const { name, namespace } = pod.metadata
  if (cluster.store.get('Pod', namespace, name) !== undefined) return
  const isRunning = pod.spec.nodeName !== undefined
  const conditions = [
    { type: 'PodScheduled', status: isRunning ? 'True' : 'False', lastTransitionTime: bornText },
    { type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: bornText },
  ]
  const settled = { phase: 'Running' as const, startTime: bornText, conditions }
  const keptPhase = pod.status?.phase
  const isKept = keptPhase !== undefined && pod.status?.conditions !== undefined
  const status = isKept ? pod.status : isRunning ? settled : { phase: 'Pending' as const }
  const priorityClass = pod.spec.priorityClassName
  const priority =
    priorityClass === undefined
      ? 0
      : (cluster.store.get('PriorityClass', undefined, priorityClass)?.value ?? 0)
  const spec =
    pod.spec.priority === undefined && priority !== 0 ? { ...pod.spec, priority } : pod.spec
  const metadata = { creationTimestamp: bornText, ...pod.metadata }
  cluster.store.create('Pod', {
    ...pod,
    metadata,
    spec,
    ...(status === undefined ? {} : { status }),
  })
}
