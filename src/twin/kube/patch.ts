/** How patches are applied: RFC 7386, RFC 6902, and Kubernetes' merge by list keys. Twin layer. */

import { RegroupError } from '../../world/failure.ts'
import type { PatchType } from '../../world/kube-api.ts'

type Json = Readonly<Record<string, unknown>>

/** Lists that a strategic merge merges by a key; all others are replaced. Keys by field name. */
const mergeKeys: Readonly<Record<string, string>> = {
  conditions: 'type',
  containers: 'name',
  initContainers: 'name',
  ownerReferences: 'uid',
  taints: 'key',
  volumes: 'name',
}

/** A new object; parts that did not change are shared with the old one. */
export function applyPatch<T>(object: T, type: PatchType, body: unknown): T {
  switch (type) {
    case 'merge':
      return mergePatch(object, body) as T
    case 'strategic':
      return strategicMerge(object, body) as T
    case 'json':
      return jsonPatch(object, body) as T
  }
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function mergePatch(target: unknown, patch: unknown): unknown {
  return mergeWith(target, patch, mergePatch)
}

function strategicMerge(target: unknown, patch: unknown, field = ''): unknown {
  if (Array.isArray(patch)) return mergeList(target, patch, mergeKeys[field])
  return mergeWith(target, patch, (one, other, name) => strategicMerge(one, other, name))
}

function mergeWith(
  target: unknown,
  patch: unknown,
  merge: (target: unknown, patch: unknown, field: string) => unknown,
): unknown {
  if (!isJson(patch)) return patch
  const base = isJson(target) ? target : {}
  const result: Record<string, unknown> = { ...base }
  let isChanged = !isJson(target)
  for (const [name, value] of Object.entries(patch)) {
    if (name === '__proto__') continue
    if (value === null) {
      isChanged ||= name in result
      delete result[name]
      continue
    }
    const merged = merge(base[name], value, name)
    isChanged ||= merged !== base[name]
    result[name] = merged
  }
  return isChanged ? result : base
}

function mergeList(target: unknown, patch: readonly unknown[], key: string | undefined): unknown {
  if (key === undefined || !Array.isArray(target)) {
    return patch.filter((item) => !isJson(item) || item.$patch === undefined)
  }
  const result: unknown[] = [...target]
  for (const item of patch) {
    if (!isJson(item)) continue
    if (item.$patch === 'replace') return patch.filter((one) => one !== item)
    const index = result.findIndex((one) => isJson(one) && one[key] === item[key])
    if (item.$patch === 'delete') {
      if (index >= 0) result.splice(index, 1)
    } else if (index >= 0) result[index] = strategicMerge(result[index], item)
    else result.push(item)
  }
  return result
}

interface Operation {
  readonly op: string
  readonly path: string
  readonly value?: unknown
  readonly from?: string
}

function jsonPatch(object: unknown, body: unknown): unknown {
  if (!Array.isArray(body))
    throw new RegroupError('invalid', 'a JSON patch is a list of operations')
  return (body as readonly Operation[]).reduce(applyOperation, object)
}

function applyOperation(object: unknown, operation: Operation): unknown {
  const path = pathOf(operation.path)
  switch (operation.op) {
    case 'add':
    case 'replace':
      return setAt(object, path, { value: operation.value, isInsert: operation.op === 'add' })
    case 'remove':
      return removeAt(object, path)
    case 'test':
      if (JSON.stringify(getAt(object, path)) !== JSON.stringify(operation.value)) {
        throw new RegroupError('invalid', `testing value ${operation.path} failed`)
      }
      return object
    default:
      throw new RegroupError('invalid', `unsupported JSON patch operation ${operation.op}`)
  }
}

function pathOf(text: string): string[] {
  return text
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function getAt(object: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) => (value as Readonly<Record<string, unknown>> | undefined)?.[name],
    object,
  )
}

function setAt(
  object: unknown,
  path: readonly string[],
  change: { readonly value: unknown; readonly isInsert: boolean },
): unknown {
  const [name, ...rest] = path
  if (name === undefined) return change.value
  if (Array.isArray(object)) {
    const index = name === '-' ? object.length : Number(name)
    const isLast = rest.length === 0
    const value = isLast ? change.value : setAt(object[index], rest, change)
    return isLast && change.isInsert
      ? [...object.slice(0, index), value, ...object.slice(index)]
      : object.map((one, at) => (at === index ? value : one))
  }
  const base = isJson(object) ? object : {}
  return { ...base, [name]: setAt(base[name], rest, change) }
}

function removeAt(object: unknown, path: readonly string[]): unknown {
  const [name, ...rest] = path
  if (name === undefined || object === undefined) return undefined
  if (Array.isArray(object)) {
    const index = Number(name)
    if (rest.length === 0) return object.filter((_, at) => at !== index)
    return object.map((one, at) => (at === index ? removeAt(one, rest) : one))
  }
  const base = object as Json
  if (!(name in base)) throw new RegroupError('invalid', `path /${path.join('/')} does not exist`)
  const { [name]: held, ...others } = base
  return rest.length === 0 ? others : { ...others, [name]: removeAt(held, rest) }
}
