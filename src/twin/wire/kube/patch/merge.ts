/** RFC 7386 merge patch. Twin layer, pure. */

import { isJsonObject, setOwn } from '../schema/own.ts'

/** A new value; parts that the patch does not name are shared with the old one. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch
  const result: Record<string, unknown> = isJsonObject(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name]
    else {
      const before = Object.hasOwn(result, name) ? result[name] : undefined
      setOwn(result, name, mergePatch(before, value))
    }
  }
  return result
}
