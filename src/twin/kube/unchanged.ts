/** Keeps what a write did not change, by value, so that equal content is no new generation. Twin layer, pure. */

import type { KubeKind, KubeObjectOf } from '../../world/kube-objects.ts'

/**
 * `after` with every equal part (spec, status, metadata, ...) replaced by the one of `before`; `before`
 * itself when nothing differs, which the store takes as no write, as the API server does.
 */
export function keepUnchanged<T extends KubeObjectOf<KubeKind>>(before: T, after: T): T {
  if (after === before) return before
  const old = before as unknown as Readonly<Record<string, unknown>>
  const shared: Record<string, unknown> = {}
  let isSame = Object.keys(before).length === Object.keys(after).length
  for (const [name, value] of Object.entries(after)) {
    const isEqual = isSameJson(old[name], value)
    shared[name] = isEqual ? old[name] : value
    isSame &&= isEqual && name in old
  }
  return isSame ? before : (shared as unknown as T)
}

/** Equality of plain data; members that are undefined count as present. */
export function isSameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false
    return one.every((item, index) => isSameJson(item, other[index]))
  }
  const right = other as Readonly<Record<string, unknown>>
  const entries = Object.entries(one)
  if (entries.length !== Object.keys(right).length) return false
  return entries.every(([name, value]) => name in right && isSameJson(value, right[name]))
}
