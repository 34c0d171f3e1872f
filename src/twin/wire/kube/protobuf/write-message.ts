/** JSON of a kind as its protobuf message, byte for byte as the API server writes it. Twin layer, pure. */

import { isJsonObject, type JsonObject } from '../schema/own.ts'
import { type Field, type FieldType, type Scalar, structOf } from '../schema/schema.ts'
import { MessageWriter } from './wire-format.ts'

/** Writes a message of the struct. Values must have the form that decoding gives them. */
export function writeMessage(structName: string, value: JsonObject): Buffer {
  const writer = new MessageWriter()
  const fields = [...structOf(structName).fields].sort((one, other) => one.number - other.number)
  for (const field of fields) {
    if (field.number === 0) continue
    if (field.name === '') {
      const inner = field.type as { readonly name: string }
      writer.bytes(field.number, writeMessage(inner.name, value))
    } else
      writeField(writer, field, Object.hasOwn(value, field.name) ? value[field.name] : undefined)
  }
  return writer.finish()
}

function writeField(writer: MessageWriter, field: Field, value: unknown): void {
  const { isPointer, number, type } = field
  const isAbsent = value === undefined || value === null
  if (type.kind === 'list') {
    if (Array.isArray(value)) for (const one of value) writeValue(writer, number, type.of, one)
  } else if (type.kind === 'map') {
    for (const [key, one] of Object.entries((value ?? {}) as JsonObject).sort()) {
      const entry = new MessageWriter()
      entry.bytes(1, key)
      writeValue(entry, 2, type.of, one)
      writer.bytes(number, entry.finish())
    }
  } else if (!isAbsent || !isPointer) writeValue(writer, number, type, value)
}

function writeValue(writer: MessageWriter, number: number, type: FieldType, value: unknown): void {
  if (type.kind === 'struct') {
    writer.bytes(number, writeMessage(type.name, isJsonObject(value) ? value : {}))
  } else if (type.kind === 'scalar') writeScalar(writer, number, type.scalar, value)
  else if (Array.isArray(value)) {
    const list = new MessageWriter()
    for (const one of value) list.bytes(1, String(one))
    writer.bytes(number, list.finish())
  }
}

function writeScalar(writer: MessageWriter, number: number, scalar: Scalar, value: unknown): void {
  switch (scalar) {
    case 'bool':
      writer.varint(number, value === true ? 1 : 0)
      return
    case 'int32':
    case 'int64':
    case 'uint32':
    case 'uint64':
    case 'Duration':
      writer.varint(number, typeof value === 'number' ? Math.trunc(value) : 0)
      return
    case 'double':
      writer.double(number, Number(value ?? 0))
      return
    case 'string':
      writer.bytes(number, String(value ?? ''))
      return
    case 'bytes':
      if (typeof value === 'string') writer.bytes(number, Buffer.from(value, 'base64'))
      return
    case 'Quantity':
      writer.bytes(number, wrapped(1, String(value ?? '0')))
      return
    case 'Time':
    case 'MicroTime':
      writer.bytes(number, timeBytes(value))
      return
    case 'IntOrString':
      writer.bytes(number, intOrString(value))
      return
    case 'FieldsV1':
    case 'JSON':
      writer.bytes(number, value === undefined ? '' : wrapped(1, JSON.stringify(value)))
      return
  }
}

function wrapped(number: number, text: string): Buffer {
  const writer = new MessageWriter()
  writer.bytes(number, text)
  return writer.finish()
}

function timeBytes(value: unknown): Buffer {
  const writer = new MessageWriter()
  if (typeof value !== 'string') return writer.finish()
  writer.varint(1, BigInt(Math.floor(Date.parse(value) / 1000)))
  const micros = /\.(\d{6})Z$/.exec(value)?.[1] ?? '0'
  writer.varint(2, BigInt(micros) * 1000n)
  return writer.finish()
}

function intOrString(value: unknown): Buffer {
  const writer = new MessageWriter()
  const isText = typeof value === 'string'
  writer.varint(1, isText ? 1 : 0)
  writer.varint(2, isText ? 0 : Number(value ?? 0))
  writer.bytes(3, isText ? value : '')
  return writer.finish()
}
