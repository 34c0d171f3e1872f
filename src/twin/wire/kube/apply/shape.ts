/** How server-side apply sees a value: leaves, maps, lists by key, sets. Twin layer, pure. */

import { at, isJsonObject, type JsonObject, listAt, textAt } from '../schema/own.ts'
import { type Field, type FieldType, type Struct, structOf } from '../schema/schema.ts'

/** A kind of value. A leaf is owned as a whole. */
export type Shape =
  | { readonly kind: 'leaf' }
  | { readonly kind: 'map'; readonly member: (name: string) => Shape | undefined }
  | { readonly kind: 'list'; readonly keys: readonly string[]; readonly item: Shape }
  | { readonly kind: 'set' }

const leaf: Shape = { kind: 'leaf' }
const anyMap: Shape = { kind: 'map', member: () => anyValue }
const anyValue: Shape = { kind: 'map', member: () => anyValue }
const structs = new Map<string, Shape>()

/** Shape of a struct; `member` is undefined for fields that it does not have. */
export function shapeOfStruct(name: string): Shape {
  let shape = structs.get(name)
  if (shape === undefined) {
    const struct = structOf(name)
    shape = struct.isAtomic ? leaf : mapOfStruct(struct)
    structs.set(name, shape)
  }
  return shape
}

function mapOfStruct({ flat, name }: Struct): Shape {
  const isRoot = flat.has('metadata')
  return {
    kind: 'map',
    member: (member) => {
      const field = flat.get(member)
      if (field !== undefined) return shapeOfField(field)
      return isRoot && name !== '' && ['apiVersion', 'kind'].includes(member) ? leaf : undefined
    },
  }
}

function shapeOfField({ isAtomic, isSet, mapKeys, type }: Field): Shape {
  if (isAtomic) return leaf
  switch (type.kind) {
    case 'scalar':
      return leaf
    case 'struct':
      return shapeOfStruct(type.name)
    case 'map':
      return { kind: 'map', member: () => shapeOfType(type.of) }
    case 'list':
      if (isSet) return { kind: 'set' }
      if (mapKeys === undefined) return leaf
      return { kind: 'list', keys: mapKeys, item: shapeOfType(type.of) }
  }
}

function shapeOfType(type: FieldType): Shape {
  if (type.kind === 'struct') return shapeOfStruct(type.name)
  return type.kind === 'map' ? anyMap : leaf
}

/** Shape of a custom resource by its schema; metadata is that of every object. */
export function shapeOfCustom(schema: JsonObject): Shape {
  const metadata = shapeOfStruct('meta.v1.ObjectMeta')
  const root = shapeOfSchema(schema)
  return {
    kind: 'map',
    member: (name) => {
      if (name === 'metadata') return metadata
      if (name === 'apiVersion' || name === 'kind') return leaf
      return root.kind === 'map' ? root.member(name) : undefined
    },
  }
}

function shapeOfSchema(schema: unknown): Shape {
  if (!isJsonObject(schema)) return leaf
  if (schema['x-kubernetes-map-type'] === 'atomic') return leaf
  if (textAt(schema, 'type') === 'array') {
    const item = shapeOfSchema(schema.items)
    switch (textAt(schema, 'x-kubernetes-list-type')) {
      case 'map':
        return {
          kind: 'list',
          keys: listAt(schema, 'x-kubernetes-list-map-keys').map(String),
          item,
        }
      case 'set':
        return { kind: 'set' }
      default:
        return leaf
    }
  }
  if (textAt(schema, 'type') !== 'object') return leaf
  const keepsAll = schema['x-kubernetes-preserve-unknown-fields'] === true
  return {
    kind: 'map',
    member: (name) => {
      const own = at(schema, 'properties', name)
      if (own !== undefined) return shapeOfSchema(own)
      const extra = schema.additionalProperties
      if (isJsonObject(extra)) return shapeOfSchema(extra)
      return extra === true || keepsAll ? leaf : undefined
    },
  }
}
