/** Shapes of configuration documents, and what is wrong with a value of one. Nodes layer, pure. */

import { nearest } from '../world/documents/nearest.ts'

/** What a field may hold. `since` is the first AMI release that reads it; older ones drop it silently. */
export type FieldSchema = (
  | { readonly type: 'boolean' | 'any' }
  | { readonly type: 'integer' | 'number'; readonly min?: number; readonly max?: number }
  | { readonly type: 'string'; readonly oneOf?: readonly string[]; readonly pattern?: FieldPattern }
  | { readonly type: 'list'; readonly of: FieldSchema }
  /** Any keys, one kind of value. */
  | { readonly type: 'map'; readonly of: FieldSchema }
  | { readonly type: 'object'; readonly fields: Readonly<Record<string, FieldSchema>> }
  /** One of several; the faults are those of the first. */
  | { readonly type: 'either'; readonly of: readonly FieldSchema[] }
) & { readonly since?: string }

/** A form of text and its name in sentences. */
export interface FieldPattern {
  readonly form: RegExp
  readonly name: string
}

/** One thing wrong with a document. */
export interface FieldFault {
  readonly kind: 'unknown-field' | 'wrong-value' | 'too-new'
  /** Dotted, e.g. `spec.kubelet.config.maxPods`; list places in brackets. */
  readonly path: string
  /** One sentence that names the path. */
  readonly message: string
  /** The nearest known name of an unknown field; undefined when none is near. */
  readonly suggestion?: string
}

/** A Go duration such as `1m30s`. */
export const duration: FieldPattern = {
  form: /^(?:0|[+-]?(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+)$/,
  name: 'a duration such as 1m30s',
}
/** A Kubernetes quantity such as `500m` or `1Gi`. */
export const quantity: FieldPattern = {
  form: /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+|Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE])?$/,
  name: 'a quantity such as 500m or 1Gi',
}
/** A quantity or a share, as eviction thresholds are. */
export const threshold: FieldPattern = {
  form: /^(?:\d+(?:\.\d+)?%|\d+(?:\.\d+)?(?:Ki|Mi|Gi|Ti|Pi|Ei|[mkMGTPE])?)$/,
  name: 'a quantity or a percentage',
}

/** Everything wrong with `value`, in document order; empty when it fits. */
export function fieldFaults(
  schema: FieldSchema,
  value: unknown,
  path: string,
): readonly FieldFault[] {
  switch (schema.type) {
    case 'any':
      return []
    case 'boolean':
      return typeof value === 'boolean' ? [] : [wrong(path, 'must be true or false', value)]
    case 'integer':
    case 'number':
      return numberFaults(schema, value, path)
    case 'string':
      return textFaults(schema, value, path)
    case 'list':
      if (!Array.isArray(value)) return [wrong(path, 'must be a list', value)]
      return value.flatMap((one, index) => fieldFaults(schema.of, one, `${path}[${index}]`))
    case 'map':
      if (!isRecord(value)) return [wrong(path, 'must be a map', value)]
      return Object.entries(value).flatMap(([key, one]) =>
        fieldFaults(schema.of, one, joined(path, key)),
      )
    case 'object':
      return objectFaults(schema.fields, value, path)
    case 'either': {
      const all = schema.of.map((one) => fieldFaults(one, value, path))
      return all.find((faults) => faults.length === 0) ?? all[0] ?? []
    }
  }
}

/**
 * Fields of `value` that AMI release `release` does not read, by `isBefore(release, since)`. Unknown
 * fields are none of these.
 */
export function tooNewFaults(
  schema: FieldSchema,
  value: unknown,
  at: { readonly path: string; readonly isTooNew: (since: string) => boolean },
): readonly FieldFault[] {
  const { isTooNew, path } = at
  if (schema.since !== undefined && isTooNew(schema.since)) {
    const message = `${path} is read from AMI release ${schema.since} on; older ones drop it silently`
    return [{ kind: 'too-new', path, message }]
  }
  if (schema.type !== 'object' || !isRecord(value)) return []
  return Object.entries(value).flatMap(([key, one]) => {
    const inner = Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined
    return inner === undefined
      ? []
      : tooNewFaults(inner, one, { isTooNew, path: joined(path, key) })
  })
}

/** True for plain maps of a document. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function joined(path: string, key: string): string {
  const name = /^[\w-]+$/.test(key) ? key : JSON.stringify(key)
  return path === '' ? name : `${path}.${name}`
}

function wrong(path: string, what: string, value: unknown): FieldFault {
  const text = JSON.stringify(value) ?? String(value)
  const shown = text.length > 60 ? `${text.slice(0, 57)}...` : text
  return { kind: 'wrong-value', path, message: `${path} ${what}, not ${shown}` }
}

function numberFaults(
  { max, min, type }: { readonly type: string; readonly min?: number; readonly max?: number },
  value: unknown,
  path: string,
): readonly FieldFault[] {
  const isRight = type === 'integer' ? Number.isInteger(value) : Number.isFinite(value)
  const kind = type === 'integer' ? 'a whole number' : 'a number'
  if (!isRight) return [wrong(path, `must be ${kind}`, value)]
  const number = Number(value)
  if (min !== undefined && number < min) return [wrong(path, `must be at least ${min}`, value)]
  if (max !== undefined && number > max) return [wrong(path, `must be at most ${max}`, value)]
  return []
}

function textFaults(
  { oneOf, pattern }: { readonly oneOf?: readonly string[]; readonly pattern?: FieldPattern },
  value: unknown,
  path: string,
): readonly FieldFault[] {
  if (typeof value !== 'string') return [wrong(path, 'must be a text', value)]
  if (oneOf !== undefined && !oneOf.includes(value)) {
    const near = nearest(value, oneOf)
    const fault = wrong(path, `must be one of ${oneOf.join(', ')}`, value)
    return [near === undefined ? fault : { ...fault, suggestion: near }]
  }
  if (pattern === undefined || pattern.form.test(value)) return []
  return [wrong(path, `must be ${pattern.name}`, value)]
}

function objectFaults(
  fields: Readonly<Record<string, FieldSchema>>,
  value: unknown,
  path: string,
): readonly FieldFault[] {
  if (!isRecord(value)) return [wrong(path, 'must be a map', value)]
  return Object.entries(value).flatMap(([key, one]): readonly FieldFault[] => {
    const where = joined(path, key)
    const inner = Object.hasOwn(fields, key) ? fields[key] : undefined
    if (inner !== undefined) return fieldFaults(inner, one, where)
    const suggestion = nearestField(key, Object.keys(fields))
    const message = `${where} is not a known field`
    return [
      {
        kind: 'unknown-field',
        path: where,
        ...(suggestion === undefined
          ? { message }
          : { message: `${message}; did you mean ${suggestion}?`, suggestion }),
      },
    ]
  })
}

/** By letters, else the only field that ends in the same word: apiServerEndpoint for clusterEndpoint. */
function nearestField(key: string, known: readonly string[]): string | undefined {
  const near = nearest(key, known)
  const lastWord = /(?:[A-Z][a-z]+|-[a-z]+)$/.exec(key)?.[0]
  if (near !== undefined || lastWord === undefined) return near
  const alike = known.filter((one) => one.endsWith(lastWord))
  return alike.length === 1 ? alike[0] : undefined
}
