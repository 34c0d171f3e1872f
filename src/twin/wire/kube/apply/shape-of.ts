/** The apply shape of a resource. Twin layer, pure. */

import type { Resource } from '../resources/resource.ts'
import { type Shape, shapeOfCustom, shapeOfStruct } from './shape.ts'

const custom = new WeakMap<object, Shape>()

/** Shape of a resource's objects. */
export function shapeOf(resource: Resource): Shape {
  if (resource.struct !== undefined) return shapeOfStruct(resource.struct)
  const { schema } = resource.custom ?? { schema: {} }
  let shape = custom.get(schema)
  if (shape === undefined) {
    shape = shapeOfCustom(schema)
    custom.set(schema, shape)
  }
  return shape
}
