/** Where the kinds behind the port live on an API server. Kube layer, pure. */

import type { ObjectRef } from '../world/kube-api.ts'
import type { KubeKind } from '../world/kube-objects.ts'

/** One kind on the wire. */
export interface Resource {
  /** API group; empty for the core group. */
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly isNamespaced: boolean
}

const core = (plural: string, isNamespaced = true): Resource => ({
  group: '',
  version: 'v1',
  plural,
  isNamespaced,
})
const of = (group: string, plural: string, isNamespaced = true): Resource => ({
  ...core(plural, isNamespaced),
  group,
})

/** The served versions are those of every server from Kubernetes 1.21 on. */
const resources: { readonly [K in KubeKind]: Resource } = {
  ConfigMap: core('configmaps'),
  DaemonSet: of('apps', 'daemonsets'),
  Deployment: of('apps', 'deployments'),
  Event: core('events'),
  Job: of('batch', 'jobs'),
  Lease: of('coordination.k8s.io', 'leases'),
  MutatingWebhookConfiguration: of(
    'admissionregistration.k8s.io',
    'mutatingwebhookconfigurations',
    false,
  ),
  Namespace: core('namespaces', false),
  Node: core('nodes', false),
  PersistentVolume: core('persistentvolumes', false),
  PersistentVolumeClaim: core('persistentvolumeclaims'),
  Pod: core('pods'),
  PodDisruptionBudget: of('policy', 'poddisruptionbudgets'),
  PriorityClass: of('scheduling.k8s.io', 'priorityclasses', false),
  ReplicaSet: of('apps', 'replicasets'),
  Service: core('services'),
  StatefulSet: of('apps', 'statefulsets'),
  ValidatingWebhookConfiguration: of(
    'admissionregistration.k8s.io',
    'validatingwebhookconfigurations',
    false,
  ),
  VolumeAttachment: of('storage.k8s.io', 'volumeattachments', false),
}

/** Where a kind lives. */
export function resourceOf(kind: KubeKind): Resource {
  return resources[kind]
}

/** `v1` or `<group>/v1`: what a list leaves out of its items. */
export function apiVersionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`
}

/** Path of a collection; without a namespace that of the whole cluster. */
export function collectionPath(kind: KubeKind, namespace?: string): string {
  const { group, isNamespaced, plural, version } = resources[kind]
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  const inside = isNamespaced && namespace !== undefined
  return inside
    ? `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}`
    : `${root}/${plural}`
}

/** Path of one object, or of one of its subresources. */
export function objectPath(kind: KubeKind, ref: ObjectRef, subresource?: string): string {
  const path = `${collectionPath(kind, ref.namespace)}/${encodeURIComponent(ref.name)}`
  return subresource === undefined ? path : `${path}/${subresource}`
}

/** A path with its query; undefined values are left out. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const parts = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`],
  )
  return parts.length === 0 ? path : `${path}?${parts.join('&')}`
}

/** `Kind namespace/name` for messages. */
export function nameOf(kind: KubeKind, ref: ObjectRef): string {
  return `${kind} ${ref.namespace === undefined ? '' : `${ref.namespace}/`}${ref.name}`
}
