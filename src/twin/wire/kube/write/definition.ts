/** A definition goes after its custom resources: a finalizer holds it until they are gone. Twin layer. */

import type { KubeObject } from '../../../../world/kube-objects.ts'
import type { ResourceCall, WireContext } from '../context.ts'
import { at, type JsonObject, listAt } from '../schema/own.ts'

/** Finalizer of a definition that is deleted. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io'

/** Marks a definition as ending before it is deleted; idempotent. */
export function holdDefinition({ kernel, server }: WireContext, call: ResourceCall): void {
  const { path, resource, user } = call
  const edit = {
    kind: resource.storeKind,
    ref: { name: path.name },
    verb: 'update' as const,
    user: user.name,
  }
  server.edit(edit, (before) => {
    const finalizers = before.metadata.finalizers ?? []
    if (finalizers.includes(cleanupFinalizer)) return before
    const status = at(before, 'status') as JsonObject
    const terminating = {
      type: 'Terminating',
      status: 'True',
      lastTransitionTime: kernel.nowText(),
      reason: 'InstanceDeletionPending',
      message:
        'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
    }
    const conditions = [...listAt(status, 'conditions'), terminating]
    const metadata = { ...before.metadata, finalizers: [...finalizers, cleanupFinalizer] }
    return { ...before, metadata, status: { ...status, conditions } } as unknown as KubeObject
  })
}
