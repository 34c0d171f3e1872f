/** A protobuf message as the JSON of its kind. Twin layer, pure. */

import { parseJson } from '../schema/json-text.ts'
import { setOwn } from '../schema/own.ts'
import { type Field, type FieldType, type Scalar, structOf } from '../schema/schema.ts'
import { ProtobufError, readFields, type WireField } from './wire-format.ts'

/** Nesting beyond this is refused. */
const depthMax = 100

/** Reads a message of the struct; fields that it does not have are skipped. @throws ProtobufError. */
export function readMessage(structName: string, bytes: Buffer, depth = 0): Record<string, unknown> {
  if (depth > depthMax) throw new ProtobufError('proto: nesting too deep')
  const struct = structOf(structName)
  const byNumber = new Map(struct.fields.map((field) => [field.number, field]))
  const result: Record<string, unknown> = {}
  for (const wire of readFields(bytes)) {
    const field = byNumber.get(wire.number)
    if (field === undefined || field.number === 0) continue
    if (field.name === '') {
      const inner = field.type as { readonly name: string }
      Object.assign(result, readMessage(inner.name, bufferOf(wire), depth + 1))
    } else addValue(result, field, wire, depth)
  }
  return result
}

function addValue(
  result: Record<string, unknown>,
  { name, type }: Field,
  wire: WireField,
  depth: number,
): void {
  if (type.kind === 'list') {
    result[name] ??= []
    const list = result[name] as unknown[]
    list.push(readValue(type.of, wire, depth))
    return
  }
  if (type.kind === 'map') {
    result[name] ??= {}
    const map = result[name] as Record<string, unknown>
    const entry = readFields(bufferOf(wire))
    const key = entry.find(({ number }) => number === 1)
    const value = entry.find(({ number }) => number === 2)
    const text = key === undefined ? '' : bufferOf(key).toString('utf8')
    setOwn(map, text, value === undefined ? emptyOf(type.of) : readValue(type.of, value, depth))
    return
  }
  result[name] = readValue(type, wire, depth)
}

function emptyOf(type: FieldType): unknown {
  return type.kind === 'scalar' && type.scalar === 'string' ? '' : {}
}

function bufferOf({ number, value }: WireField): Buffer {
  if (typeof value !== 'bigint') return value
  throw new ProtobufError(`proto: wrong wireType = 0 for field ${number}`)
}

function readValue(type: FieldType, wire: WireField, depth: number): unknown {
  if (type.kind === 'struct') return readMessage(type.name, bufferOf(wire), depth + 1)
  if (type.kind !== 'scalar') return readMap(bufferOf(wire))
  return readScalar(type.scalar, wire)
}

/** Lists in maps, e.g. `extra` of a user, are messages with one repeated string. */
function readMap(bytes: Buffer): unknown {
  return readFields(bytes).map((wire) => bufferOf(wire).toString('utf8'))
}

function readScalar(scalar: Scalar, wire: WireField): unknown {
  switch (scalar) {
    case 'bool':
      return numberOf(wire) !== 0n
    case 'int32':
      return Number(BigInt.asIntN(32, numberOf(wire)))
    case 'int64':
    case 'Duration':
      return Number(BigInt.asIntN(64, numberOf(wire)))
    case 'uint32':
    case 'uint64':
      return Number(numberOf(wire))
    case 'double':
      return bufferOf(wire).readDoubleLE(0)
    case 'string':
      return bufferOf(wire).toString('utf8')
    case 'bytes':
      return bufferOf(wire).toString('base64')
    case 'Quantity':
      return textOf(bufferOf(wire), 1)
    case 'Time':
      return timeOf(bufferOf(wire), 0)
    case 'MicroTime':
      return timeOf(bufferOf(wire), 6)
    case 'IntOrString':
      return intOrString(bufferOf(wire))
    case 'FieldsV1':
    case 'JSON':
      return rawJson(bufferOf(wire))
  }
}

function numberOf({ number, value }: WireField): bigint {
  if (typeof value === 'bigint') return value
  throw new ProtobufError(`proto: wrong wireType = 2 for field ${number}`)
}

function textOf(bytes: Buffer, number: number): string {
  const wire = readFields(bytes).find((one) => one.number === number)
  return wire === undefined ? '' : bufferOf(wire).toString('utf8')
}

/** Seconds and nanoseconds; an empty message is no time. */
function timeOf(bytes: Buffer, digits: number): string | null {
  const fields = readFields(bytes)
  const value = (number: number): bigint => {
    const wire = fields.find((one) => one.number === number)
    return wire === undefined ? 0n : BigInt.asIntN(64, numberOf(wire))
  }
  if (fields.length === 0) return null
  const seconds = Number(value(1))
  if (!Number.isSafeInteger(seconds) || Math.abs(seconds) > 253_402_300_799) {
    throw new ProtobufError('proto: time out of range')
  }
  const text = new Date(seconds * 1000).toISOString().slice(0, 19)
  if (digits === 0) return `${text}Z`
  const micros = (value(2) / 1000n).toString().padStart(6, '0').slice(-6)
  return `${text}.${micros}Z`
}

function intOrString(bytes: Buffer): number | string {
  const fields = readFields(bytes)
  const type = fields.find(({ number }) => number === 1)
  if (type !== undefined && numberOf(type) === 1n) return textOf(bytes, 3)
  const value = fields.find(({ number }) => number === 2)
  return value === undefined ? 0 : Number(BigInt.asIntN(32, numberOf(value)))
}

function rawJson(bytes: Buffer): unknown {
  const text = textOf(bytes, 1)
  try {
    return text === '' ? null : parseJson(text).value
  } catch {
    throw new ProtobufError('proto: embedded JSON cannot be read')
  }
}
