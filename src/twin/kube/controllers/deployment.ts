/** Deployments: one ReplicaSet per template, rolled over within surge and unavailability. Twin layer. */

import type { Deployment, Pod, PodTemplate, ReplicaSet } from '../../../world/kube-objects.ts'
import { hash32 } from '../../../world/random.ts'
import type { ClusterTwin } from '../../contracts.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { matcherOf } from '../selectors.ts'
import { objectKey } from '../store.ts'
import { isSameJson } from '../unchanged.ts'
import { annotationsOfSet, forgetOldSets, revisionKey } from './deployment-revision.ts'
import { rollOver, scale } from './deployment-rollout.ts'
import { adopted, controllerOf, controllerReference, isGoing } from './pod-maker.ts'
import { templateText } from './template-text.ts'
import { splitKey, WorkQueue } from './work-queue.ts'

const delayMs = 6

const hashes = new WeakMap<PodTemplate, string>()

/** Hash of a template, as it stands in ReplicaSet names. */
function templateHash(template: PodTemplate): string {
  const known = hashes.get(template)
  if (known !== undefined) return known
  const hash = hash32(JSON.stringify(template)).toString(36)
  hashes.set(template, hash)
  return hash
}

/** ReplicaSets by the uid of their Deployment, then by name. */
type SetsByOwner = Map<string, Map<string, ReplicaSet>>

interface Context {
  readonly cluster: ClusterTwin
  readonly setsByOwner: SetsByOwner
}

/** Keeps ReplicaSets equal to their Deployment. */
export function startDeployments(kernel: Kernel, cluster: ClusterTwin): void {
  const context: Context = { cluster, setsByOwner: new Map() }
  const queue = new WorkQueue(kernel, 'deployment', (key) => reconcile(key, context))
  cluster.store.subscribe((event) => {
    const { metadata } = event.object
    if (event.kind === 'Deployment' && event.type !== 'DELETED') {
      queue.add(objectKey(metadata.namespace, metadata.name), delayMs)
    } else if (event.kind === 'ReplicaSet') {
      const set = event.object as ReplicaSet
      const owner = controllerOf(set)
      if (owner === undefined) return
      index(context.setsByOwner, owner.uid, set, event.type === 'DELETED')
      if (event.type !== 'DELETED') queue.add(objectKey(metadata.namespace, owner.name), delayMs)
    } else if (event.kind === 'Pod' && event.type === 'DELETED') {
      // Who recreates waits for the last old pod to be gone, which changes no ReplicaSet.
      const recreated = recreatedBy(event.object as Pod, cluster)
      if (recreated !== undefined) queue.add(recreated, delayMs)
    }
  })
}

function index(byOwner: SetsByOwner, uid: string, set: ReplicaSet, isGone: boolean): void {
  const sets = byOwner.get(uid) ?? new Map<string, ReplicaSet>()
  byOwner.set(uid, sets)
  if (isGone) sets.delete(set.metadata.name)
  else sets.set(set.metadata.name, set)
}

/** Key of the Deployment with the strategy Recreate whose pod this was. */
function recreatedBy(pod: Pod, { store }: ClusterTwin): string | undefined {
  const { namespace } = pod.metadata
  const owner = controllerOf(pod)
  if (owner?.kind !== 'ReplicaSet') return undefined
  const set = store.get('ReplicaSet', namespace, owner.name)
  const name = set === undefined ? undefined : controllerOf(set)?.name
  if (name === undefined) return undefined
  const isRecreated = store.get('Deployment', namespace, name)?.spec.strategy?.type === 'Recreate'
  return isRecreated ? objectKey(namespace, name) : undefined
}

/** The ReplicaSet of a Deployment's present template; `others` are its older ones. */
export function replicaSetOf(
  deployment: Deployment,
  replicas: number,
  { hash = templateHash(deployment.spec.template), others = [] }: SetOptions = {},
): ReplicaSet {
  const { minReadySeconds, selector, template } = deployment.spec
  const { namespace, name } = deployment.metadata
  const labels = { ...template.metadata?.labels, 'pod-template-hash': hash }
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      annotations: annotationsOfSet(undefined, deployment, others),
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector,
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  }
}

interface SetOptions {
  readonly hash?: string
  readonly others?: readonly ReplicaSet[]
}

/** Whether the ReplicaSet was made of the Deployment's present template, under whatever name. */
export function isOfTemplate(set: ReplicaSet, deployment: Deployment): boolean {
  return templateText(set.spec.template) === templateText(deployment.spec.template)
}

function reconcile(key: string, context: Context): void {
  const { name, namespace } = splitKey(key)
  const deployment = context.cluster.store.get('Deployment', namespace, name)
  if (deployment === undefined) return
  // What is going gets no new pods, and still counts those it has.
  const isKept = isGoing(deployment) || keep(deployment, context)
  if (isKept) writeStatus(deployment, context)
}

