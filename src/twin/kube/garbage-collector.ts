/** Dependents follow their owner, and the content its namespace, in the background. Twin layer. */

import type { DeleteOptions } from '../../world/kube-api.ts'
import type { KubeKind, KubeObject, Pod } from '../../world/kube-objects.ts'
import { type ApiServer, systemUsers } from '../contracts.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { foregroundFinalizer, orphanFinalizer } from './deletion.ts'
import type { KubeStore } from './store.ts'

/** Owner gone to dependents deleted. */
const cascadeMs = 20
/** Namespace terminating to its content deleted ("a few seconds later", case EV-28). */
const namespaceMs = 2000
const dependentKinds: readonly KubeKind[] = ['ReplicaSet', 'Pod', 'Job']
const ownerKinds: ReadonlySet<KubeKind> = new Set<KubeKind>([
  'DaemonSet',
  'Deployment',
  'Job',
  'ReplicaSet',
  'StatefulSet',
])
/** Owners before what they own, so that nobody replaces a pod of an ending namespace. */
const contentKinds: readonly KubeKind[] = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'ReplicaSet',
  'Pod',
  'PersistentVolumeClaim',
  'PodDisruptionBudget',
  'Service',
  'ConfigMap',
  'Lease',
]

/** Deletes dependents of owners that are gone, and namespaces that are to go with their content. */
export function startGarbageCollector(kernel: Kernel, store: KubeStore, server: ApiServer): void {
  store.subscribe(({ kind, object, type }) => {
    const { name, namespace } = object.metadata
    if (type === 'DELETED' && ownerKinds.has(kind)) {
      const run = () => deleteDependents(object, store, server)
      kernel.after(cascadeMs, 'garbage-collection', run)
    }
    if (type === 'DELETED' && namespace !== undefined && isEnding(namespace, store)) {
      kernel.after(cascadeMs, 'namespace-finish', () => finishNamespace(namespace, store, server))
    }
    if (type === 'DELETED' && ownerUids(object).length > 0) {
      kernel.after(cascadeMs, 'foreground-deletion', () => freeOwners(object, store))
    }
    if (type === 'MODIFIED' && waitsForDependents(object)) {
      kernel.after(cascadeMs, 'dependents-first', () => finishHeld(kind, object, store, server))
    }
    if (kind === 'Namespace' && type === 'MODIFIED' && isEnding(name, store)) {
      kernel.after(namespaceMs, 'namespace-deletion', () => emptyNamespace(name, store, server))
    }
  })
}

function waitsForDependents({ metadata }: KubeObject): boolean {
  if (metadata.deletionTimestamp === undefined) return false
  return (metadata.finalizers ?? []).some(
    (one) => one === foregroundFinalizer || one === orphanFinalizer,
  )
}

/** What a delete with a policy waits for: dependents set free, or deleted first. */
function finishHeld(
  kind: KubeKind,
  { metadata: { name, namespace } }: KubeObject,
  store: KubeStore,
  server: ApiServer,
): void {
  const owner = store.get(kind, namespace, name)
  if (owner === undefined || !waitsForDependents(owner)) return
  if (owner.metadata.finalizers?.includes(orphanFinalizer) === true) {
    orphanDependents(owner, store)
    freeFrom(kind, owner, orphanFinalizer, store)
    return
  }
  deleteDependents(owner, store, server, { propagationPolicy: 'Foreground' })
  freeIfAlone(kind, owner, store)
}

function freeFrom(kind: KubeKind, owner: KubeObject, finalizer: string, store: KubeStore): void {
  const { metadata } = owner
  const finalizers = (metadata.finalizers ?? []).filter((one) => one !== finalizer)
  store.replace(kind, { ...owner, metadata: { ...metadata, finalizers } })
  if (finalizers.length === 0) store.remove(kind, metadata.namespace, metadata.name)
}

