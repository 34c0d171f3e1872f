/** Pods made from templates. Twin layer. */

import type { KubeObject, OwnerReference, Pod, PodTemplate } from '../../../world/kube-objects.ts'
import { type ClusterTwin, systemUsers } from '../../contracts.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { isNamespaceTerminating } from '../admission.ts'

/** What a controller puts on a pod. */
export interface PodIdentity {
  readonly namespace: string
  readonly name: string
  readonly owner: OwnerReference
  /** Set by DaemonSets and for volumes of StatefulSets. */
  readonly spec?: Partial<Pod['spec']>
  readonly labels?: Readonly<Record<string, string>>
}

/** A pod of a template. The spec is the template's own object unless it must differ. */
export function podOf(template: PodTemplate, identity: PodIdentity): Pod {
  const { labels, name, namespace, owner, spec } = identity
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels:
        labels === undefined
          ? (template.metadata?.labels ?? {})
          : { ...template.metadata?.labels, ...labels },
      annotations: template.metadata?.annotations ?? {},
      ownerReferences: [owner],
    },
    spec: spec === undefined ? template.spec : { ...template.spec, ...spec },
  }
}

/** The reference of a controller to put on its pods. */
export function controllerReference(owner: {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly uid?: string }
}): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  }
}

/** The controller reference of an object, if it has one. */
export function controllerOf(object: {
  readonly metadata: { readonly ownerReferences?: readonly OwnerReference[] }
}): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true)
}

/** True once a delete was asked for: its controller makes nothing new for it. */
export function isGoing({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined
}

/** The object with a controller that found it without one. */
export function adopted<T extends KubeObject>(
  object: T,
  owner: Parameters<typeof controllerReference>[0],
): T {
  const { metadata } = object
  const ownerReferences = [...(metadata.ownerReferences ?? []), controllerReference(owner)]
  return { ...object, metadata: { ...metadata, ownerReferences } }
}

/** A name that no pod has: five hexadecimal digits after the prefix. */
export function freePodName(
  kernel: Kernel,
  scope: { readonly cluster: string; readonly namespace: string; readonly prefix: string },
  isTaken: (name: string) => boolean,
): string {
  const { cluster, namespace, prefix } = scope
  for (;;) {
    const name = `${prefix}-${kernel.hexId(`pod/${cluster}/${namespace}/${prefix}`, 5)}`
    if (!isTaken(name)) return name
  }
}

/** Creates a pod with a name of its own for its owner. */
export function createNamedPod(
  kernel: Kernel,
  cluster: ClusterTwin,
  owner: Parameters<typeof controllerReference>[0] & { readonly metadata: { namespace?: string } },
  template: PodTemplate,
): void {
  const { name: prefix, namespace = '' } = owner.metadata
  const scope = { cluster: cluster.name, namespace, prefix }
  const isTaken = (name: string): boolean => cluster.store.get('Pod', namespace, name) !== undefined
  const name = freePodName(kernel, scope, isTaken)
  createOwnedPod(podOf(template, { namespace, name, owner: controllerReference(owner) }), cluster)
}

/** Creates a controller's pod. In a namespace that ends nothing happens: the server would refuse it. */
export function createOwnedPod(pod: Pod, { server, store }: ClusterTwin): void {
  if (isNamespaceTerminating(pod.metadata.namespace ?? '', store)) return
  server.create('Pod', pod, systemUsers.controllerManager)
}
