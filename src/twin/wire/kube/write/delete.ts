/** DELETE of one object and of collections. Twin layer. */

import type { DeleteOptions } from '../../../../world/kube-api.ts'
import type { KubeKind, KubeObject, Pod } from '../../../../world/kube-objects.ts'
import { deletionOf, heldFor, isHeld } from '../../../kube/deletion.ts'
import { preconditionFault } from '../../../kube/preconditions.ts'
import { withGeneration } from '../../../kube/store.ts'
import { statusAnswer } from '../answer/answer.ts'
import type { Outcome, ResourceCall, WireContext } from '../context.ts'
import { StatusError, success } from '../http/status.ts'
import { storedObject } from '../read/get.ts'
import { isSelected } from '../read/list.ts'
import { parseListQuery } from '../read/list-options.ts'
import { writeRuleOf } from '../resources/kind-rules.ts'
import { protectNamespace } from './admission.ts'
import { holdDefinition } from './definition.ts'
import { type DeleteRequest, readDeleteOptions } from './delete-options.ts'
import { orStatus } from './failure.ts'
import { warningHeaders } from './notes.ts'

/** Answers a DELETE: the object, or a Status when it is gone at once. @throws StatusError. */
export function deleteObject(context: WireContext, call: ResourceCall): Outcome {
  const asked = readDeleteOptions(call)
  const { path, resource } = call
  if (resource.kind === 'Namespace') protectNamespace(path.name)
  const stored = storedObject(context, call)
  const isOldJob = resource.kind === 'Job' && asked.options.propagationPolicy === undefined
  const options: DeleteOptions = isOldJob
    ? { ...asked.options, propagationPolicy: 'Orphan' }
    : asked.options
  requirePreconditions(resource.kind, stored, asked)
  if (resource.kind === 'CustomResourceDefinition' && !asked.isDryRun) holdDefinition(context, call)
  const last = asked.isDryRun
    ? preview(context, call, stored, options)
    : deleted(context, call, stored, options)
  const warning =
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning'
  const headers = warningHeaders(isOldJob ? [warning] : [])
  if (last !== undefined) {
    const answer = context.writer.object(200, resource, last, call.form)
    return { ...answer, headers: { ...answer.headers, ...headers } }
  }
  const details = {
    name: path.name,
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.plural,
    uid: stored.metadata.uid ?? '',
  }
  return statusAnswer(success(200, details), 200, call.form.encoding)
}

/** @throws StatusError 409 with the kind's name, as the storage layer words it. */
function requirePreconditions(kind: string, stored: KubeObject, { options }: DeleteRequest): void {
  const why = preconditionFault(kind as KubeKind, stored.metadata, options.preconditions ?? {})
  if (why === undefined) return
  const details = { name: stored.metadata.name, kind }
  throw new StatusError({ code: 409, reason: 'Conflict', message: why, details })
}

/** The object to answer after a real delete; undefined = a Status. */
function deleted(
  context: WireContext,
  call: ResourceCall,
  stored: KubeObject,
  options: DeleteOptions,
): KubeObject | undefined {
  const { path, resource, user } = call
  const kind = resource.storeKind
  let seen: KubeObject = stored
  const stop = context.store.subscribe((event) => {
    const { name, namespace } = event.object.metadata
    if (event.kind === kind && name === path.name && namespace === stored.metadata.namespace) {
      seen = event.object
    }
  })
  const subject = { group: resource.group, resource: resource.plural, name: path.name }
  const ref = { namespace: path.namespace, name: path.name }
  try {
    orStatus(subject, path.namespace, () => context.server.delete(kind, ref, options, user.name))
  } finally {
    stop()
  }
  const left = context.store.get(kind, path.namespace, path.name)
  if (left !== undefined) return left
  if (kind === 'Pod') return gonePod(context, stored as Pod, seen)
  return writeRuleOf(resource).isObjectAnswered ? seen : undefined
}

/** A pod that goes at once is answered as it went: marked, with no grace. */
function gonePod({ kernel }: Pick<WireContext, 'kernel'>, pod: Pod, seen: KubeObject): KubeObject {
  const deletion = {
    deletionTimestamp: kernel.nowText(),
    deletionGracePeriodSeconds: 0,
    generation: (pod.metadata.generation ?? 1) + 1,
  }
  return { ...seen, metadata: { ...seen.metadata, ...deletion } } as KubeObject
}

/** What a dry run answers. */
function preview(
  { kernel }: WireContext,
  { resource }: ResourceCall,
  stored: KubeObject,
  options: DeleteOptions,
): KubeObject | undefined {
  if (stored.kind === 'Pod') {
    const deletion = deletionOf(stored, options.gracePeriodSeconds, kernel.nowMs())
    if (deletion.kind === 'mark') return withGeneration(stored, deletion.pod, false)
    return gonePod({ kernel }, stored, stored)
  }
  const held = heldFor(stored, options.propagationPolicy)
  if (isHeld(held)) return held
  return writeRuleOf(resource).isObjectAnswered ? stored : undefined
}

/** Answers a DELETE of a collection: the list as it was. @throws StatusError. */
export function deleteCollection(context: WireContext, call: ResourceCall): Outcome {
  const asked = readDeleteOptions(call)
  const query = parseListQuery(call.query, call.resource, false)
  const { resource, user } = call
  const items = context.store.list(resource.storeKind).filter((one) => isSelected(call, query, one))
  if (!asked.isDryRun) {
    for (const { metadata } of items) {
      const ref = { namespace: metadata.namespace, name: metadata.name }
      context.server.delete(resource.storeKind, ref, asked.options, user.name)
    }
  }
  const resourceVersion = String(context.store.resourceVersion)
  return context.writer.list(resource, items, { resourceVersion }, call.form)
}
