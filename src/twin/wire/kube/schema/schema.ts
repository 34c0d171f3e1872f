/** The shapes of the API's objects: names, numbers, types and merge rules. Twin layer, pure. */

import table from '../../../../../data/kube-schema.json' with { type: 'json' }

/** Scalars and the values that are written by rules of their own. */
export type Scalar =
  | 'string'
  | 'bool'
  | 'int32'
  | 'int64'
  | 'uint32'
  | 'uint64'
  | 'double'
  | 'bytes'
  | 'Time'
  | 'MicroTime'
  | 'Duration'
  | 'Quantity'
  | 'IntOrString'
  | 'FieldsV1'
  | 'JSON'

/** What a field holds. */
export type FieldType =
  | { readonly kind: 'scalar'; readonly scalar: Scalar }
  | { readonly kind: 'struct'; readonly name: string }
  | { readonly kind: 'list'; readonly of: FieldType }
  | { readonly kind: 'map'; readonly of: FieldType }

/** One field; `number` 0 is not part of protobuf, `name` '' is an embedded struct. */
export interface Field {
  readonly name: string
  readonly number: number
  readonly type: FieldType
  /** Written even when empty. */
  readonly isAlways: boolean
  /** An empty struct or time is left out. */
  readonly isOmitZero: boolean
  readonly isPointer: boolean
  /** Strategic merge: list of structs by this key, or '' for a merged list of scalars. */
  readonly mergeKey: string | undefined
  readonly retainsKeys: boolean
  /** Server-side apply: keys of an associative list. */
  readonly mapKeys: readonly string[] | undefined
  readonly isSet: boolean
  readonly isAtomic: boolean
}

/** A struct; `flat` has the fields of embedded structs in their place. */
export interface Struct {
  readonly name: string
  /** Go's name, as error texts use it. */
  readonly goName: string
  readonly fields: readonly Field[]
  readonly flat: ReadonlyMap<string, Field>
  /** Server-side apply owns it as a whole. */
  readonly isAtomic: boolean
}

type Row = readonly [string, number, string, string?]

const rows = table.types as unknown as Readonly<Record<string, readonly Row[]>>
const atomic: ReadonlySet<string> = new Set(table.atomic)
const structs = new Map<string, Struct>()
const types = new Map<string, FieldType>()

/** A struct by its name, e.g. `core.v1.Pod`. @throws TypeError for unknown names. */
export function structOf(name: string): Struct {
  const known = structs.get(name)
  if (known !== undefined) return known
  const own = rows[name]
  if (own === undefined) throw new TypeError(`no struct ${name} in the schema`)
  const fields = own.map(fieldOf)
  const struct: Struct = {
    name,
    goName: name.slice(name.lastIndexOf('.') + 1),
    fields,
    flat: new Map(fields.flatMap(flatten)),
    isAtomic: atomic.has(name),
  }
  structs.set(name, struct)
  return struct
}

/** True for names that the schema has. */
export function hasStruct(name: string): boolean {
  return Object.hasOwn(rows, name)
}

function flatten(field: Field): [string, Field][] {
  if (field.name !== '') return [[field.name, field]]
  if (field.type.kind !== 'struct') return []
  return [...structOf(field.type.name).flat]
}

function fieldOf([name, number, type, flagText = '']: Row): Field {
  const flags = flagText.split(' ')
  const flagOf = (key: string): string | undefined =>
    flags.find((flag) => flag === key || flag.startsWith(`${key}:`))
  const merge = flagOf('merge')
  const map = flagOf('map')
  return {
    name,
    number,
    type: typeOf(type),
    isAlways: flags.includes('always'),
    isOmitZero: flags.includes('omitzero'),
    isPointer: flags.includes('pointer'),
    mergeKey: merge === undefined ? undefined : merge.slice('merge:'.length),
    retainsKeys: flags.includes('retainKeys'),
    mapKeys: map === undefined ? undefined : map.slice('map:'.length).split(','),
    isSet: flags.includes('set'),
    isAtomic: flags.includes('atomic'),
  }
}

function typeOf(text: string): FieldType {
  const known = types.get(text)
  if (known !== undefined) return known
  const type: FieldType = text.startsWith('[]')
    ? { kind: 'list', of: typeOf(text.slice(2)) }
    : text.startsWith('{}')
      ? { kind: 'map', of: typeOf(text.slice(2)) }
      : text.includes('.')
        ? { kind: 'struct', name: text }
        : { kind: 'scalar', scalar: text as Scalar }
  types.set(text, type)
  return type
}
