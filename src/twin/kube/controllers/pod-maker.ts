/** Pods made from templates. Twin layer. */

import type { OwnerReference, Pod, PodTemplate } from '../../../world/kube-objects.ts'

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
