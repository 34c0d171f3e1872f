/** JSON bodies, typed by shapes: what the SDK's methods take and give. Twin layer, pure. */

import type { Member, Shape, StructureShape } from '../schema/shape.ts'
import { readTime } from './scalar.ts'
import { SerializationProblem } from './serialization-problem.ts'

/** Deeper bodies are refused; no AWS request comes near. */
const depthMax = 32

/** Reads the members of a structure out of parsed JSON; unknown members are ignored, as AWS does. */
export function readJson(shape: StructureShape, value: unknown): Record<string, unknown> {
  return readStructure(shape, value, 0)
}

/** Text of an answer: only members of the shape, times as epoch seconds. */
export function writeJson(shape: StructureShape, value: unknown): string {
  return JSON.stringify(plainStructure(shape, value))
}

function readStructure(
  shape: StructureShape,
  value: unknown,
  depth: number,
): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SerializationProblem('Start of structure or map found where not expected.')
  }
  const found: Record<string, unknown> = {}
  for (const member of shape.members) {
    const name = member.traits.jsonName ?? member.name
    if (!Object.hasOwn(value, name)) continue
    const raw = (value as Record<string, unknown>)[name]
    if (raw !== null) found[member.name] = readValue(member.shape, raw, depth + 1)
  }
  return found
}

function readValue(shape: Shape, value: unknown, depth: number): unknown {
  if (depth > depthMax) throw new SerializationProblem('The request is nested too deeply.')
  switch (shape.kind) {
    case 'structure':
      return readStructure(shape, value, depth)
    case 'list':
      if (!Array.isArray(value))
        throw new SerializationProblem(`${typeName(value)} can not be converted to a List`)
      return value
        .filter((one) => one !== null)
        .map((one) => readValue(shape.element.shape, one, depth + 1))
    case 'map':
      return readMap(shape.value, value, depth)
    case 'timestamp':
      return readTime(String(value))
    case 'number':
      if (typeof value === 'number') return value
      throw new SerializationProblem(`${typeName(value)} can not be converted to an Integer`)
    case 'boolean':
      if (typeof value === 'boolean') return value
      throw new SerializationProblem(`${typeName(value)} can not be converted to a Boolean`)
    case 'blob':
      return Buffer.from(String(value), 'base64')
    case 'document':
      return value
    case 'string':
      if (typeof value === 'string') return value
      if (typeof value === 'object')
        throw new SerializationProblem(`${typeName(value)} can not be converted to a String`)
      return String(value)
  }
}

function readMap(element: Member, value: unknown, depth: number): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SerializationProblem(`${typeName(value)} can not be converted to a Map`)
  }
  // fromEntries defines own properties: a key such as __proto__ stays a key.
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, readValue(element.shape, one, depth + 1)]),
  )
}

function typeName(value: unknown): string {
  if (value === null) return 'NULL_VALUE'
  if (Array.isArray(value)) return 'START_ARRAY'
  if (typeof value === 'object') return 'START_OBJECT'
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE'
  return typeof value === 'number' ? 'NUMBER_VALUE' : 'STRING_VALUE'
}

function plainStructure(shape: StructureShape, value: unknown): Record<string, unknown> {
  const source = (value ?? {}) as Record<string, unknown>
  const plain: Record<string, unknown> = {}
  for (const member of shape.members) {
    const one = source[member.name]
    if (one === undefined || one === null) continue
    plain[member.traits.jsonName ?? member.name] = plainValue(member.shape, one)
  }
  return plain
}

function plainValue(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'structure':
      return plainStructure(shape, value)
    case 'list':
      return (value as readonly unknown[]).map((one) => plainValue(shape.element.shape, one))
    case 'map':
      return Object.fromEntries(
        Object.entries(value as object)
          .filter(([, one]) => one !== undefined)
          .map(([key, one]) => [key, plainValue(shape.value.shape, one)]),
      )
    case 'timestamp':
      return (value as Date).getTime() / 1000
    case 'blob':
      return Buffer.from(value as Uint8Array).toString('base64')
    default:
      return value
  }
}
