/** Schemas of OpenAPI documents: names, types and lists, without descriptions. Twin layer, pure. */

import type { Resource } from '../resources/resource.ts'
import type { JsonObject } from '../schema/own.ts'
import { type Field, type FieldType, type Scalar, structOf } from '../schema/schema.ts'

/** Schemas of the resources and everything they use, by reference name. */
export function schemasOf(resources: readonly Resource[]): JsonObject {
  const schemas: Record<string, unknown> = {}
  for (const resource of resources) {
    const { group, kind, version } = resource
    const gvk = { 'x-kubernetes-group-version-kind': [{ group, kind, version }] }
    if (resource.struct !== undefined) {
      addStruct(schemas, resource.struct)
      const name = referenceName(resource.struct)
      schemas[name] = { ...(schemas[name] as JsonObject), ...gvk }
    } else {
      const name = `${group.split('.').reverse().join('.')}.${version}.${kind}`
      schemas[name] = { ...resource.custom?.schema, ...gvk }
    }
  }
  return schemas
}

function referenceName(struct: string): string {
  const [pkg = '', version = '', name = ''] = struct.split('.')
  const root = pkg === 'meta' ? 'io.k8s.apimachinery.pkg.apis.meta' : `io.k8s.api.${pkg}`
  return `${root}.${version}.${name}`
}

function addStruct(schemas: Record<string, unknown>, struct: string): void {
  const name = referenceName(struct)
  if (schemas[name] !== undefined) return
  const properties: Record<string, unknown> = {}
  schemas[name] = { type: 'object', properties }
  for (const [name, field] of structOf(struct).flat) {
    properties[name] = withMarks(schemaOf(schemas, field.type), marksOf(field))
  }
}

/** A reference takes no neighbours. */
function withMarks(schema: JsonObject, marks: JsonObject): JsonObject {
  if (Object.keys(marks).length === 0) return schema
  return '$ref' in schema ? { allOf: [schema], ...marks } : { ...schema, ...marks }
}

/** How clients make patches: kubectl computes its strategic merge patches by these. */
function marksOf({ isAtomic, isSet, mapKeys, mergeKey, retainsKeys, type }: Field): JsonObject {
  const strategies = [
    ...(mergeKey === undefined ? [] : ['merge']),
    ...(retainsKeys ? ['retainKeys'] : []),
  ]
  const listType = mapKeys !== undefined ? 'map' : isSet ? 'set' : isAtomic ? 'atomic' : undefined
  const listKey = type.kind === 'list' ? 'x-kubernetes-list-type' : 'x-kubernetes-map-type'
  return {
    ...(listType === undefined ? {} : { [listKey]: listType }),
    ...(mapKeys === undefined ? {} : { 'x-kubernetes-list-map-keys': mapKeys }),
    ...(strategies.length === 0 ? {} : { 'x-kubernetes-patch-strategy': strategies.join(',') }),
    ...(mergeKey === undefined || mergeKey === ''
      ? {}
      : { 'x-kubernetes-patch-merge-key': mergeKey }),
  }
}

function schemaOf(schemas: Record<string, unknown>, type: FieldType): JsonObject {
  switch (type.kind) {
    case 'struct':
      addStruct(schemas, type.name)
      return { $ref: `#/components/schemas/${referenceName(type.name)}` }
    case 'list':
      return { type: 'array', items: schemaOf(schemas, type.of) }
    case 'map':
      return { type: 'object', additionalProperties: schemaOf(schemas, type.of) }
    case 'scalar':
      return scalarSchemas[type.scalar]
  }
}

const scalarSchemas: Readonly<Record<Scalar, JsonObject>> = {
  Duration: { type: 'string' },
  FieldsV1: { type: 'object' },
  IntOrString: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  JSON: { type: 'object' },
  MicroTime: { type: 'string', format: 'date-time' },
  Quantity: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  Time: { type: 'string', format: 'date-time' },
  bool: { type: 'boolean' },
  bytes: { type: 'string', format: 'byte' },
  double: { type: 'number', format: 'double' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  string: { type: 'string' },
  uint32: { type: 'integer', format: 'int64' },
  uint64: { type: 'integer', format: 'int64' },
}
