/** RFC 6902 JSON patch, with the API server's habits. Twin layer, pure. */

import { isSameJson } from '../../../kube/unchanged.ts'
import { badRequest, refusal, StatusError } from '../http/status.ts'
import { isJsonObject, setOwn } from '../schema/own.ts'

/** More operations are refused. */
const operationsMax = 10_000

/** Applies the operations. @throws StatusError 400, 413, or 422 for whatever cannot be applied. */
export function jsonPatch(object: unknown, body: unknown): unknown {
  if (!Array.isArray(body)) {
    const type = body === null ? 'null' : typeof body
    const what = `json: cannot unmarshal ${type} into Go value of type []handlers.jsonPatchOp`
    throw badRequest(`error decoding patch: ${what}`)
  }
  if (body.length > operationsMax) {
    const limit = `The allowed maximum operations in a JSON patch is ${operationsMax}`
    throw refusal(413, `Request entity too large: ${limit}, got ${body.length}`)
  }
  return body.reduce(applyOperation, object)
}

function rejected(): StatusError {
  const message = 'the server rejected our request due to an error in our request'
  return new StatusError({ code: 422, reason: 'Invalid', message, details: {} })
}

function applyOperation(object: unknown, operation: unknown): unknown {
  if (!isJsonObject(operation)) throw rejected()
  const path = pointer(operation.path)
  switch (operation.op) {
    case 'add':
      return setAt(object, path, operation.value, 'add')
    case 'replace':
      return setAt(object, path, operation.value, 'replace')
    case 'remove':
      return removeAt(object, path)
    case 'copy':
      return setAt(object, path, getAt(object, pointer(operation.from)), 'add')
    case 'move': {
      const from = pointer(operation.from)
      const value = getAt(object, from)
      return setAt(removeAt(object, from), path, value, 'add')
    }
    case 'test':
      if (!isSameJson(getAt(object, path, true) ?? null, operation.value ?? null)) throw rejected()
      return object
    default:
      throw rejected()
  }
}

function pointer(text: unknown): string[] {
  if (typeof text !== 'string' || (text !== '' && !text.startsWith('/'))) throw rejected()
  return text
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function getAt(object: unknown, path: readonly string[], isOptional = false): unknown {
  let value = object
  for (const name of path) {
    if (Array.isArray(value)) value = value[indexOf(value, name, false)]
    else if (isJsonObject(value) && Object.hasOwn(value, name)) value = value[name]
    else if (isOptional) return undefined
    else throw rejected()
  }
  return value
}

function indexOf(list: readonly unknown[], name: string, isInsert: boolean): number {
  if (name === '-' && isInsert) return list.length
  const index = Number(name)
  const isInside = /^\d+$/.test(name) && index < list.length + (isInsert ? 1 : 0)
  if (!isInside) throw rejected()
  return index
}

function setAt(
  object: unknown,
  path: readonly string[],
  value: unknown,
  how: 'add' | 'replace',
): unknown {
  const [name, ...rest] = path
  if (name === undefined) return value
  const isLast = rest.length === 0
  if (Array.isArray(object)) {
    const index = indexOf(object, name, isLast && how === 'add')
    if (isLast && how === 'add') return object.toSpliced(index, 0, value)
    return object.with(index, isLast ? value : setAt(object[index], rest, value, how))
  }
  if (!isJsonObject(object)) throw rejected()
  const result: Record<string, unknown> = { ...object }
  if (!isLast && !Object.hasOwn(object, name)) throw rejected()
  // Replacing a map key that is not there adds it, as recorded.
  setOwn(result, name, isLast ? value : setAt(object[name], rest, value, how))
  return result
}

function removeAt(object: unknown, path: readonly string[]): unknown {
  const [name, ...rest] = path
  if (name === undefined) return undefined
  if (Array.isArray(object)) {
    const index = indexOf(object, name, false)
    if (rest.length === 0) return object.toSpliced(index, 1)
    return object.with(index, removeAt(object[index], rest))
  }
  if (!isJsonObject(object) || !Object.hasOwn(object, name)) throw rejected()
  const result: Record<string, unknown> = { ...object }
  if (rest.length === 0) delete result[name]
  else setOwn(result, name, removeAt(object[name], rest))
  return result
}
