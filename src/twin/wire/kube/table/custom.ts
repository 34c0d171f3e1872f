/** How custom resources are printed: the columns of their definition. Twin layer, pure. */

import type { CustomVersion } from '../resources/custom.ts'
import { at, listAt, textAt } from '../schema/own.ts'
import { ageOf } from './age.ts'
import { type Cell, created, nameOf, type PrintContext } from './texts.ts'

/** Cells of a custom resource; without columns its age. */
export function customCells(
  { columns }: CustomVersion,
  object: unknown,
  context: PrintContext,
): readonly Cell[] {
  if (columns.length === 0) return [nameOf(object), created(object, context)]
  const cells = columns.map(({ jsonPath, type }) => {
    const value = valueAt(object, jsonPath)
    if (type === 'date') return ageOf(value, context.nowMs)
    if (value === undefined || value === null) return null
    return type === 'string' && typeof value !== 'string' ? JSON.stringify(value) : value
  })
  return [nameOf(object), ...(cells as Cell[])]
}

/** The paths that definitions use: fields, indexes and `[?(@.a=="b")]`. */
function valueAt(object: unknown, path: string): unknown {
  let value = object
  const step = /\.([A-Za-z0-9_-]+)|\[(\d+)\]|\[\?\(@\.([\w.]+)==["']([^"']*)["']\)\]/g
  for (const [, name, index, key, wanted] of path.matchAll(step)) {
    if (name !== undefined) value = at(value, name)
    else if (index !== undefined) value = Array.isArray(value) ? value[Number(index)] : undefined
    else if (key !== undefined) {
      const list = Array.isArray(value) ? value : listAt(value)
      value = list.find((one) => textAt(one, ...key.split('.')) === wanted)
    }
    if (value === undefined) return undefined
  }
  return value
}
