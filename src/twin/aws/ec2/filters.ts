/** Filters of EC2's describe calls. Twin layer, pure. */

import type { StringMap } from '../../../world/kube-objects.ts'
import { awsError } from '../errors.ts'

/** What a filter may look at; several values mean that one of them must fit. */
export type Attributes = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>

interface Filter {
  readonly Name?: string | undefined
  readonly Values?: readonly string[] | undefined
}

/**
 * True when every filter fits: one of its values, with the wildcards `*` and `?`. `tag:KEY` and
 * `tag-key` look at the tags. @throws RegroupError InvalidParameterValue for unknown names.
 */
export function matchesFilters(
  filters: readonly Filter[] | undefined,
  tags: StringMap,
  attributes: Attributes,
): boolean {
  return (filters ?? []).every(({ Name = '', Values = [] }) => {
    const found = valuesOf(Name, tags, attributes)
    return Values.some((wanted) => found.some((value) => isLike(value, wanted)))
  })
}

function valuesOf(name: string, tags: StringMap, attributes: Attributes): readonly string[] {
  if (name === 'tag-key') return Object.keys(tags)
  if (name.startsWith('tag:')) {
    const value = tags[name.slice(4)]
    return value === undefined ? [] : [value]
  }
  if (!(name in attributes)) {
    throw awsError('InvalidParameterValue', `The filter '${name}' is invalid`)
  }
  const value = attributes[name]
  if (value === undefined) return []
  return typeof value === 'object' ? value : [String(value)]
}

/** Wildcards are matched without regular expressions, in linear steps per star. */
function isLike(value: string, pattern: string): boolean {
  const [head = '', ...rest] = pattern.split('*')
  if (rest.length === 0) return value.length === head.length && fitsAt(value, head, 0)
  if (!fitsAt(value, head, 0)) return false
  let at = head.length
  const tail = rest.pop() ?? ''
  for (const part of rest) {
    while (at + part.length <= value.length && !fitsAt(value, part, at)) at += 1
    if (at + part.length > value.length) return false
    at += part.length
  }
  return value.length - tail.length >= at && fitsAt(value, tail, value.length - tail.length)
}

function fitsAt(value: string, part: string, at: number): boolean {
  for (let index = 0; index < part.length; index += 1) {
    if (part[index] !== '?' && part[index] !== value[at + index]) return false
  }
  return at + part.length <= value.length
}

/**
 * The wanted ones by id, or all. @throws RegroupError with `code` for an unknown id, as EC2 does
 * for the first of them.
 */
export function byIds<T>(
  all: ReadonlyMap<string, T>,
  ids: readonly string[] | undefined,
  missing: { readonly code: string; readonly what: string },
): readonly T[] {
  if (ids === undefined || ids.length === 0) return [...all.values()]
  return ids.map((id) => {
    const found = all.get(id)
    if (found !== undefined) return found
    throw awsError(missing.code, `The ${missing.what} '${id}' does not exist`)
  })
}
