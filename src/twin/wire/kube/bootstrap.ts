/** What a real cluster has from its start and its small controllers keep. Twin layer. */

import type { KubeKind, KubeObject } from '../../../world/kube-objects.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { KubeCluster } from '../../kube/cluster.ts'
import type { KubeStore } from '../../kube/store.ts'
import { addClusterRoles } from './auth/cluster-roles.ts'
import { at, type JsonObject, listAt, textAt } from './schema/own.ts'
import { cleanupFinalizer } from './write/definition.ts'

/** A controller's reaction, milliseconds. */
const reactionMs = 10
const startNamespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system']
const account = 'ServiceAccount' as KubeKind
const definition = 'CustomResourceDefinition' as KubeKind
const protections: Readonly<Record<string, string>> = {
  PersistentVolume: 'kubernetes.io/pv-protection',
  PersistentVolumeClaim: 'kubernetes.io/pvc-protection',
}

/** Adds what every cluster has and starts what keeps it. `caPem` goes into kube-root-ca.crt. */
export function bootstrapCluster(kernel: Kernel, { store }: KubeCluster, caPem: string): void {
  const used = store
    .kinds()
    .flatMap((kind) => store.list(kind).map((one) => one.metadata.namespace))
  const names = [...startNamespaces, ...used.filter((one) => one !== undefined)]
  for (const name of new Set(names)) {
    if (store.get('Namespace', undefined, name) === undefined) {
      store.create('Namespace', namespaceObject(name))
    }
  }
  addClusterRoles(store)
  for (const { metadata } of store.list('Namespace')) fillNamespace(store, metadata.name, caPem)
  store.subscribe(({ kind, object, type }) => {
    const { name, namespace } = object.metadata
    if (kind === 'Namespace' && type === 'ADDED') {
      kernel.after(reactionMs, 'namespace-content', () => fillNamespace(store, name, caPem))
    }
    if (kind === definition && type === 'ADDED') {
      kernel.after(reactionMs, 'definition', () => establish(kernel, store, name))
    }
    if (kind === definition && type === 'MODIFIED' && isEnding(object)) {
      kernel.after(reactionMs, 'definition-cleanup', () => finishDefinition(store, name))
    }
    const finalizer = Object.hasOwn(protections, kind) ? protections[kind] : undefined
    const isGoing = object.metadata.deletionTimestamp !== undefined
    if (finalizer !== undefined && isGoing && type === 'MODIFIED') {
      kernel.after(reactionMs, 'protection', () => unprotect(store, kind, { name, namespace }))
    }
  })
}

function namespaceObject(name: string): KubeObject & { readonly kind: 'Namespace' } {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  } as KubeObject & { readonly kind: 'Namespace' }
}

function fillNamespace(store: KubeStore, namespace: string, caPem: string): void {
  const found = store.get('Namespace', undefined, namespace)
  if (found === undefined || found.metadata.deletionTimestamp !== undefined) return
  const annotation =
    'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.'
  if (store.get('ConfigMap', namespace, 'kube-root-ca.crt') === undefined) {
    store.create('ConfigMap', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'kube-root-ca.crt',
        namespace,
        annotations: { 'kubernetes.io/description': annotation },
      },
      data: { 'ca.crt': caPem },
    })
  }
  if (store.get(account, namespace, 'default') !== undefined) return
  const object = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace },
  }
  store.create(account, object as unknown as KubeObject)
}

/** Names are accepted unless another definition of the group has them. */
function establish(kernel: Kernel, store: KubeStore, name: string): void {
  const object = store.get(definition, undefined, name) as unknown as JsonObject | undefined
  if (object === undefined) return
  const names = at(object, 'spec', 'names') as JsonObject
  const taken = takenName(store, object)
  const now = kernel.nowText()
  const condition = (
    type: string,
    status: boolean,
    reason: string,
    message: string,
  ): JsonObject => ({
    type,
    status: status ? 'True' : 'False',
    lastTransitionTime: now,
    reason,
    message,
  })
  const conditions =
    taken === undefined
      ? [
          condition('NamesAccepted', true, 'NoConflicts', 'no conflicts found'),
          condition(
            'Established',
            true,
            'InitialNamesAccepted',
            'the initial names have been accepted',
          ),
        ]
      : [
          condition('NamesAccepted', false, 'ListKindConflict', `"${taken}" is already in use`),
          condition('Established', false, 'NotAccepted', 'not all names are accepted'),
        ]
  const acceptedNames = taken === undefined ? names : { plural: names.plural ?? '', kind: '' }
  const status = { ...(object.status as JsonObject), conditions, acceptedNames }
  store.replace(definition, { ...object, status } as unknown as KubeObject)
}

function takenName(store: KubeStore, object: JsonObject): string | undefined {
  const own = textAt(object, 'spec', 'names', 'listKind')
  const others = store.list(definition) as unknown as readonly JsonObject[]
  const isTaken = others.some(
    (one) =>
      one !== object &&
      textAt(one, 'spec', 'group') === textAt(object, 'spec', 'group') &&
      textAt(one, 'status', 'acceptedNames', 'listKind') === own,
  )
  return isTaken ? own : undefined
}

function isEnding({ metadata }: KubeObject): boolean {
  const isHeld = metadata.finalizers?.includes(cleanupFinalizer) === true
  return isHeld && metadata.deletionTimestamp !== undefined
}

/** The custom resources go first, then their definition. */
function finishDefinition(store: KubeStore, name: string): void {
  const object = store.get(definition, undefined, name) as unknown as JsonObject | undefined
  if (object === undefined) return
  const group = textAt(object, 'spec', 'group')
  const kind = `${textAt(object, 'spec', 'names', 'kind')}.${group}` as KubeKind
  for (const { metadata } of store.list(kind)) store.remove(kind, metadata.namespace, metadata.name)
  store.remove(definition, undefined, name)
}

/** A claim that no pod uses, and a volume that no claim uses, may go. */
function unprotect(
  store: KubeStore,
  kind: KubeKind,
  { name, namespace }: { readonly name: string; readonly namespace: string | undefined },
): void {
  const object = store.get(kind, namespace, name)
  if (object === undefined || object.metadata.deletionTimestamp === undefined) return
  if (kind === 'PersistentVolumeClaim' && isMounted(store, name, namespace)) return
  const finalizers = (object.metadata.finalizers ?? []).filter((one) => one !== protections[kind])
  store.replace(kind, { ...object, metadata: { ...object.metadata, finalizers } } as KubeObject)
  if (finalizers.length === 0) store.remove(kind, namespace, name)
}

function isMounted(store: KubeStore, name: string, namespace: string | undefined): boolean {
  return [...store.podsInNamespace(namespace ?? '').values()].some((pod) =>
    listAt(pod, 'spec', 'volumes').some(
      (volume) => textAt(volume, 'persistentVolumeClaim', 'claimName') === name,
    ),
  )
}
