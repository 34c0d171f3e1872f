/** Metadata of a new object: what clients may set, generated names, the namespace of the path. Twin layer. */

import type { ResourceCall, WireContext } from '../context.ts'
import { notFound } from '../http/refusals.ts'
import { badRequest, StatusError } from '../http/status.ts'
import { type JsonObject, textAt } from '../schema/own.ts'

/** Longest part of a generateName that is kept before the five characters. */
const generatedBaseMax = 58
const letters = 'bcdfghjklmnpqrstvwxz2456789'
const serverOwned = [
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'selfLink',
  'managedFields',
]

/** Metadata as it is stored first. @throws StatusError 400, 404 or 500. */
export function newMetadata(
  context: WireContext,
  call: ResourceCall,
  metadata: JsonObject,
): Record<string, unknown> {
  const { path } = call
  if (textAt(metadata, 'resourceVersion') !== '') {
    const message = 'resourceVersion should not be set on objects to be created'
    throw new StatusError({ code: 500, message })
  }
  checkNamespace(textAt(metadata, 'namespace'), path.namespace)
  const result: Record<string, unknown> = { ...metadata }
  for (const name of serverOwned) delete result[name]
  if (path.namespace !== undefined) result.namespace = path.namespace
  const base = textAt(metadata, 'generateName')
  if (textAt(metadata, 'name') === '' && base !== '') {
    result.name = `${base.slice(0, generatedBaseMax)}${suffix(context)}`
  }
  return result
}

/** The namespace of a body must be that of the path. @throws StatusError 400. */
export function checkNamespace(sent: string, wanted: string | undefined): void {
  if (sent === '' || sent === (wanted ?? '')) return
  throw badRequest(
    'the namespace of the provided object does not match the namespace sent on the request',
  )
}

/** @throws StatusError 404 when the namespace of a create is not there. */
export function requireNamespace({ store }: WireContext, namespace: string | undefined): void {
  if (namespace === undefined || store.get('Namespace', undefined, namespace) !== undefined) return
  throw notFound({ group: '', resource: 'namespaces', name: namespace })
}

/** Five characters, different at every call and the same for a seed. */
export function suffix({ cluster, kernel }: WireContext): string {
  const hex = kernel.hexId(`generated-name/${cluster.name}`, 10)
  return [0, 2, 4, 6, 8]
    .map((at) => letters[Number.parseInt(hex.slice(at, at + 2), 16) % letters.length])
    .join('')
}
