/** Deployments: one ReplicaSet per template, rolled over within surge and unavailability. Twin layer. */

import type { Deployment, PodTemplate, ReplicaSet } from '../../../world/kube-objects.ts'
import { hash32 } from '../../../world/random.ts'
import type { ClusterTwin } from '../../contracts.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { objectKey } from '../store.ts'
import { isSameJson } from '../unchanged.ts'
import { controllerOf, controllerReference } from './pod-maker.ts'
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
    }
  })
}

function index(byOwner: SetsByOwner, uid: string, set: ReplicaSet, isGone: boolean): void {
  const sets = byOwner.get(uid) ?? new Map<string, ReplicaSet>()
  byOwner.set(uid, sets)
  if (isGone) sets.delete(set.metadata.name)
  else sets.set(set.metadata.name, set)
}

/** The ReplicaSet of a Deployment's present template. */
export function replicaSetOf(deployment: Deployment, replicas: number): ReplicaSet {
  const hash = templateHash(deployment.spec.template)
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

const plainTexts = new WeakMap<PodTemplate, string>()

/** Whether the ReplicaSet was made of the Deployment's present template, under whatever name. */
export function isOfTemplate(set: ReplicaSet, deployment: Deployment): boolean {
  return plainText(set.spec.template) === plainText(deployment.spec.template)
}

/** The template without the label that ReplicaSets add, keys in order. */
function plainText(template: PodTemplate): string {
  const known = plainTexts.get(template)
  if (known !== undefined) return known
  const { 'pod-template-hash': _, ...labels } = template.metadata?.labels ?? {}
  const plain = { ...template, metadata: { ...template.metadata, labels } }
  const text = JSON.stringify(plain, (key, value: unknown) =>
    // A field that is null is one that is not there.
    key === 'creationTimestamp' || value === null ? undefined : sorted(value),
  )
  plainTexts.set(template, text)
  return text
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function reconcile(key: string, context: Context): void {
  const { cluster, setsByOwner } = context
  const { name, namespace } = splitKey(key)
  const deployment = cluster.store.get('Deployment', namespace, name)
  if (deployment === undefined) return
  const sets = [...(setsByOwner.get(deployment.metadata.uid ?? '')?.values() ?? [])]
  const wantedName = `${name}-${templateHash(deployment.spec.template)}`
  const current =
    sets.find((set) => set.metadata.name === wantedName) ??
    sets.find((set) => isOfTemplate(set, deployment))
  const others = sets.filter((set) => set !== current)
  if (current === undefined) {
    const isFirst = others.every((set) => (set.spec.replicas ?? 0) === 0)
    const replicas = isFirst ? (deployment.spec.replicas ?? 1) : 0
    cluster.store.create('ReplicaSet', replicaSetOf(deployment, replicas))
    return
  }
  if (current.spec.minReadySeconds !== deployment.spec.minReadySeconds) {
    const { minReadySeconds: _, ...spec } = current.spec
    const { minReadySeconds } = deployment.spec
    const wanted = minReadySeconds === undefined ? spec : { ...spec, minReadySeconds }
    // The change of the ReplicaSet brings us back here.
    cluster.store.replace('ReplicaSet', { ...current, spec: wanted })
    return
  }
  rollOver(deployment, current, { others, cluster })
  writeStatus(deployment, context)
}

function rollOver(
  deployment: Deployment,
  current: ReplicaSet,
  context: { readonly others: readonly ReplicaSet[]; readonly cluster: ClusterTwin },
): void {
  const { cluster, others } = context
  const wanted = deployment.spec.replicas ?? 1
  const olds = others.filter((set) => (set.spec.replicas ?? 0) > 0)
  if (olds.length === 0) {
    scale(current, wanted, cluster)
    return
  }
  const isRecreate = deployment.spec.strategy?.type === 'Recreate'
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec.strategy?.rollingUpdate ?? {}
  const surge = isRecreate ? 0 : amount(maxSurge, wanted, true)
  const unavailable = isRecreate
    ? wanted
    : Math.max(surge === 0 ? 1 : 0, amount(maxUnavailable, wanted, false))
  const oldCount = olds.reduce((sum, set) => sum + (set.spec.replicas ?? 0), 0)
  const availableCount = [current, ...olds].reduce(
    (sum, set) => sum + (set.status?.availableReplicas ?? 0),
    0,
  )
  const mayAdd = Math.max(0, wanted + surge - oldCount - (current.spec.replicas ?? 0))
  if (mayAdd > 0) scale(current, Math.min(wanted, (current.spec.replicas ?? 0) + mayAdd), cluster)
  let mayRemove = Math.max(0, availableCount - (wanted - unavailable))
  for (const set of olds) {
    const count = Math.min(mayRemove, set.spec.replicas ?? 0)
    mayRemove -= count
    if (count > 0) scale(set, (set.spec.replicas ?? 0) - count, cluster)
  }
}

function amount(value: number | string, of: number, isRoundedUp: boolean): number {
  if (typeof value === 'number') return value
  const share = (Number.parseInt(value, 10) / 100) * of
  return isRoundedUp ? Math.ceil(share) : Math.floor(share)
}

function scale(set: ReplicaSet, replicas: number, cluster: ClusterTwin): void {
  if (set.spec.replicas === replicas) return
  cluster.store.replace('ReplicaSet', { ...set, spec: { ...set.spec, replicas } })
}

function writeStatus(deployment: Deployment, { cluster, setsByOwner }: Context): void {
  const { namespace, name, uid } = deployment.metadata
  const now = cluster.store.get('Deployment', namespace, name)
  if (now === undefined) return
  const current = `${name}-${templateHash(now.spec.template)}`
  let replicas = 0
  let readyReplicas = 0
  let availableReplicas = 0
  let updatedReplicas = 0
  for (const set of setsByOwner.get(uid ?? '')?.values() ?? []) {
    replicas += set.status?.replicas ?? 0
    readyReplicas += set.status?.readyReplicas ?? 0
    availableReplicas += set.status?.availableReplicas ?? 0
    if (set.metadata.name === current) updatedReplicas = set.status?.replicas ?? 0
  }
  const observedGeneration = now.metadata.generation ?? 1
  const numbers = { replicas, readyReplicas, availableReplicas }
  const status = { ...numbers, updatedReplicas, observedGeneration }
  if (isSameJson(now.status, status)) return
  cluster.store.replace('Deployment', { ...now, status })
}
