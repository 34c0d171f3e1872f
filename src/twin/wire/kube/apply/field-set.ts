/** Which fields a value has, and which differ between two. Twin layer, pure. */

import { isSameJson } from '../../../kube/unchanged.ts'
import { StatusError } from '../http/status.ts'
import { isJsonObject, type JsonObject } from '../schema/own.ts'
import { child, keyText, pathText } from './paths.ts'
import type { Shape } from './shape.ts'

/** Added and changed fields, and those that are gone. */
export interface Difference {
  readonly changed: Set<string>
  readonly removed: Set<string>
}

/** Keys of list items that are taken as given when an item leaves them out. */
const keyDefaults: JsonObject = { protocol: 'TCP' }

/** The step of a list item, e.g. `k:{"name":"c"}`. */
export function itemStep(keys: readonly string[], item: unknown): string {
  const values = isJsonObject(item) ? item : {}
  const entries = keys
    .map((name) => [name, values[name] ?? keyDefaults[name]] as const)
    .filter(([, value]) => value !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
  return `k:${JSON.stringify(Object.fromEntries(entries))}`
}

/** The fields of an applied configuration. @throws StatusError 500 for unknown fields and twin keys. */
export function fieldsOf(shape: Shape, value: unknown, about: string): Set<string> {
  const found = new Set<string>()
  collect(shape, value, '', { found, about })
  return found
}

interface Collection {
  readonly found: Set<string>
  /** The object in the words of a refusal. */
  readonly about: string
}

function collect(shape: Shape, value: unknown, path: string, to: Collection): void {
  const isEmpty =
    (Array.isArray(value) && value.length === 0) ||
    (isJsonObject(value) && Object.keys(value).length === 0)
  if (shape.kind === 'leaf' || value === null || isEmpty) {
    if (path !== '') to.found.add(path)
  } else if (shape.kind === 'map' && isJsonObject(value)) collectMap(shape, value, path, to)
  else if (shape.kind === 'list' && Array.isArray(value)) {
    for (const [step, item] of itemsByStep(shape.keys, value, path, to.about)) {
      const inner = child(path, step)
      collect(shape.item, item, inner, to)
      to.found.add(inner)
    }
  } else if (shape.kind === 'set' && Array.isArray(value)) {
    for (const one of value) to.found.add(child(path, `v:${JSON.stringify(one)}`))
  } else if (path !== '') to.found.add(path)
}

function collectMap(
  shape: Shape & { kind: 'map' },
  value: JsonObject,
  path: string,
  to: Collection,
): void {
  for (const [name, member] of Object.entries(value)) {
    const inner = child(path, `f:${name}`)
    const known = shape.member(name)
    if (known === undefined) {
      const why = `${pathText(inner)}: field not declared in schema`
      throw new StatusError({
        code: 500,
        message: `failed to create typed patch object (${to.about}): ${why}`,
      })
    }
    collect(known, member, inner, to)
  }
}

function itemsByStep(
  keys: readonly string[],
  list: readonly unknown[],
  path: string,
  about: string,
): Map<string, unknown> {
  const items = new Map<string, unknown>()
  for (const item of list) {
    const step = itemStep(keys, item)
    if (items.has(step)) {
      const key = keyText(JSON.parse(step.slice(2)) as JsonObject)
      const why = `${pathText(path)}: duplicate entries for key [${key}]`
      throw new StatusError({
        code: 500,
        message: `failed to create typed patch object (${about}): ${why}`,
      })
    }
    items.set(step, item)
  }
  return items
}

/** What a write changed. */
export function compareFields(shape: Shape, before: unknown, after: unknown): Difference {
  const difference: Difference = { changed: new Set(), removed: new Set() }
  compare(shape, { before, after }, '', difference)
  return difference
}

/** Two values of one place. */
interface Pair {
  readonly before: unknown
  readonly after: unknown
}

function compare(shape: Shape, { after, before }: Pair, path: string, to: Difference): void {
  if (before === after) return
  if (after === undefined || before === undefined) {
    if (after === undefined) addAll(shape, before, path, to.removed)
    else addAll(shape, after, path, to.changed)
    return
  }
  const isMap = shape.kind === 'map' && isMapOrNull(before) && isMapOrNull(after)
  const isList = Array.isArray(before ?? []) && Array.isArray(after ?? [])
  if (isMap) {
    const [old, now] = [before ?? {}, after ?? {}] as [JsonObject, JsonObject]
    for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
      const member = shape.member(name)
      const pair = {
        before: Object.hasOwn(old, name) ? old[name] : undefined,
        after: Object.hasOwn(now, name) ? now[name] : undefined,
      }
      if (member !== undefined) compare(member, pair, child(path, `f:${name}`), to)
    }
  } else if (shape.kind === 'list' && isList) compareLists(shape, { before, after }, path, to)
  else if (shape.kind === 'set' && isList) compareSets({ before, after }, path, to)
  else if (!isSameJson(before, after) && path !== '') to.changed.add(path)
}

function isMapOrNull(value: unknown): boolean {
  return value === null || isJsonObject(value)
}

function compareLists(
  shape: Shape & { kind: 'list' },
  { after, before }: Pair,
  path: string,
  to: Difference,
): void {
  const byStep = (list: unknown): Map<string, unknown> =>
    new Map(((list ?? []) as readonly unknown[]).map((one) => [itemStep(shape.keys, one), one]))
  const old = byStep(before)
  const now = byStep(after)
  for (const step of new Set([...old.keys(), ...now.keys()])) {
    compare(shape.item, { before: old.get(step), after: now.get(step) }, child(path, step), to)
  }
}

function compareSets({ after, before }: Pair, path: string, to: Difference): void {
  const old = (before ?? []) as readonly unknown[]
  const now = (after ?? []) as readonly unknown[]
  const step = (one: unknown): string => child(path, `v:${JSON.stringify(one)}`)
  for (const one of now) if (!old.includes(one)) to.changed.add(step(one))
  for (const one of old) if (!now.includes(one)) to.removed.add(step(one))
}

/** A value that appears or goes: itself and everything in it. */
function addAll(shape: Shape, value: unknown, path: string, to: Set<string>): void {
  if (value === null) return
  if (path !== '') to.add(path)
  if (shape.kind === 'map' && isJsonObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      const inner = shape.member(name)
      if (inner !== undefined) addAll(inner, member, child(path, `f:${name}`), to)
    }
  } else if (shape.kind === 'list' && Array.isArray(value)) {
    for (const item of value) addAll(shape.item, item, child(path, itemStep(shape.keys, item)), to)
  } else if (shape.kind === 'set' && Array.isArray(value)) {
    for (const one of value) to.add(child(path, `v:${JSON.stringify(one)}`))
  }
}
