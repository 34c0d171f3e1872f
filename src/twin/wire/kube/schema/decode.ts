/** JSON through the shape of its kind: fields in order, empty structs filled, strangers noticed. Twin layer, pure. */

import { isJsonObject, setOwn } from './own.ts'
import {
  canonicalMicroTime,
  canonicalQuantity,
  canonicalTime,
  checkBase64,
  ScalarError,
} from './scalar.ts'
import { type Field, type FieldType, type Scalar, type Struct, structOf } from './schema.ts'

/** A value of the wrong type; the message is that of Go's decoder. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}

/** A decoded object and the fields that its kind does not have, in the order of the text. */
export interface Decoded {
  readonly value: Record<string, unknown>
  readonly unknownFields: readonly string[]
}

/** Reads `value` as the struct. @throws DecodeError for wrong types. */
export function decodeAs(structName: string, value: unknown): Decoded {
  const unknownFields: string[] = []
  const struct = structOf(structName)
  const place = { struct, path: '', indexed: '', unknownFields }
  if (!isJsonObject(value)) throw mismatch(value, place, struct.goName)
  return { value: decodeStruct(struct, value, place), unknownFields }
}

interface Place {
  /** Innermost struct. */
  readonly struct: Struct
  /** Path without list indexes, for type errors. */
  readonly path: string
  /** Path with list indexes, for unknown fields. */
  readonly indexed: string
  readonly unknownFields: string[]
}

function decodeStruct(
  struct: Struct,
  value: Readonly<Record<string, unknown>>,
  place: Place,
): Record<string, unknown> {
  const decoded = new Map<string, unknown>()
  for (const [name, member] of Object.entries(value)) {
    const field = struct.flat.get(name)
    const path = place.path === '' ? name : `${place.path}.${name}`
    const indexed = place.indexed === '' ? name : `${place.indexed}.${name}`
    if (field === undefined) {
      place.unknownFields.push(indexed)
      continue
    }
    if (member === null || member === undefined) continue
    const { unknownFields } = place
    decoded.set(name, decodeValue(field.type, member, { struct, path, indexed, unknownFields }))
  }
  const result: Record<string, unknown> = {}
  for (const [name, field] of struct.flat) {
    const written = writtenForm(field, decoded.get(name))
    if (written !== undefined) result[name] = written
  }
  return result
}

/** What Go's encoder writes for a field; undefined = nothing. */
function writtenForm(field: Field, value: unknown): unknown {
  const { isAlways, isOmitZero, isPointer, type } = field
  if (value === undefined && isPointer) return isAlways ? null : undefined
  if (isPointer) return value
  if (type.kind === 'struct') {
    const struct = value ?? decodeAs(type.name, {}).value
    return isOmitZero && Object.keys(struct as object).length === 0 ? undefined : struct
  }
  if (value === undefined) return zeroForm(field)
  if (isAlways || type.kind !== 'scalar') return isEmpty(value) && !isAlways ? undefined : value
  const isZero = value === '' || value === 0 || value === false
  return isZero && type.scalar !== 'IntOrString' && type.scalar !== 'JSON' ? undefined : value
}

