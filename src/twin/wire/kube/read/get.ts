/** GET of one object. Twin layer. */

import type { KubeObject } from '../../../../world/kube-objects.ts'
import { statusAnswer } from '../answer/answer.ts'
import type { Outcome, ResourceCall, WireContext } from '../context.ts'
import { notFound } from '../http/refusals.ts'
import { failure } from '../http/status.ts'
import { checkVersion } from './list-options.ts'
import { futureWaitMs, tooLargeVersion } from './too-large.ts'

/** The stored object that a path names. @throws StatusError 404. */
export function storedObject(context: WireContext, call: ResourceCall): KubeObject {
  const { path, resource } = call
  const found = context.store.get(resource.storeKind, path.namespace, path.name)
  if (found !== undefined) return found
  throw notFound({ group: resource.group, resource: resource.plural, name: path.name })
}

/** Answers the object as stored; `watch=true` means nothing on a name. */
export function getObject(context: WireContext, call: ResourceCall): Outcome {
  const asked = call.query.get('resourceVersion') ?? ''
  checkVersion(asked)
  const current = context.store.resourceVersion
  if (Number(asked) > current) {
    const status = failure(tooLargeVersion(asked, current))
    return { afterMs: futureWaitMs, answer: statusAnswer(status, 504, call.form.encoding) }
  }
  return context.writer.object(200, call.resource, storedObject(context, call), call.form)
}
