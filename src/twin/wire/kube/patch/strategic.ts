/** Kubernetes' strategic merge patch, by the merge keys of each kind. Twin layer, pure. */

import { isSameJson } from '../../../kube/unchanged.ts'
import { StatusError } from '../http/status.ts'
import { isJsonObject, type JsonObject, setOwn } from '../schema/own.ts'
import { type Field, type FieldType, structOf } from '../schema/schema.ts'
import { goText } from './go-text.ts'

const directive = '$patch'
const retain = '$retainKeys'
const order = '$setElementOrder/'
const deletion = '$deleteFromPrimitiveList/'

/** Applies a patch to an object of the struct. @throws StatusError 500 for directives it cannot follow. */
export function strategicPatch(
  structName: string,
  object: JsonObject,
  patch: JsonObject,
): JsonObject {
  return mergeStruct({ kind: 'struct', name: structName }, object, patch)
}

function failed(message: string): StatusError {
  return new StatusError({ code: 500, message })
}

function fieldOf(type: FieldType, name: string): Field | undefined {
  return type.kind === 'struct' ? structOf(type.name).flat.get(name) : undefined
}

function memberType(type: FieldType, name: string): FieldType {
  if (type.kind === 'map') return type.of
  return fieldOf(type, name)?.type ?? { kind: 'scalar', scalar: 'JSON' }
}

function mergeStruct(type: FieldType, target: unknown, patch: JsonObject): JsonObject {
  const how = patch[directive]
  if (how === 'replace') return bare(without(patch, [directive]))
  if (how === 'delete') return {}
  if (how !== undefined && how !== 'merge') {
    throw failed(`unknown patch type: ${goText(how)} in map: ${goText(patch)}`)
  }
  const result: Record<string, unknown> = isJsonObject(target) ? { ...target } : {}
  const kept = patch[retain]
  if (Array.isArray(kept)) {
    for (const name of Object.keys(result)) if (!kept.includes(name)) delete result[name]
  }
  for (const [name, value] of Object.entries(patch)) {
    if (name === directive || name === retain) continue
    if (name.startsWith(order) || name.startsWith(deletion)) continue
    if (value === null) delete result[name]
    else setOwn(result, name, mergeMember(type, name, result, value))
  }
  reorder(type, { before: target, result }, patch)
  return result
}

function mergeMember(
  type: FieldType,
  name: string,
  result: Readonly<Record<string, unknown>>,
  value: unknown,
): unknown {
  const before = Object.hasOwn(result, name) ? result[name] : undefined
  const inner = memberType(type, name)
  if (Array.isArray(value)) {
    const mergeKey = fieldOf(type, name)?.mergeKey
    if (mergeKey === undefined || inner.kind !== 'list') return bareList(value)
    return mergeKey === ''
      ? mergeScalars(before, value)
      : mergeList(inner.of, before, value, mergeKey)
  }
  return isJsonObject(value) ? mergeStruct(inner, before, value) : value
}

/** Scalars of both, in the order that elements get. */
function mergeScalars(before: unknown, patch: readonly unknown[]): unknown[] {
  const known = Array.isArray(before) ? before : []
  const fresh = patch.filter((one) => !known.includes(one))
  return ordered([...known, ...fresh], known, patch, '')
}

function mergeList(
  type: FieldType,
  before: unknown,
  patch: readonly unknown[],
  key: string,
): unknown[] {
  const items = patch.filter(isJsonObject)
  if (items.some((one) => one[directive] === 'replace')) {
    return items.filter((one) => one[directive] !== 'replace').map(bare)
  }
  let result: unknown[] = Array.isArray(before) ? [...before] : []
  for (const item of items) {
    const how = item[directive]
    if (how !== undefined && how !== 'delete' && how !== 'merge') {
      throw failed(`unknown patch type: ${goText(how)} in map: ${goText(item)}`)
    }
    if (item[key] === undefined) {
      throw failed(`map: ${goText(item)} does not contain declared merge key: ${key}`)
    }
    const isMatch = (one: unknown): boolean => isJsonObject(one) && isSameJson(one[key], item[key])
    if (how === 'delete') {
      result = result.filter((one) => !isMatch(one))
      continue
    }
    const index = result.findIndex(isMatch)
    if (index >= 0) result[index] = mergeStruct(type, result[index], item)
    else result.push(mergeStruct(type, {}, item))
  }
  const known = Array.isArray(before) ? before : []
  return ordered(result, known, items, key)
}

/** Follows the order and deletion directives of lists. */
function reorder(
  type: FieldType,
  { before, result }: { readonly before: unknown; readonly result: Record<string, unknown> },
  patch: JsonObject,
): void {
  for (const [name, value] of Object.entries(patch)) {
    if (!Array.isArray(value)) continue
    if (name.startsWith(deletion)) {
      const list = result[name.slice(deletion.length)]
      if (!Array.isArray(list)) continue
      setOwn(
        result,
        name.slice(deletion.length),
        list.filter((one) => !value.includes(one)),
      )
    } else if (name.startsWith(order)) {
      const member = name.slice(order.length)
      const list = result[member]
      const key = fieldOf(type, member)?.mergeKey
      const old = isJsonObject(before) ? before[member] : undefined
      const known = Array.isArray(old) ? old : []
      if (Array.isArray(list)) setOwn(result, member, ordered(list, known, value, key ?? ''))
    }
  }
}

/**
 * Elements that the patch names follow its order, the others that of the object; both are merged by
 * their places in the object, and new ones come as early as the patch's order lets them.
 */
function ordered(
  list: readonly unknown[],
  before: readonly unknown[],
  wanted: readonly unknown[],
  key: string,
): unknown[] {
  const idOf = (one: unknown): string =>
    JSON.stringify(key === '' ? one : isJsonObject(one) ? one[key] : null)
  const rankIn = (items: readonly unknown[]): Map<string, number> =>
    new Map(items.map((one, index) => [idOf(one), index]))
  const [wantedRanks, oldRanks] = [rankIn(wanted), rankIn(before)]
  const named = list
    .filter((one) => wantedRanks.has(idOf(one)))
    .sort((one, other) => (wantedRanks.get(idOf(one)) ?? 0) - (wantedRanks.get(idOf(other)) ?? 0))
  const others = list.filter((one) => !wantedRanks.has(idOf(one)))
  const result: unknown[] = []
  while (named.length > 0 && others.length > 0) {
    const left = oldRanks.get(idOf(named[0])) ?? -1
    const right = oldRanks.get(idOf(others[0])) ?? -1
    result.push(left < right ? named.shift() : others.shift())
  }
  return [...result, ...named, ...others]
}

/** What a patch adds where nothing was: nulls and directives are no content. */
function bare(value: JsonObject): JsonObject {
  const result: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value)) {
    if (member === null || name.startsWith('$')) continue
    setOwn(result, name, isJsonObject(member) ? bare(member) : member)
  }
  return result
}

function bareList(list: readonly unknown[]): unknown[] {
  return list.filter((one) => !isJsonObject(one) || one[directive] === undefined)
}

function without(value: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))
}
