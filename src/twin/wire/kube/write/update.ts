/** PUT: a whole object in place of the stored one; some kinds are created by it. Twin layer. */

import type { Outcome, ResourceCall, WireContext } from '../context.ts'
import { conflict, invalid, notFound } from '../http/refusals.ts'
import { badRequest } from '../http/status.ts'
import { storedObject } from '../read/get.ts'
import { writeRuleOf } from '../resources/kind-rules.ts'
import { type JsonObject, textAt } from '../schema/own.ts'
import { invalidValue } from '../validate/faults.ts'
import { cannotHandle, readBody } from './body.ts'
import { changeObject } from './change.ts'
import { storeNew } from './create.ts'
import { judgeNotes } from './notes.ts'
import { writeOptions } from './options.ts'

/** Answers a PUT of an object or its status. @throws StatusError. */
export function updateObject(context: WireContext, call: ResourceCall): Outcome {
  const { path, request, resource } = call
  const options = writeOptions(call.query, request, 'UpdateOptions')
  const body = readBody(request, resource)
  const name = textAt(body.object, 'metadata', 'name')
  if (name !== path.name) throw wrongName(name, path.name)
  const stored = context.store.get(resource.storeKind, path.namespace, path.name)
  const rule = writeRuleOf(resource)
  const subject = { group: resource.group, resource: resource.plural, name: path.name }
  if (stored === undefined) {
    if (!rule.isPutCreating || call.subresource !== undefined) throw notFound(subject)
    return storeNew(context, call, body, options)
  }
  const version = textAt(body.object, 'metadata', 'resourceVersion')
  if (rule.needsVersion && version === '') {
    const fault = invalidValue('metadata.resourceVersion', 0, 'must be specified for an update')
    throw invalid({ group: resource.group, kind: resource.plural, name: path.name }, [fault])
  }
  const uid = textAt(body.object, 'metadata', 'uid')
  if (uid !== '' && uid !== stored.metadata.uid) {
    throw conflict(subject, wrongUid(call, uid, stored.metadata.uid ?? ''))
  }
  const refuse = (why: string): Error => cannotHandle(resource, why)
  const warnings = judgeNotes(body.notes, options.validation, refuse)
  return changeObject(context, call, {
    verb: 'update',
    stored: storedObject(context, call),
    manager: options.manager,
    isDryRun: options.isDryRun,
    produce: () => ({ after: body.object as JsonObject, warnings }),
  })
}

function wrongName(sent: string, wanted: string): Error {
  return badRequest(
    `the name of the object (${sent}) does not match the name on the URL (${wanted})`,
  )
}

function wrongUid({ path, resource }: ResourceCall, sent: string, own: string): string {
  const namespace = path.namespace === undefined ? '' : `${path.namespace}/`
  const key = `/registry/${resource.plural}/${namespace}${path.name}`
  const why = `Precondition failed: UID in precondition: ${sent}, UID in object meta: ${own}`
  return `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`
}
