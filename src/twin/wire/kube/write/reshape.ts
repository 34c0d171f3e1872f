/** What of a changed object counts: spec or status, client metadata, defaults. Twin layer, pure. */

import { applyDefaults } from '../defaults/defaults.ts'
import { badRequest } from '../http/status.ts'
import { apiVersionOf, type Resource } from '../resources/resource.ts'
import { DecodeError, decodeAs } from '../schema/decode.ts'
import { at, isJsonObject, type JsonObject, listAt } from '../schema/own.ts'
import { shapeCustom } from '../validate/custom.ts'

/** The two sides of a change. */
export interface Sides {
  readonly before: JsonObject
  readonly after: JsonObject
  readonly isStatus: boolean
}

/** Server-owned metadata that a client's copy cannot change. */
const kept = ['creationTimestamp', 'deletionGracePeriodSeconds', 'generation', 'resourceVersion']

/** The object that the change amounts to. @throws StatusError 400 for wrong types. */
export function reshaped(resource: Resource, { after, before, isStatus }: Sides): JsonObject {
  const metadata = metadataAfter(resource, { after, before, isStatus })
  const hasStatus = resource.subresources.has('status')
  const draft: Record<string, unknown> = isStatus
    ? { ...before, status: after.status, metadata }
    : { ...after, ...(hasStatus ? { status: before.status } : {}), metadata }
  if (!isStatus && hasStatus && before.status === undefined) delete draft.status
  draft.kind = resource.kind
  draft.apiVersion = apiVersionOf(resource)
  if (resource.kind === 'Pod' && !isStatus) keepTolerations(draft, before)
  if (resource.custom !== undefined) return customOf(resource, draft)
  if (resource.struct === undefined) return draft
  try {
    const shaped = decodeAs(resource.struct, draft).value
    applyDefaults(resource, shaped)
    return shaped
  } catch (error) {
    if (error instanceof DecodeError) throw badRequest(error.message)
    throw error
  }
}

function customOf(resource: Resource, draft: Record<string, unknown>): JsonObject {
  if (resource.custom === undefined) return draft
  const { value } = shapeCustom(resource.custom, draft)
  const metadata = decodeAs('meta.v1.ObjectMeta', draft.metadata).value
  const shaped: Record<string, unknown> = { ...value, metadata }
  if (shaped.status === undefined) delete shaped.status
  return shaped
}

function metadataAfter(
  { custom, kind }: Resource,
  { after, before, isStatus }: Sides,
): Record<string, unknown> {
  const own = before.metadata as JsonObject
  const sent = after.metadata
  const client = isJsonObject(sent) ? sent : {}
  if (isStatus && custom !== undefined) return { ...own }
  const result: Record<string, unknown> = { ...client }
  for (const name of kept) {
    delete result[name]
    if (own[name] !== undefined) result[name] = own[name]
  }
  for (const name of ['name', 'namespace', 'uid', 'deletionTimestamp']) {
    if (result[name] === undefined && own[name] !== undefined) result[name] = own[name]
  }
  delete result.selfLink
  delete result.managedFields
  if (own.managedFields !== undefined) result.managedFields = own.managedFields
  // Labels in a status write count for pods and nodes only.
  if (isStatus && !['Pod', 'Node'].includes(kind)) {
    delete result.labels
    if (own.labels !== undefined) result.labels = own.labels
  }
  return result
}

/** Admission puts the two default tolerations back. */
function keepTolerations(draft: Record<string, unknown>, before: JsonObject): void {
  const defaults = listAt(before, 'spec', 'tolerations').filter((one) =>
    /^node\.kubernetes\.io\/(?:not-ready|unreachable)$/.test(String(at(one, 'key'))),
  )
  const spec = draft.spec
  if (!isJsonObject(spec) || defaults.length === 0) return
  const own = listAt(spec, 'tolerations')
  const keys = own.map((one) => at(one, 'key'))
  const missing = defaults.filter((one) => !keys.includes(at(one, 'key')))
  if (missing.length > 0) draft.spec = { ...spec, tolerations: [...own, ...missing] }
}
