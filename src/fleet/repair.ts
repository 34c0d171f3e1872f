/** A document without its faulty parts, so that the rest can be checked in the same run. Fleet layer, pure. */

import type { Issue } from '../world/documents/shape-findings.ts'

/** Lists whose elements are told by their index later: they must keep their places. */
const placedLists: ReadonlySet<string | number> = new Set([
  'clusters',
  'exclude',
  'include',
  'nodeGroups',
])

/**
 * A copy without the values the issues point at; where a value is missing, without what lacks it. A
 * top key that can only have one value gets it, a mistyped key the name it was meant to have.
 * Undefined when nothing sensible would be left.
 */
export function withoutFaults(
  value: unknown,
  issues: readonly Issue[],
  meantKey: (path: Issue['path'], key: string) => string | undefined,
): unknown {
  const constants = issues.filter((issue) => issue.values?.length === 1 && issue.path.length === 1)
  const paths = issues.flatMap((issue) => {
    if (constants.includes(issue)) return []
    if (issue.code === 'unrecognized_keys') {
      return (issue.keys ?? []).map((key) => [...issue.path, key])
    }
    return [valueAt(value, issue.path) === undefined ? issue.path.slice(0, -1) : issue.path]
  })
  const isHopeless = paths.some(
    (path) => path.length === 0 || (isIndex(path.at(-1)) && placedLists.has(path.at(-2) ?? '')),
  )
  if (isHopeless) return undefined
  const copy: unknown = structuredClone(value)
  for (const { path, values } of constants) {
    Object.assign(copy as object, { [String(path[0])]: values?.[0] })
  }
  for (const { keys, path } of issues) {
    const map = valueAt(copy, path)
    for (const key of keys ?? []) rename(map, key, meantKey(path, key))
  }
  // Later elements first, so that the places of earlier ones stay true.
  for (const path of [...paths].sort(laterFirst)) remove(copy, path)
  return copy
}

function rename(map: unknown, from: string, to: string | undefined): void {
  if (typeof map !== 'object' || map === null || to === undefined || Object.hasOwn(map, to)) return
  Object.assign(map, { [to]: (map as Readonly<Record<string, unknown>>)[from] })
}

function isIndex(part: string | number | undefined): boolean {
  return typeof part === 'number'
}

function valueAt(value: unknown, path: Issue['path']): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Readonly<Record<string | number, unknown>> | undefined)?.[key],
    value,
  )
}

function laterFirst(a: Issue['path'], b: Issue['path']): number {
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const [one, other] = [a[at], b[at]]
    if (one === other) continue
    return typeof one === 'number' && typeof other === 'number'
      ? other - one
      : String(one).localeCompare(String(other))
  }
  return b.length - a.length
}

function remove(root: unknown, path: Issue['path']): void {
  const last = path.at(-1)
  const parent = valueAt(root, path.slice(0, -1))
  if (last === undefined || typeof parent !== 'object' || parent === null) return
  if (Array.isArray(parent) && typeof last === 'number') parent.splice(last, 1)
  else delete (parent as Record<string | number, unknown>)[last]
}
