/** PATCH: JSON, merge, strategic merge, and server-side apply. Twin layer. */

import { applyConfig } from '../apply/apply.ts'
import { withLastApplied } from '../apply/last-applied.ts'
import { type Writer, writeManagers } from '../apply/managed-fields.ts'
import { shapeOf } from '../apply/shape-of.ts'
import type { Outcome, ResourceCall, WireContext } from '../context.ts'
import { applyDefaults } from '../defaults/defaults.ts'
import { conflict, invalidOptions, notFound } from '../http/refusals.ts'
import { badRequest, refusal, routeRefusal, StatusError } from '../http/status.ts'
import { storedObject } from '../read/get.ts'
import { apiVersionOf } from '../resources/resource.ts'
import { DecodeError, decodeAs } from '../schema/decode.ts'
import { at, isJsonObject, type JsonObject, textAt } from '../schema/own.ts'
import { shapeCustom } from '../validate/custom.ts'
import { forbiddenField, required } from '../validate/faults.ts'
import { validateNew } from '../validate/validate.ts'
import { mediaType } from './body.ts'
import { changeObject } from './change.ts'
import { finish } from './create.ts'
import { newMetadata, requireNamespace } from './new-metadata.ts'
import { type WriteOptions, writeOptions } from './options.ts'
import { applyPatchBody, type PatchKind, readPatch } from './patch-body.ts'

const kinds: Readonly<Record<string, PatchKind>> = {
  'application/apply-patch+yaml': 'apply',
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
}

/** Kind of a patch by its content type. @throws StatusError 415. */
export function patchKindOf({ request, resource }: ResourceCall): PatchKind {
  const type = mediaType(request)
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined
  if (kind === undefined) throw routeRefusal(415)
  if (kind !== 'strategic' || resource.custom === undefined) return kind
  const accepted =
    'application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml'
  const why = 'the body of the request was in an unknown format'
  throw refusal(415, `${why} - accepted media types include: ${accepted}`)
}

/** Checked options of a patch. @throws StatusError 422. */
export function patchOptions({ query, request }: ResourceCall, kind: PatchKind): WriteOptions {
  const options = writeOptions(query, request, 'PatchOptions')
  if (kind === 'apply') {
    if (query.get('fieldManager')) return options
    throw invalidOptions('PatchOptions', required('fieldManager', 'is required for apply patch'))
  }
  if (query.get('force') === null) return options
  const why = 'may not be specified for non-apply patch'
  throw invalidOptions('PatchOptions', forbiddenField('force', why))
}

/** Answers a PATCH of an object or its status. @throws StatusError. */
export function patchObject(context: WireContext, call: ResourceCall): Outcome {
  const kind = patchKindOf(call)
  const options = patchOptions(call, kind)
  const patch = readPatch(call.request, kind)
  if (kind === 'apply') return applyObject(context, call, patch, options)
  const { struct } = call.resource
  return changeObject(context, call, {
    verb: 'patch',
    stored: storedObject(context, call),
    manager: options.manager,
    isDryRun: options.isDryRun,
    produce: (before) => {
      const target = { before, struct, validation: options.validation }
      const { object, warnings } = applyPatchBody(kind, patch, target)
      return { after: object, warnings }
    },
  })
}

