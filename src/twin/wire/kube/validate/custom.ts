/** Custom resources against their schema: pruning, defaults, faults. Twin layer, pure. */

import { isSameJson } from '../../../kube/unchanged.ts'
import type { CustomVersion } from '../resources/custom.ts'
import { at, isJsonObject, type JsonObject, listAt, setOwn, textAt } from '../schema/own.ts'
import { duplicate, type Faults, invalidValue, required, unsupported } from './faults.ts'

/** Members that every object has, whatever its schema says. */
const rootMembers = ['apiVersion', 'kind', 'metadata']

/** A pruned and defaulted copy, and the fields that the schema does not have. */
export function shapeCustom(
  { schema }: CustomVersion,
  object: JsonObject,
): { readonly value: Record<string, unknown>; readonly unknownFields: readonly string[] } {
  const unknownFields: string[] = []
  const head = Object.fromEntries(rootMembers.map((name) => [name, object[name]]))
  const rest = Object.fromEntries(
    Object.entries(object).filter(([name]) => !rootMembers.includes(name)),
  )
  const shaped = shape(schema, rest, '', unknownFields) as Record<string, unknown>
  return { value: { ...head, ...shaped }, unknownFields }
}

function shape(schema: unknown, value: unknown, path: string, unknown: string[]): unknown {
  if (Array.isArray(value)) {
    return value.map((one, index) => shape(at(schema, 'items'), one, `${path}[${index}]`, unknown))
  }
  if (!isJsonObject(value)) return value
  const properties = at(schema, 'properties')
  const extra = at(schema, 'additionalProperties')
  const keepsAll =
    at(schema, 'x-kubernetes-preserve-unknown-fields') === true || !isJsonObject(schema)
  const result: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value)) {
    const inner = path === '' ? name : `${path}.${name}`
    const own = isJsonObject(properties) && Object.hasOwn(properties, name)
    if (own) setOwn(result, name, shape(properties[name], member, inner, unknown))
    else if (extra !== undefined && extra !== false) {
      setOwn(result, name, shape(extra === true ? undefined : extra, member, inner, unknown))
    } else if (keepsAll) setOwn(result, name, member)
    else unknown.push(inner)
  }
  for (const [name, one] of Object.entries(isJsonObject(properties) ? properties : {})) {
    const preset = at(one, 'default')
    if (preset !== undefined && result[name] === undefined) setOwn(result, name, preset)
  }
  return result
}

const unchecked =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'

/** Faults against the schema; with `onlyRules` only the transition rules. */
export function customFaults(
  { schema }: CustomVersion,
  object: JsonObject,
  before?: JsonObject,
  onlyRules = false,
): Faults {
  if (onlyRules) return ruleFaults(schema, object, before, '')
  const faults: Faults = []
  check(schema, object, '', faults)
  if (faults.length === 0) return faults
  faults.sort((one, other) => rankOf(one) - rankOf(other))
  return hasRules(schema) ? [...faults, invalidValue('<nil>', null, unchecked)] : faults
}

/** True where the schema, at any depth, has rules in CEL. */
function hasRules(schema: unknown): boolean {
  if (!isJsonObject(schema)) return false
  if (listAt(schema, 'x-kubernetes-validations').length > 0) return true
  const { additionalProperties, items, properties } = schema
  const members = isJsonObject(properties) ? Object.values(properties) : []
  return [additionalProperties, items, ...members].some(hasRules)
}

/** The server checks words first and twins last. */
function rankOf({ reason }: Faults[number]): number {
  if (reason === 'FieldValueNotSupported') return 0
  return reason === 'FieldValueDuplicate' ? 2 : 1
}

function check(schema: unknown, value: unknown, path: string, faults: Faults): void {
  if (!isJsonObject(schema)) return
  const type = textAt(schema, 'type')
  if (type !== '' && !isOfType(type, value, schema)) {
    const found = typeName(value)
    const why = `${path} in body must be of type ${type}: "${found}"`
    faults.push({ ...invalidValue(path, found, why), reason: 'FieldValueTypeInvalid' })
    return
  }
  const words = listAt(schema, 'enum')
  if (words.length > 0 && !words.some((one) => isSameJson(one, value))) {
    faults.push(unsupported(path, value, words.map(String)))
  }
  checkScalar(schema, value, path, faults)
  if (Array.isArray(value)) checkList(schema, value, path, faults)
  if (isJsonObject(value)) checkObject(schema, value, path, faults)
}