/** One step towards the template; false when a ReplicaSet changed that brings us back here. */
function keep(deployment: Deployment, context: Context): boolean {
  const { cluster } = context
  let sets = setsOf(deployment, context)
  let current = currentOf(deployment, sets)
  if (current === undefined && adoptSets(deployment, cluster)) {
    sets = setsOf(deployment, context)
    current = currentOf(deployment, sets)
  }
  const others = sets.filter((set) => set !== current)
  if (deployment.spec.paused === true) {
    const [only, ...more] = sets.filter((set) => (set.spec.replicas ?? 1) > 0)
    // While paused nothing rolls; the number of pods still follows.
    if (only !== undefined && more.length === 0) scale(only, deployment.spec.replicas ?? 1, cluster)
    return true
  }
  if (current === undefined) {
    createSet(deployment, others, cluster)
    return false
  }
  const described = describedSet(current, deployment, others)
  if (described !== current) {
    cluster.store.replace('ReplicaSet', described)
    return false
  }
  rollOver(deployment, current, { others, cluster })
  forgetOldSets(deployment, current, { others, cluster })
  return true
}

function setsOf({ metadata }: Deployment, { setsByOwner }: Context): readonly ReplicaSet[] {
  return [...(setsByOwner.get(metadata.uid ?? '')?.values() ?? [])]
}

function currentOf(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const wantedName = `${deployment.metadata.name}-${templateHash(deployment.spec.template)}`
  return (
    sets.find((set) => set.metadata.name === wantedName) ??
    sets.find((set) => isOfTemplate(set, deployment))
  )
}

/** ReplicaSets without an owner that the selector means become its own, as after an orphaning delete. */
function adoptSets(deployment: Deployment, { store }: ClusterTwin): boolean {
  const isSelected = matcherOf(deployment.spec.selector)
  const orphans = [...store.values('ReplicaSet')].filter(
    (set) =>
      set.metadata.namespace === deployment.metadata.namespace &&
      controllerOf(set) === undefined &&
      !isGoing(set) &&
      isSelected(set.metadata.labels ?? {}),
  )
  for (const set of orphans) store.replace('ReplicaSet', adopted(set, deployment))
  return orphans.length > 0
}

function createSet(
  deployment: Deployment,
  others: readonly ReplicaSet[],
  { store }: ClusterTwin,
): void {
  const isRecreate = deployment.spec.strategy?.type === 'Recreate'
  const isFirst = others.every((set) => (set.spec.replicas ?? 1) === 0)
  const isAtOnce = isFirst && !(isRecreate && others.length > 0)
  const replicas = isAtOnce ? (deployment.spec.replicas ?? 1) : 0
  let made = replicaSetOf(deployment, replicas, { others })
  const { name, namespace } = made.metadata
  // Somebody else's may have the name: the hash is drawn again, as the controller does.
  for (let count = 1; store.get('ReplicaSet', namespace, made.metadata.name) !== undefined; ) {
    const hash = hash32(`${name}/${count}`).toString(36)
    made = replicaSetOf(deployment, replicas, { hash, others })
    count += 1
  }
  store.create('ReplicaSet', made)
}

/** The set with the Deployment's annotations, its revision and its `minReadySeconds`. */
function describedSet(
  current: ReplicaSet,
  deployment: Deployment,
  others: readonly ReplicaSet[],
): ReplicaSet {
  const annotations = annotationsOfSet(current, deployment, others)
  const { minReadySeconds } = deployment.spec
  const isSameWait = (current.spec.minReadySeconds ?? 0) === (minReadySeconds ?? 0)
  if (isSameWait && isSameJson(current.metadata.annotations, annotations)) return current
  const metadata = { ...current.metadata, annotations }
  if (isSameWait) return { ...current, metadata }
  const { minReadySeconds: _, ...spec } = current.spec
  const wanted = minReadySeconds === undefined ? spec : { ...spec, minReadySeconds }
  return { ...current, metadata, spec: wanted }
}

function writeStatus(deployment: Deployment, context: Context): void {
  const { store } = context.cluster
  const now = store.get('Deployment', deployment.metadata.namespace, deployment.metadata.name)
  if (now === undefined) return
  const sets = setsOf(now, context)
  const current = currentOf(now, sets)
  const sum = (name: 'replicas' | 'readyReplicas' | 'availableReplicas'): number =>
    sets.reduce((count, { status }) => count + (status?.[name] ?? 0), 0)
  const status = {
    replicas: sum('replicas'),
    readyReplicas: sum('readyReplicas'),
    availableReplicas: sum('availableReplicas'),
    updatedReplicas: current?.status?.replicas ?? 0,
    observedGeneration: now.metadata.generation ?? 1,
  }
  const revision = current?.metadata.annotations?.[revisionKey]
  const known = now.metadata.annotations
  const isTold = revision === undefined || known?.[revisionKey] === revision
  if (isTold && isSameJson(now.status, status)) return
  const annotations = isTold ? known : { ...known, [revisionKey]: revision }
  const metadata = annotations === undefined ? now.metadata : { ...now.metadata, annotations }
  store.replace('Deployment', { ...now, metadata, status })
}