function applyObject(
  context: WireContext,
  call: ResourceCall,
  patch: unknown,
  options: WriteOptions,
): Outcome {
  const config = checkedConfig(call, patch)
  const { path, resource } = call
  const stored = context.store.get(resource.storeKind, path.namespace, path.name)
  const writer: Writer = {
    name: options.manager,
    operation: 'Apply',
    apiVersion: apiVersionOf(resource),
    subresource: call.subresource?.name ?? '',
  }
  const namespace = textAt(config, 'metadata', 'namespace')
  const kind = `${resource.group}/${resource.version}, Kind=${resource.kind}`
  const head = resource.group === '' ? `/${resource.version}, Kind=${resource.kind}` : kind
  const input = {
    shape: shapeOf(resource),
    config,
    writer,
    isForced: options.isForced,
    about: `${namespace}/${path.name}; ${head}`,
    now: context.kernel.nowText(),
  }
  const subject = { group: resource.group, resource: resource.plural, name: path.name }
  if (stored === undefined) {
    if (call.subresource !== undefined) throw notFound(subject)
    return createApplied(context, call, { ...input, live: undefined }, options)
  }
  return changeObject(context, call, {
    verb: 'patch',
    stored,
    manager: options.manager,
    isDryRun: options.isDryRun,
    produce: (before) => {
      const { managers, object } = applyConfig({ ...input, live: before })
      if (resource.struct !== undefined) converted(resource.struct, object, input.about)
      const after = writer.name === 'kubectl' ? withLastApplied(object, config) : object
      return { after, warnings: [], managers }
    },
  })
}

/** The merged object as its struct. @throws StatusError 500, as the API server has it, for values that are none. */
function converted(struct: string, object: JsonObject, about: string): JsonObject {
  try {
    return decodeAs(struct, object).value
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    const kind = about.slice(about.indexOf('; ') + 2)
    const why = `unable to convert unstructured object to ${kind}: ${error.message}`
    const message = `failed to convert new object (${about}) to proper version: ${why}`
    throw new StatusError({ code: 500, message })
  }
}

/** @throws StatusError 400 for a configuration that does not say what it is. */
function checkedConfig({ path, resource }: ResourceCall, patch: unknown): JsonObject {
  if (!isJsonObject(patch)) throw badRequest('error decoding YAML: not an object')
  if (at(patch, 'metadata', 'managedFields') !== undefined) {
    throw badRequest('metadata.managedFields must be nil')
  }
  const [kind, apiVersion] = [textAt(patch, 'kind'), textAt(patch, 'apiVersion')]
  if (kind === '' || apiVersion === '') throw badRequest('invalid object type: /, Kind=')
  const name = textAt(patch, 'metadata', 'name')
  if (name === '') {
    const why = 'was undeterminable: name must be provided'
    throw badRequest(`the name of the object (${path.name} based on URL) ${why}`)
  }
  if (name !== path.name) {
    const url = `does not match the name on the URL (${path.name})`
    throw badRequest(`the name of the object (${name}) ${url}`)
  }
  if (kind !== resource.kind || apiVersion !== apiVersionOf(resource)) {
    throw badRequest(`invalid object type: ${apiVersion}, Kind=${kind}`)
  }
  const { status: _, ...rest } = patch
  return resource.subresources.has('status') && path.subresource === '' ? rest : patch
}

function createApplied(
  context: WireContext,
  call: ResourceCall,
  input: Parameters<typeof applyConfig>[0],
  options: WriteOptions,
): Outcome {
  const { path, resource } = call
  const subject = { group: resource.group, resource: resource.plural, name: path.name }
  const uid = textAt(input.config, 'metadata', 'uid')
  if (uid !== '') {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`
    throw conflict(subject, why)
  }
  requireNamespace(context, path.namespace)
  const { managers, object } = applyConfig(input)
  const { resourceVersion: _, ...sent } = object.metadata as JsonObject
  const metadata = newMetadata(context, call, sent)
  const head = { ...object, kind: resource.kind, apiVersion: apiVersionOf(resource), metadata }
  const shaped =
    resource.custom === undefined
      ? converted(resource.struct ?? '', head, input.about)
      : shapeCustom(resource.custom, head).value
  applyDefaults(resource, shaped)
  validateNew(resource, shaped)
  const managedFields = writeManagers(managers)
  const owned = { ...(shaped.metadata as JsonObject), ...(managedFields && { managedFields }) }
  const how = { warnings: [], isDryRun: options.isDryRun }
  return finish(context, call, { ...shaped, metadata: owned }, how)
}
