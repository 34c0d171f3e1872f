/** POST: a new object through decoding, defaults, rules, ownership and admission. Twin layer. */

import type { KubeObject } from '../../../../world/kube-objects.ts'
import { managersAfterUpdate, writeManagers } from '../apply/managed-fields.ts'
import { shapeOf } from '../apply/shape-of.ts'
import type { Outcome, ResourceCall, WireContext } from '../context.ts'
import { applyDefaults } from '../defaults/defaults.ts'
import { alreadyExists } from '../http/refusals.ts'
import { apiVersionOf } from '../resources/resource.ts'
import { decodeAs } from '../schema/decode.ts'
import { type JsonObject, textAt } from '../schema/own.ts'
import { shapeCustom } from '../validate/custom.ts'
import { validateNew } from '../validate/validate.ts'
import { toStored } from '../view/convert.ts'
import { admitNewPod } from './admission.ts'
import { cannotHandle, type DecodedBody, readBody } from './body.ts'
import { orStatus, requireStorable } from './failure.ts'
import { newMetadata, requireNamespace } from './new-metadata.ts'
import { judgeNotes, warningHeaders } from './notes.ts'
import { type WriteOptions, writeOptions } from './options.ts'
import { prepareNew } from './prepare.ts'
import { deprecations } from './warnings.ts'

/** Answers a POST to a collection. @throws StatusError. */
export function createObject(context: WireContext, call: ResourceCall): Outcome {
  const options = writeOptions(call.query, call.request, 'CreateOptions')
  const body = readBody(call.request, call.resource)
  return storeNew(context, call, body, options)
}

/** Stores a decoded object that is not there yet, as POST and some PUTs do. @throws StatusError. */
export function storeNew(
  context: WireContext,
  call: ResourceCall,
  body: DecodedBody,
  options: WriteOptions,
): Outcome {
  const { resource } = call
  const shaped = shapeNew(call, body)
  const refuse = (why: string): Error => cannotHandle(resource, why)
  const warnings = [...judgeNotes(shaped.notes, options.validation, refuse)]
  const metadata = newMetadata(context, call, shaped.object.metadata as JsonObject)
  requireNamespace(context, call.path.namespace)
  const object: Record<string, unknown> = { ...shaped.object, metadata }
  const draft = prepared(context, call, object)
  validateNew(resource, draft)
  refuseTaken(context, call, textAt(draft, 'metadata', 'name'))
  const writer = {
    name: options.manager,
    operation: 'Update' as const,
    apiVersion: apiVersionOf(resource),
    subresource: '',
  }
  const managers = managersAfterUpdate(
    shapeOf(resource),
    { before: emptyOf(call), after: draft },
    writer,
    context.kernel.nowText(),
  )
  const managedFields = writeManagers(managers)
  const owned = { ...(draft.metadata as JsonObject), ...(managedFields && { managedFields }) }
  return finish(
    context,
    call,
    { ...draft, metadata: owned },
    {
      warnings: [...warnings, ...deprecations(resource, draft)],
      isDryRun: options.isDryRun,
    },
  )
}

/** Stores an object that is complete, with its managers, and answers it. */
export function finish(
  context: WireContext,
  call: ResourceCall,
  object: JsonObject,
  how: { readonly warnings: readonly string[]; readonly isDryRun: boolean },
): Outcome {
  const { resource, user } = call
  if (resource.kind === 'Pod') admitNewPod(context, call, object)
  const final: Record<string, unknown> = { ...object }
  prepareNew(resource, final, context)
  requireStorable(final, call.request.body.length)
  const name = textAt(final, 'metadata', 'name')
  const subject = { group: resource.group, resource: resource.plural, name }
  const stored = orStatus(subject, call.path.namespace, () =>
    context.server.create(
      resource.storeKind,
      toStored(resource, final) as unknown as KubeObject,
      user.name,
      how.isDryRun,
    ),
  )
  const shown = how.isDryRun ? unstored(context, stored) : stored
  const answer = context.writer.object(201, resource, shown, call.form)
  return { ...answer, headers: { ...answer.headers, ...warningHeaders(how.warnings) } }
}

function unstored({ cluster, kernel }: WireContext, object: KubeObject): KubeObject {
  const uid = object.metadata.uid ?? kernel.uuid(`dry-run-uid/${cluster.name}`)
  const own = { uid, creationTimestamp: kernel.nowText(), generation: 1 }
  return { ...object, metadata: { ...object.metadata, ...own } } as KubeObject
}

function shapeNew({ resource }: ResourceCall, body: DecodedBody): DecodedBody {
  if (resource.custom === undefined) return body
  const { unknownFields, value } = shapeCustom(resource.custom, body.object)
  const metadata = decodeAs('meta.v1.ObjectMeta', body.object.metadata ?? {})
  const strangers = [
    ...metadata.unknownFields.map((path) => `metadata.${path}`),
    ...unknownFields,
  ].map((path) => `unknown field "${path}"`)
  return { object: { ...value, metadata: metadata.value }, notes: [...body.notes, ...strangers] }
}

/** Kind, defaults, and the shape that goes with them. */
function prepared(
  _context: WireContext,
  { resource }: ResourceCall,
  object: Record<string, unknown>,
): Record<string, unknown> {
  const typed = fromStoredHead(resource, object)
  if (resource.struct === undefined) {
    if (resource.custom?.hasStatus === true) delete typed.status
    return typed
  }
  const shaped = decodeAs(resource.struct, typed).value
  applyDefaults(resource, shaped)
  return shaped
}

function fromStoredHead(
  resource: ResourceCall['resource'],
  object: Record<string, unknown>,
): Record<string, unknown> {
  return { ...object, kind: resource.kind, apiVersion: apiVersionOf(resource) }
}

/** What a new object of the kind looks like before anything is set: its empty structs. */
function emptyOf({ resource }: ResourceCall): JsonObject {
  return resource.struct === undefined ? {} : decodeAs(resource.struct, {}).value
}

function refuseTaken(context: WireContext, call: ResourceCall, name: string): void {
  const { path, resource } = call
  const taken = context.store.get(resource.storeKind, path.namespace, name)
  if (taken === undefined) return
  const subject = { group: resource.group, resource: resource.plural, name }
  throw alreadyExists(subject, taken.metadata.deletionTimestamp !== undefined)
}
