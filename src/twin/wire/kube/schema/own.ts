/** Plain objects whose keys come from outside. Twin layer, pure. */

/** Sets an own member whatever its name is: `__proto__` is a name like any other. */
export function setOwn(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') target[name] = value
  else {
    Object.defineProperty(target, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
}

/** A JSON object; arrays and null are none. */
export type JsonObject = Readonly<Record<string, unknown>>

/** True for JSON objects. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The own member at a path; undefined where anything is missing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value
  for (const name of path) {
    if (!isJsonObject(current) || !Object.hasOwn(current, name)) return undefined
    current = current[name]
  }
  return current
}

/** The text at a path; '' where there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : ''
}

/** The list at a path; empty where there is none. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

/** A copy with the member at the path set; undefined takes it off. */
export function withAt(value: unknown, path: readonly string[], member: unknown): JsonObject {
  const [name = '', ...rest] = path
  const base = isJsonObject(value) ? value : {}
  const result: Record<string, unknown> = { ...base }
  const inner = rest.length === 0 ? member : withAt(base[name], rest, member)
  if (inner === undefined) delete result[name]
  else setOwn(result, name, inner)
  return result
}
