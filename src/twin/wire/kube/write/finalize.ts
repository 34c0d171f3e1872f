/** PUT namespaces/finalize: the last finalizer of a namespace that ends takes the namespace with it. Twin layer. */

import type { Outcome, ResourceCall, WireContext } from '../context.ts'
import { storedObject } from '../read/get.ts'
import { at, type JsonObject, listAt, withAt } from '../schema/own.ts'
import { readBody } from './body.ts'
import { applyChange } from './change.ts'
import { writeOptions } from './options.ts'

/** Answers the PUT. @throws StatusError. */
export function finalizeNamespace(context: WireContext, call: ResourceCall): Outcome {
  const options = writeOptions(call.query, call.request, 'UpdateOptions')
  const { object } = readBody(call.request, call.resource)
  const stored = storedObject(context, call)
  const finalizers = listAt(object, 'spec', 'finalizers')
  const { stored: after } = applyChange(context, call, {
    verb: 'update',
    stored,
    manager: options.manager,
    isDryRun: options.isDryRun,
    produce: (before) => ({
      after: withAt(before, ['spec'], finalizers.length === 0 ? {} : { finalizers }) as JsonObject,
      warnings: [],
    }),
  })
  const isEnding = at(after, 'metadata', 'deletionTimestamp') !== undefined
  if (isEnding && finalizers.length === 0 && !options.isDryRun) {
    context.store.remove('Namespace', undefined, call.path.name)
  }
  return context.writer.object(200, call.resource, after, call.form)
}
