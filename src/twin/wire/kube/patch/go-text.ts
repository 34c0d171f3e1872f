/** Values as Go prints them in error texts. Twin layer, pure. */

import { isJsonObject } from '../schema/own.ts'

/** `map[spec:map[replicas:two]]`: Go's %v of decoded JSON. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  if (!isJsonObject(value)) return String(value)
  const parts = Object.keys(value)
    .sort()
    .map((key) => `${key}:${goText(value[key])}`)
  return `map[${parts.join(' ')}]`
}

/** JSON whose maps are sorted where the patch touched them, as the server's patch library leaves it. */
export function patchedText(value: unknown, patch: unknown): string {
  return JSON.stringify(sortedAlong(value, patch))
}

function sortedAlong(value: unknown, patch: unknown): unknown {
  if (!isJsonObject(value) || !isJsonObject(patch)) return value
  const entries = Object.keys(value)
    .sort()
    .map((key) => [key, sortedAlong(value[key], patch[key])] as const)
  return Object.fromEntries(entries)
}
