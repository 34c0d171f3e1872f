/** Admission of pods and namespaces that the twin's own rules do not know. Twin layer. */

import type { KubeKind } from '../../../../world/kube-objects.ts'
import type { ResourceCall, WireContext } from '../context.ts'
import { forbidden } from '../http/refusals.ts'
import { type JsonObject, textAt } from '../schema/own.ts'

const builtInClasses: ReadonlySet<string> = new Set([
  '',
  'system-cluster-critical',
  'system-node-critical',
])

/** Checks a new pod's service account and priority class. @throws StatusError 403. */
export function admitNewPod({ store }: WireContext, call: ResourceCall, pod: JsonObject): void {
  const namespace = call.path.namespace ?? ''
  const name = textAt(pod, 'metadata', 'name')
  const subject = { group: '', resource: 'pods', name }
  const account = textAt(pod, 'spec', 'serviceAccountName') || 'default'
  if (store.get('ServiceAccount' as KubeKind, namespace, account) === undefined) {
    const why = `error looking up service account ${namespace}/${account}`
    throw forbidden(subject, `${why}: serviceaccount "${account}" not found`)
  }
  const className = textAt(pod, 'spec', 'priorityClassName')
  const isKnown =
    builtInClasses.has(className) || store.get('PriorityClass', undefined, className) !== undefined
  if (!isKnown) throw forbidden(subject, `no PriorityClass with name ${className} was found`)
}

/** Namespaces that are part of every cluster. */
const protectedNamespaces: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public'])

/** @throws StatusError 403 for a namespace that may not go. */
export function protectNamespace(name: string): void {
  if (!protectedNamespaces.has(name)) return
  throw forbidden({ group: '', resource: 'namespaces', name }, 'this namespace may not be deleted')
}
