/**
 * Shapes of requests and answers, read once from the schemas that the AWS SDK carries as data. The only
 * file that knows how the SDK writes them down. Twin layer.
 */

import { NormalizedSchema } from '@smithy/core/schema'

/** How a time is written when the protocol does not say. */
export type TimeFormat = 'date-time' | 'http-date' | 'epoch-seconds'

/** A value's type. Members and elements are resolved when first asked for: shapes may contain themselves. */
export type Shape =
  | { readonly kind: 'string' | 'number' | 'boolean' | 'blob' | 'document' }
  | { readonly kind: 'timestamp'; readonly format: TimeFormat | undefined }
  | { readonly kind: 'list'; readonly element: Member }
  | { readonly kind: 'map'; readonly key: Member; readonly value: Member }
  | StructureShape

/** A structure, union or error. */
export interface StructureShape {
  readonly kind: 'structure'
  readonly name: string
  readonly members: readonly Member[]
}

/** A member of a structure, an element of a list, a key or value of a map. */
export interface Member {
  readonly name: string
  readonly shape: Shape
  readonly isRequired: boolean
  readonly traits: MemberTraits
}

/** What the protocols want to know of a member; undefined where the model says nothing. */
export interface MemberTraits {
  readonly xmlName?: string
  readonly ec2QueryName?: string
  readonly xmlFlattened?: unknown
  readonly jsonName?: string
  readonly httpLabel?: unknown
  readonly httpQuery?: string
  readonly httpHeader?: string
  readonly idempotencyToken?: unknown
}

/** An error type: its code on the wire, its HTTP status, its members. */
export interface ErrorShape {
  readonly code: string
  readonly status: number
  readonly members: readonly string[]
}

/** An operation; `output` is undefined where the service answers nothing. */
export interface OperationShape {
  readonly name: string
  readonly http: { readonly method: string; readonly path: string; readonly code: number }
  readonly input: StructureShape
  readonly output: StructureShape | undefined
}

/** Everything of one service. */
export interface ServiceShape {
  readonly operations: ReadonlyMap<string, OperationShape>
  readonly errors: ReadonlyMap<string, ErrorShape>
}

type StaticSchema = readonly [number, string, string, unknown, ...unknown[]]

const operationKind = 9
const errorKind = -3
const cache = new WeakMap<object, Shape>()
const nothing: StructureShape = { kind: 'structure', name: 'Unit', members: [] }

/** Reads the exports of an SDK client: its operations and errors. */
export function serviceShape(client: Readonly<Record<string, unknown>>): ServiceShape {
  const operations = new Map<string, OperationShape>()
  const errors = new Map<string, ErrorShape>()
  for (const value of Object.values(client)) {
    if (!isStaticSchema(value)) continue
    if (value[0] === operationKind) operations.set(value[2], operationOf(value))
    if (value[0] === errorKind) {
      const shape = errorOf(value)
      errors.set(shape.code, shape)
    }
  }
  return { operations, errors }
}

function isStaticSchema(value: unknown): value is StaticSchema {
  return Array.isArray(value) && typeof value[0] === 'number' && typeof value[2] === 'string'
}

function operationOf(schema: StaticSchema): OperationShape {
  const traits = (typeof schema[3] === 'object' ? schema[3] : {}) as {
    http?: [string, string, number]
  }
  const [method, path, code] = traits.http ?? ['POST', '/', 200]
  return {
    name: schema[2],
    http: { method, path, code },
    get input() {
      return structureOf(schema[4]) ?? nothing
    },
    get output() {
      return structureOf(schema[5])
    },
  }
}

function errorOf(schema: StaticSchema): ErrorShape {
  const traits = (typeof schema[3] === 'object' ? schema[3] : {}) as {
    awsQueryError?: [string, number]
    httpError?: number
    error?: string
  }
  const fallback = traits.error === 'server' ? 500 : 400
  return {
    code: traits.awsQueryError?.[0] ?? schema[2],
    status: traits.awsQueryError?.[1] ?? traits.httpError ?? fallback,
    members: schema[4] as readonly string[],
  }
}

function structureOf(reference: unknown): StructureShape | undefined {
  const shape = shapeOf(NormalizedSchema.of(reference as never))
  return shape.kind === 'structure' ? shape : undefined
}

function shapeOf(schema: NormalizedSchema): Shape {
  const source = schema.getSchema() as unknown
  if (typeof source !== 'object' || source === null) return makeShape(schema)
  const known = cache.get(source)
  if (known !== undefined) return known
  const made = makeShape(schema)
  cache.set(source, made)
  return made
}

function makeShape(schema: NormalizedSchema): Shape {
  if (schema.isStructSchema()) return structure(schema)
  if (schema.isListSchema()) {
    return lazily({ kind: 'list' as const }, 'element', () =>
      memberOf(schema.getValueSchema(), false),
    )
  }
  if (schema.isMapSchema()) {
    const withKey = lazily({ kind: 'map' as const }, 'key', () =>
      memberOf(schema.getKeySchema(), false),
    )
    return lazily(withKey, 'value', () => memberOf(schema.getValueSchema(), false))
  }
  if (schema.isTimestampSchema()) return { kind: 'timestamp', format: timeFormat(schema) }
  if (schema.isBooleanSchema()) return { kind: 'boolean' }
  if (schema.isNumericSchema() || schema.isBigIntegerSchema()) return { kind: 'number' }
  if (schema.isBlobSchema()) return { kind: 'blob' }
  return { kind: schema.isDocumentSchema() ? 'document' : 'string' }
}

function structure(schema: NormalizedSchema): StructureShape {
  // The last entry of a structure's schema counts the required members, which stand first.
  const requiredCount = Number((schema.getSchema() as unknown as unknown[])[6] ?? 0)
  return lazily({ kind: 'structure' as const, name: schema.getName() ?? '' }, 'members', () =>
    [...schema.structIterator()].map(([, member], index) =>
      memberOf(member, index < requiredCount),
    ),
  )
}

function memberOf(schema: NormalizedSchema, isRequired: boolean): Member {
  const traits = schema.getMergedTraits() as MemberTraits
  return { name: schema.getMemberName() ?? '', shape: shapeOf(schema), isRequired, traits }
}

function timeFormat(schema: NormalizedSchema): TimeFormat | undefined {
  const formats: Readonly<Record<number, TimeFormat>> = {
    5: 'date-time',
    6: 'http-date',
    7: 'epoch-seconds',
  }
  return formats[schema.getSchema() as number]
}

/** `target` with a property that is worked out once, at the first look. */
function lazily<T extends object, K extends string, V>(
  target: T,
  key: K,
  make: () => V,
): T & { readonly [P in K]: V } {
  let made: { readonly value: V } | undefined
  return Object.defineProperty(target, key, {
    enumerable: true,
    get: () => {
      made ??= { value: make() }
      return made.value
    },
  }) as T & { readonly [P in K]: V }
}
