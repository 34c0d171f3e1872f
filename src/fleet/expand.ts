/** Defaults, matrix, include, exclude and variables, with the place of every value. Fleet layer, pure. */

import type { NodeGroupEntry } from './schema.ts'

/** A flat entry: values of the axes and of all layers. */
export type FlatEntry = Omit<NodeGroupEntry, 'matrix' | 'include' | 'exclude'>
/** Place in the document. */
export type Path = readonly (string | number)[]
type Json = Readonly<Record<string, unknown>>
type Axes = Readonly<Record<string, { readonly value: string; readonly path: Path }>>

/** One entry's values, and the place each of them comes from by dotted key. */
export interface Layered {
  readonly value: Json
  readonly origins: ReadonlyMap<string, Path>
}

const axisNames = ['capacityType', 'arch', 'availabilityZone'] as const

/** A map of the document as the lowest layer. */
export function layerOf(value: Json, path: Path): Layered {
  return over({ value: {}, origins: new Map() }, value, path)
}

/**
 * All combinations of an entry, in the order of its axes. An include entry whose axes match a
 * combination adds or overwrites its other keys; later ones win; an exclude entry removes combinations.
 */
export function expandEntry(
  entry: NodeGroupEntry,
  path: Path,
  defaults: Layered,
): readonly Layered[] {
  const { exclude, include, matrix, ...own } = entry
  const base = over(defaults, own, path)
  return combine(matrix ?? {}, path)
    .filter((axes) => !(exclude ?? []).some((one) => matches(one, axes)))
    .map((axes) => {
      let layers = base
      for (const [axis, { path: place, value }] of Object.entries(axes)) {
        layers = withValue(layers, { key: axis, value, path: place, dotted: axis })
      }
      for (const [index, one] of (include ?? []).entries()) {
        if (matches(one, axes)) layers = over(layers, one, [...path, 'include', index])
      }
      return layers
    })
}

function combine(matrix: NonNullable<NodeGroupEntry['matrix']>, path: Path): readonly Axes[] {
  let combinations: Axes[] = [{}]
  for (const axis of axisNames) {
    const values: readonly string[] | undefined = matrix[axis]
    if (values === undefined) continue
    combinations = combinations.flatMap((one) =>
      values.map((value, index) => ({
        ...one,
        [axis]: { value, path: [...path, 'matrix', axis, index] },
      })),
    )
  }
  return combinations
}

function matches(one: Json, axes: Axes): boolean {
  return axisNames.every((axis) => {
    const wanted = one[axis]
    return wanted === undefined || axes[axis] === undefined || axes[axis].value === wanted
  })
}

/** Maps merge, scalars and lists replace, `null` removes; `path` is where `above` stands. */
export function over(below: Layered, above: Json, path: Path, prefix = ''): Layered {
  let result = below
  for (const [key, value] of Object.entries(above)) {
    const dotted = prefix + key
    const known = result.value[key]
    if (value === undefined) continue
    if (value === null) result = without(result, key, dotted)
    else if (isJson(value)) {
      const inner = { value: isJson(known) ? known : {}, origins: result.origins }
      const merged = over(inner, value, [...path, key], `${dotted}.`)
      result = { value: { ...result.value, [key]: merged.value }, origins: merged.origins }
    } else result = withValue(result, { key, value, path: [...path, key], dotted })
  }
  return result
}

function withValue(
  below: Layered,
  one: { key: string; value: unknown; path: Path; dotted: string },
): Layered {
  const origins = new Map(below.origins).set(one.dotted, one.path)
  return { value: { ...below.value, [one.key]: one.value }, origins }
}

function without(below: Layered, key: string, dotted: string): Layered {
  const { [key]: _, ...value } = below.value
  const origins = [...below.origins].filter(
    ([name]) => name !== dotted && !name.startsWith(`${dotted}.`),
  )
  return { value, origins: new Map(origins) }
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Replaces `$(name)` in every text; names that are not given stay for later. What has none is not copied. */
export function substitute<T>(value: T, variables: Readonly<Record<string, string>>): T {
  if (!hasVariable(value)) return value
  if (typeof value === 'string') {
    return value.replace(/\$\((\w+)\)/g, (text, name: string) =>
      Object.hasOwn(variables, name) ? (variables[name] ?? text) : text,
    ) as T
  }
  if (Array.isArray(value)) return value.map((one) => substitute(one, variables)) as T
  const entries = Object.entries(value as Json).map(([key, one]) => [
    substitute(key, variables),
    substitute(one, variables),
  ])
  return Object.fromEntries(entries) as T
}

function hasVariable(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('$(')
  if (Array.isArray(value)) return value.some(hasVariable)
  if (!isJson(value)) return false
  return Object.keys(value).some((key) => hasVariable(key) || hasVariable(value[key]))
}