function zeroForm({ isAlways, isOmitZero, type }: Field): unknown {
  if (type.kind !== 'scalar') return isAlways ? null : undefined
  if (isOmitZero) return undefined
  switch (type.scalar) {
    case 'Time':
    case 'MicroTime':
      return null
    case 'Quantity':
      return '0'
    case 'IntOrString':
      return 0
    case 'string':
      return isAlways ? '' : undefined
    case 'bool':
      return isAlways ? false : undefined
    case 'bytes':
    case 'JSON':
    case 'FieldsV1':
      return isAlways ? null : undefined
    default:
      return isAlways ? 0 : undefined
  }
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

function decodeValue(type: FieldType, value: unknown, place: Place): unknown {
  switch (type.kind) {
    case 'scalar':
      return decodeScalar(type.scalar, value, place)
    case 'struct': {
      if (!isJsonObject(value)) throw mismatch(value, place, goTypeOf(type))
      return decodeStruct(structOf(type.name), value, place)
    }
    case 'list': {
      if (!Array.isArray(value)) throw mismatch(value, place, goTypeOf(type))
      return value.map((one, index) => decodeElement(type.of, one, place, `[${index}]`))
    }
    case 'map': {
      if (!isJsonObject(value)) throw mismatch(value, place, goTypeOf(type))
      const result: Record<string, unknown> = {}
      for (const [key, one] of Object.entries(value).sort(byKey)) {
        setOwn(result, key, decodeElement(type.of, one, place, `.${key}`))
      }
      return result
    }
  }
}

function byKey([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : one > other ? 1 : 0
}

function decodeElement(type: FieldType, value: unknown, place: Place, step: string): unknown {
  const inner = { ...place, indexed: `${place.indexed}${step}` }
  if (value !== null && value !== undefined) return decodeValue(type, value, inner)
  if (type.kind === 'struct') return decodeStruct(structOf(type.name), {}, inner)
  return type.kind === 'scalar' && type.scalar === 'string' ? '' : null
}

function decodeScalar(scalar: Scalar, value: unknown, place: Place): unknown {
  switch (scalar) {
    case 'JSON':
    case 'FieldsV1':
      return value
    case 'bool':
      if (typeof value !== 'boolean') throw mismatch(value, place, 'bool')
      return value
    case 'double':
      if (typeof value !== 'number') throw mismatch(value, place, 'float64')
      return value
    case 'int32':
    case 'int64':
    case 'uint32':
    case 'uint64':
      return decodeInteger(scalar, value, place)
    case 'IntOrString':
      if (typeof value === 'string') return value
      if (typeof value !== 'number') throw mismatch(value, place, 'string')
      return decodeInteger('int32', value, place)
    case 'Quantity':
      if (typeof value !== 'string' && typeof value !== 'number') {
        throw mismatch(value, place, 'resource.Quantity')
      }
      return orDecodeError(() => canonicalQuantity(String(value)))
    default:
      if (typeof value !== 'string') throw mismatch(value, place, goScalars[scalar] ?? 'string')
      return orDecodeError(() => canonicalText(scalar, value))
  }
}

function canonicalText(scalar: Scalar, value: string): string {
  if (scalar === 'Time') return canonicalTime(value)
  if (scalar === 'MicroTime') return canonicalMicroTime(value)
  if (scalar === 'bytes') return checkBase64(value)
  return value
}

function orDecodeError(read: () => string): string {
  try {
    return read()
  } catch (error) {
    if (error instanceof ScalarError) throw new DecodeError(error.message)
    throw error
  }
}

const goScalars: Partial<Record<Scalar, string>> = {
  Duration: 'v1.Duration',
  MicroTime: 'v1.MicroTime',
  Time: 'v1.Time',
  bytes: '[]uint8',
}

function decodeInteger(scalar: Scalar, value: unknown, place: Place): number {
  if (typeof value !== 'number') throw mismatch(value, place, scalar)
  const limit = scalar === 'int32' ? 2 ** 31 : 2 ** 63
  if (!Number.isInteger(value) || value >= limit || value < -limit) {
    throw mismatchOf(`number ${value}`, place, scalar)
  }
  return value
}

function goTypeOf(type: FieldType): string {
  switch (type.kind) {
    case 'scalar':
      return goScalars[type.scalar] ?? type.scalar
    case 'struct':
      return type.name.split('.').slice(1).join('.')
    case 'list':
      return `[]${goTypeOf(type.of)}`
    case 'map':
      return `map[string]${goTypeOf(type.of)}`
  }
}

function mismatch(value: unknown, place: Place, goType: string): DecodeError {
  const name = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
  return mismatchOf(name === 'boolean' ? 'bool' : name, place, goType)
}

function mismatchOf(what: string, { path, struct }: Place, goType: string): DecodeError {
  const where = path === '' ? 'value' : `struct field ${struct.goName}.${path}`
  return new DecodeError(`json: cannot unmarshal ${what} into Go ${where} of type ${goType}`)
}
