/** Dependents follow their owner, and the content its namespace, in the background. Twin layer. */

import type { KubeKind, KubeObject, Pod } from '../../world/kube-objects.ts'
import { type ApiServer, systemUsers } from '../contracts.ts'
import type { Kernel } from '../kernel/kernel.ts'
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
    if (type === 'DELETED' && kind === 'Pod' && isEnding(namespace, store)) {
      kernel.after(cascadeMs, 'namespace-finish', () => finishNamespace(namespace ?? '', store))
    }
    if (kind === 'Namespace' && type === 'MODIFIED' && isEnding(name, store)) {
      kernel.after(namespaceMs, 'namespace-deletion', () => emptyNamespace(name, store, server))
    }
  })
}

/** Takes the owner off its dependents, so that they stay when it goes. */
export function orphanDependents(owner: KubeObject, store: KubeStore): void {
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

function deleteDependents(owner: KubeObject, store: KubeStore, server: ApiServer): void {
  for (const kind of dependentKinds) {
    for (const { metadata } of dependentsOf(owner, kind, store)) {
      const ref = { namespace: metadata.namespace, name: metadata.name }
      server.delete(kind, ref, {}, systemUsers.controllerManager)
    }
  }
}

function isEnding(namespace: string | undefined, store: KubeStore): boolean {
  const found = store.get('Namespace', undefined, namespace ?? '')
  return found?.status?.phase === 'Terminating'
}

function emptyNamespace(namespace: string, store: KubeStore, server: ApiServer): void {
  if (!isEnding(namespace, store)) return
  for (const kind of contentKinds) {
    const content: readonly (KubeObject | Pod)[] =
      kind === 'Pod' ? [...store.podsInNamespace(namespace).values()] : store.list(kind)
    for (const { metadata } of content) {
      if (metadata.namespace !== namespace) continue
      const ref = { namespace, name: metadata.name }
      server.delete(kind, ref, {}, systemUsers.controllerManager)
    }
  }
  finishNamespace(namespace, store)
}

/** The namespace goes with its last pod. */
function finishNamespace(namespace: string, store: KubeStore): void {
  if (!isEnding(namespace, store) || store.podsInNamespace(namespace).size > 0) return
  store.remove('Namespace', undefined, namespace)
}
