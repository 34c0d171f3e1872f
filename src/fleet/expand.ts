/** Defaults, matrix, include, exclude, overrides and variables. Fleet layer, pure. */

import type { NodeGroupEntry } from './schema.ts'

/** A flat entry: values of the axes and of all layers. */
export type FlatEntry = Omit<NodeGroupEntry, 'matrix' | 'include' | 'exclude'>
type Json = Readonly<Record<string, unknown>>
type Axes = {
  readonly capacityType?: string
  readonly arch?: string
  readonly availabilityZone?: string
}

const axisNames = ['capacityType', 'arch', 'availabilityZone'] as const

/**
 * All combinations of an entry, in the order of its axes. An include entry whose axes match a
 * combination adds or overwrites its other keys; later ones win; an exclude entry removes combinations.
 */
export function expandEntry(entry: NodeGroupEntry, defaults: Json): readonly FlatEntry[] {
  const { exclude, include, matrix, ...own } = entry
  const base = mergeLayers(defaults, own)
  const combinations = combine(matrix ?? {})
  return combinations
    .filter((axes) => !(exclude ?? []).some((one) => matches(one, axes)))
    .map((axes) => {
      const fitting = (include ?? []).filter((one) => matches(one, axes))
      const layers = fitting.reduce<Json>(
        (all, one) => mergeLayers(all, one),
        mergeLayers(base, axes),
      )
      return layers as unknown as FlatEntry
    })
}

function combine(matrix: NonNullable<NodeGroupEntry['matrix']>): readonly Axes[] {
  let combinations: Axes[] = [{}]
  for (const axis of axisNames) {
    const values = matrix[axis]
    if (values === undefined) continue
    combinations = combinations.flatMap((one) => values.map((value) => ({ ...one, [axis]: value })))
  }
  return combinations
}

function matches(one: Json, axes: Axes): boolean {
  return axisNames.every((axis) => {
    const wanted = one[axis]
    return wanted === undefined || axes[axis] === undefined || axes[axis] === wanted
  })
}

/** Maps merge, scalars and lists replace, `null` removes. */
export function mergeLayers(below: Json, above: Json): Json {
  const merged: Record<string, unknown> = { ...below }
  for (const [key, value] of Object.entries(above)) {
    if (value === null) delete merged[key]
    else if (value === undefined) continue
    else if (isJson(value) && isJson(merged[key])) merged[key] = mergeLayers(merged[key], value)
    else merged[key] = isJson(value) ? mergeLayers({}, value) : value
  }
  return merged
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Replaces `$(name)` in every text; names that are not given stay for later. */
export function substitute<T>(value: T, variables: Readonly<Record<string, string>>): T {
  if (typeof value === 'string') {
    return value.replace(/\$\((\w+)\)/g, (text, name: string) => variables[name] ?? text) as T
  }
  if (Array.isArray(value)) return value.map((one) => substitute(one, variables)) as T
  if (!isJson(value)) return value
  const entries = Object.entries(value).map(([key, one]) => [
    substitute(key, variables),
    substitute(one, variables),
  ])
  return Object.fromEntries(entries) as T
}
