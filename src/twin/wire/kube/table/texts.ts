/** Pieces of text that several printers share: containers, selectors, lists. Twin layer, pure. */

import { at, isJsonObject, listAt, textAt } from '../schema/own.ts'
import { ageOf } from './age.ts'

/** What a printer sees. */
export interface PrintContext {
  readonly nowMs: number
}

/** A printed cell; its JSON type is the recorded one. */
export type Cell = string | number | boolean

/** Age since creation. */
export function created(object: unknown, { nowMs }: PrintContext): string {
  return ageOf(at(object, 'metadata', 'creationTimestamp'), nowMs)
}

/** Name of an object. */
export function nameOf(object: unknown): string {
  return textAt(object, 'metadata', 'name')
}

/** A number; 0 where there is none. */
export function count(value: unknown, ...path: readonly string[]): number {
  const found = at(value, ...path)
  return typeof found === 'number' ? found : 0
}

/** Names and images of a template's containers. */
export function containersOf(spec: unknown): readonly [string, string] {
  const containers = listAt(spec, 'containers')
  const join = (name: string): string => containers.map((one) => textAt(one, name)).join(',')
  return [join('name'), join('image')]
}

/** A label selector as kubectl writes it, by key; labels come before rules. */
export function selectorText(selector: unknown): string {
  const labels = at(selector, 'matchLabels')
  const pairs = Object.entries(isJsonObject(labels) ? labels : {}).map(([key, value]) => ({
    key,
    text: `${key}=${String(value)}`,
  }))
  const rules = listAt(selector, 'matchExpressions').map((rule) => ({
    key: textAt(rule, 'key'),
    text: ruleText(rule),
  }))
  const parts = [...pairs, ...rules].sort((one, other) =>
    one.key < other.key ? -1 : one.key > other.key ? 1 : 0,
  )
  return orNone(parts.map(({ text }) => text).join(','))
}

function ruleText(rule: unknown): string {
  const key = textAt(rule, 'key')
  const values = listAt(rule, 'values').join(',')
  switch (textAt(rule, 'operator')) {
    case 'In':
      return `${key} in (${values})`
    case 'NotIn':
      return `${key} notin (${values})`
    case 'DoesNotExist':
      return `!${key}`
    default:
      return key
  }
}

/** `a=b,c=d` in key order; `<none>` for an empty map. */
export function pairsText(map: unknown): string {
  if (!isJsonObject(map) || Object.keys(map).length === 0) return '<none>'
  return Object.entries(map)
    .map(([key, value]) => `${key}=${String(value)}`)
    .sort()
    .join(',')
}

/** Number of entries of a map. */
export function sizeOf(map: unknown): number {
  return isJsonObject(map) ? Object.keys(map).length : 0
}

/** The text, or `<none>`, or another word for nothing. */
export function orNone(text: string, nothing = '<none>'): string {
  return text === '' ? nothing : text
}