function checkScalar(schema: JsonObject, value: unknown, path: string, faults: Faults): void {
  const { maxLength, maximum, minimum, pattern } = schema
  if (typeof value === 'string') {
    if (typeof maxLength === 'number' && value.length > maxLength) {
      const message = `Too long: may not be more than ${maxLength} bytes`
      faults.push({ field: path, reason: 'FieldValueTooLong', message })
    }
    if (typeof pattern === 'string' && !matches(pattern, value)) {
      faults.push(invalidValue(path, value, `${path} in body should match '${pattern}'`))
    }
  }
  if (typeof value !== 'number') return
  const bound = (word: string, limit: unknown): void => {
    const why = `${path} in body should be ${word} than or equal to ${String(limit)}`
    faults.push(invalidValue(path, value, why))
  }
  if (typeof maximum === 'number' && value > maximum) bound('less', maximum)
  if (typeof minimum === 'number' && value < minimum) bound('greater', minimum)
}

/** Patterns come from users: only short texts are tried, so none can run for long. */
function matches(pattern: string, value: string): boolean {
  if (value.length > 1000 || pattern.length > 500) return true
  try {
    return new RegExp(pattern).test(value)
  } catch {
    return true
  }
}

function checkList(
  schema: JsonObject,
  value: readonly unknown[],
  path: string,
  faults: Faults,
): void {
  for (const [index, one] of value.entries()) {
    check(schema.items, one, `${path}[${index}]`, faults)
  }
  const keys = listAt(schema, 'x-kubernetes-list-map-keys').map(String)
  if (keys.length === 0) return
  const seen = new Set<string>()
  for (const [index, one] of value.entries()) {
    const key = Object.fromEntries(keys.map((name) => [name, at(one, name)]))
    const text = JSON.stringify(key)
    if (seen.has(text)) faults.push(duplicate(`${path}[${index}]`, key))
    seen.add(text)
  }
}

function checkObject(schema: JsonObject, value: JsonObject, path: string, faults: Faults): void {
  for (const name of listAt(schema, 'required').map(String)) {
    if (value[name] === undefined) faults.push(required(path === '' ? name : `${path}.${name}`))
  }
  const properties = schema.properties
  const members = Object.entries(isJsonObject(properties) ? properties : {}).sort()
  for (const [name, one] of members) {
    const member = Object.hasOwn(value, name) ? value[name] : undefined
    if (member !== undefined && !(path === '' && rootMembers.includes(name))) {
      check(one, member, path === '' ? name : `${path}.${name}`, faults)
    }
  }
}

function isOfType(type: string, value: unknown, schema: JsonObject): boolean {
  if (value === null && schema.nullable === true) return true
  if (schema['x-kubernetes-int-or-string'] === true) {
    return typeof value === 'string' || Number.isInteger(value)
  }
  switch (type) {
    case 'object':
      return isJsonObject(value)
    case 'array':
      return Array.isArray(value)
    case 'integer':
      return Number.isInteger(value)
    case 'number':
      return typeof value === 'number'
    default:
      return typeof value === type
  }
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

/** Of CEL only the commonest transition rule is known: `self == oldSelf`. */
function ruleFaults(schema: unknown, value: unknown, before: unknown, path: string): Faults {
  if (!isJsonObject(schema) || value === undefined || before === undefined) return []
  const faults: Faults = []
  for (const rule of listAt(schema, 'x-kubernetes-validations')) {
    const isKept = textAt(rule, 'rule').replace(/\s+/g, '') === 'self==oldSelf'
    if (isKept && !isSameJson(value, before)) {
      faults.push(
        invalidValue(path, value, textAt(rule, 'message') || 'failed rule: self == oldSelf'),
      )
    }
  }
  const properties = schema.properties
  for (const [name, one] of Object.entries(isJsonObject(properties) ? properties : {})) {
    const inner = path === '' ? name : `${path}.${name}`
    faults.push(...ruleFaults(one, at(value, name), at(before, name), inner))
  }
  return faults
}