function freeIfAlone(kind: KubeKind, owner: KubeObject, store: KubeStore): void {
  if (owner.metadata.finalizers?.includes(foregroundFinalizer) !== true) return
  const isAlone = dependentKinds.every((one) => dependentsOf(owner, one, store).length === 0)
  if (isAlone) freeFrom(kind, owner, foregroundFinalizer, store)
}

function ownerUids({ metadata }: KubeObject): readonly string[] {
  return (metadata.ownerReferences ?? []).map(({ uid }) => uid)
}

/** The last dependent of an owner that goes in the foreground is gone: so is the owner. */
function freeOwners(dependent: KubeObject, store: KubeStore): void {
  for (const { kind, name, uid } of dependent.metadata.ownerReferences ?? []) {
    const owner = store.get(kind as KubeKind, dependent.metadata.namespace, name)
    if (owner?.metadata.uid === uid && owner.metadata.deletionTimestamp !== undefined) {
      freeIfAlone(kind as KubeKind, owner, store)
    }
  }
}

/** Takes the owner off its dependents, so that they stay when it goes. */
function orphanDependents(owner: KubeObject, store: KubeStore): void {
  for (const kind of dependentKinds) {
    for (const dependent of dependentsOf(owner, kind, store)) {
      const { metadata } = dependent
      const ownerReferences = (metadata.ownerReferences ?? []).filter(
        (reference) => reference.uid !== owner.metadata.uid,
      )
      store.replace(kind, { ...dependent, metadata: { ...metadata, ownerReferences } })
    }
  }
}

function dependentsOf(owner: KubeObject, kind: KubeKind, store: KubeStore): readonly KubeObject[] {
  const { namespace, uid = '' } = owner.metadata
  if (kind === 'Pod') return [...store.podsOfController(uid).values()]
  return store
    .list(kind)
    .filter(({ metadata }) => metadata.namespace === namespace)
    .filter(({ metadata }) => metadata.ownerReferences?.some((one) => one.uid === uid))
}

/** With the policy Foreground the dependents wait for theirs in turn; pods have none. */
function deleteDependents(
  owner: KubeObject,
  store: KubeStore,
  server: ApiServer,
  options: Pick<DeleteOptions, 'propagationPolicy'> = {},
): void {
  for (const kind of dependentKinds) {
    for (const { metadata } of dependentsOf(owner, kind, store)) {
      const ref = { namespace: metadata.namespace, name: metadata.name }
      server.delete(kind, ref, kind === 'Pod' ? {} : options, systemUsers.controllerManager)
    }
  }
}

function isEnding(namespace: string | undefined, store: KubeStore): boolean {
  const found = store.get('Namespace', undefined, namespace ?? '')
  return found?.status?.phase === 'Terminating'
}

function emptyNamespace(namespace: string, store: KubeStore, server: ApiServer): void {
  if (!isEnding(namespace, store)) return
  const others = store.kinds().filter((kind) => !contentKinds.includes(kind))
  for (const kind of [...contentKinds, ...others]) {
    const content: readonly (KubeObject | Pod)[] =
      kind === 'Pod' ? [...store.podsInNamespace(namespace).values()] : store.list(kind)
    for (const { metadata } of content) {
      if (metadata.namespace !== namespace) continue
      const ref = { namespace, name: metadata.name }
      server.delete(kind, ref, {}, systemUsers.controllerManager)
    }
  }
  finishNamespace(namespace, store, server)
}

/** The namespace goes with the last thing in it: pods take their time, finalizers theirs. */
function finishNamespace(namespace: string, store: KubeStore, server: ApiServer): void {
  if (!isEnding(namespace, store) || store.podsInNamespace(namespace).size > 0) return
  let isEmpty = true
  for (const kind of store.kinds()) {
    for (const { metadata } of [...store.values(kind)]) {
      if (metadata.namespace !== namespace) continue
      isEmpty = false
      if (metadata.deletionTimestamp !== undefined) continue
      // Written after the content was deleted, such as an Event: its end brings us back here.
      server.delete(kind, { namespace, name: metadata.name }, {}, systemUsers.controllerManager)
    }
  }
  if (isEmpty) store.remove('Namespace', undefined, namespace)
}
