/** Dependents follow their owner, in the background. Twin layer. */

import type { KubeKind, KubeObject } from '../../world/kube-objects.ts'
import { type ApiServer, systemUsers } from '../contracts.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { KubeStore } from './store.ts'

const delayMs = 20
const dependentKinds: readonly KubeKind[] = ['ReplicaSet', 'Pod', 'Job']

/** Deletes dependents of owners that are gone, and the content of dying namespaces. */
export function startGarbageCollector(kernel: Kernel, store: KubeStore, server: ApiServer): void {
  store.subscribe((event) => {
    if (event.type === 'DELETED' && isOwnerKind(event.kind)) {
      const { object } = event
      kernel.after(delayMs, 'garbage-collection', () => deleteDependents(object, store, server))
    }
    if (event.kind === 'Namespace' && event.type === 'MODIFIED') {
      const name = event.object.metadata.name
      if (store.get('Namespace', undefined, name)?.status?.phase !== 'Terminating') return
      kernel.after(2000, 'namespace-deletion', () => emptyNamespace(name, store, server))
    }
  })
}

function isOwnerKind(kind: KubeKind): boolean {
  return (
    kind === 'Deployment' ||
    kind === 'ReplicaSet' ||
    kind === 'StatefulSet' ||
    kind === 'DaemonSet' ||
    kind === 'Job'
  )
}

function deleteDependents(owner: KubeObject, store: KubeStore, server: ApiServer): void {
  for (const kind of dependentKinds) {
    const dependents =
      kind === 'Pod'
        ? [...store.podsOfController(owner.metadata.uid ?? '').values()]
        : store
            .list(kind)
            .filter((one) =>
              one.metadata.ownerReferences?.some((r) => r.uid === owner.metadata.uid),
            )
    for (const { metadata } of dependents) {
      const ref = { namespace: metadata.namespace, name: metadata.name }
      server.delete(kind, ref, {}, systemUsers.controllerManager)
    }
  }
}

function emptyNamespace(name: string, store: KubeStore, server: ApiServer): void {
  for (const { metadata } of [...store.podsInNamespace(name).values()]) {
    server.delete(
      'Pod',
      { namespace: name, name: metadata.name },
      {},
      systemUsers.controllerManager,
    )
  }
}
