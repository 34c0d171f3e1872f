/** Bodies of writes: JSON, YAML or protobuf, checked against the kind of the path. Twin layer, pure. */

import { parseYaml, YamlError } from '../answer/yaml.ts'
import type { WireRequest } from '../http/request.ts'
import { badRequest, refusal } from '../http/status.ts'
import { readObject } from '../protobuf/envelope.ts'
import { ProtobufError } from '../protobuf/wire-format.ts'
import { builtInResources, splitApiVersion, structNameOf } from '../resources/resource.ts'
import { DecodeError, decodeAs } from '../schema/decode.ts'
import { JsonSyntaxError, parseJson } from '../schema/json-text.ts'
import { at, isJsonObject, type JsonObject } from '../schema/own.ts'

/** Bodies beyond this are refused; the server's limit. */
export const bodyBytesMax = 3 * 1024 * 1024

/** The kind that a path takes. */
export interface BodyKind {
  readonly group: string
  readonly version: string
  readonly kind: string
  /** Undefined for custom resources, whose shape is checked elsewhere. */
  readonly struct: string | undefined
}

/** A decoded body; `notes` are unknown and duplicate fields, in words. */
export interface DecodedBody {
  readonly object: Record<string, unknown>
  readonly notes: readonly string[]
}

/** Media type without parameters, '' for none. */
export function mediaType(request: WireRequest): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

interface RawBody {
  readonly value: unknown
  readonly duplicates: readonly string[]
}

/** Reads the body of a POST or PUT. @throws StatusError 400 or 415. */
export function readBody(request: WireRequest, wanted: BodyKind): DecodedBody {
  const raw = parseBody(request, wanted.kind)
  if (!isJsonObject(raw.value)) throw notAnObject(request, raw.value, wanted.kind)
  checkKind(raw.value, wanted)
  return decodeBody(raw.value, wanted, raw.duplicates)
}

/** Checks an object against its kind's shape. @throws StatusError 400. */
function decodeBody(
  value: JsonObject,
  wanted: BodyKind,
  duplicates: readonly string[] = [],
): DecodedBody {
  const notes = duplicates.map((path) => (path.startsWith('yaml:') ? path : duplicateNote(path)))
  if (wanted.struct === undefined) return { object: { ...value }, notes }
  try {
    const { unknownFields, value: object } = decodeAs(wanted.struct, value)
    return { object, notes: [...notes, ...unknownFields.map((path) => `unknown field "${path}"`)] }
  } catch (error) {
    if (error instanceof DecodeError) throw cannotHandle(wanted, error.message)
    throw error
  }
}

function duplicateNote(path: string): string {
  return `duplicate field "${path}"`
}

/** 400 with the words for a body that its kind cannot hold. */
export function cannotHandle({ kind, version }: BodyKind, why: string): Error {
  return badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`)
}

function parseBody(request: WireRequest, kind: string): RawBody {
  const type = mediaType(request)
  switch (type) {
    case '':
    case 'application/json':
      return parseJsonBody(request, kind)
    case 'application/yaml':
      return parseYamlBody(request)
    case 'application/vnd.kubernetes.protobuf':
      return parseProtobufBody(request, kind)
    default: {
      const accepted = 'application/json, application/yaml, application/vnd.kubernetes.protobuf'
      const why = 'the body of the request was in an unknown format'
      throw refusal(415, `${why} - accepted media types include: ${accepted}`)
    }
  }
}

function parseJsonBody({ body }: WireRequest, kind: string): RawBody {
  const text = body.toString('utf8')
  try {
    return parseJson(text)
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    throw unrecognized(kind, `json parse error: ${error.message}`, body)
  }
}

function unrecognized(kind: string, why: string, body: Buffer): Error {
  const head = `the object provided is unrecognized (must be of type ${kind})`
  return badRequest(`${head}: couldn't get version/kind; ${why} (${excerpt(body)})`)
}

function excerpt(body: Buffer): string {
  if (body.length === 0) return '<empty>'
  const isText = body[0] === '{'.charCodeAt(0)
  const text = isText ? body.toString('utf8') : body.toString('hex')
  return text.length > 30 ? `${text.slice(0, 30)} ...` : text
}

function parseYamlBody({ body }: WireRequest): RawBody {
  try {
    const { duplicate, value } = parseYaml(body.toString('utf8'))
    return { value, duplicates: duplicate === undefined ? [] : [duplicate] }
  } catch (error) {
    if (error instanceof YamlError) throw badRequest(error.message)
    throw error
  }
}

function parseProtobufBody({ body }: WireRequest, kind: string): RawBody {
  try {
    return { value: readObject(body), duplicates: [] }
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind}): ${error.message} (${excerpt(body)})`,
    )
  }
}

function notAnObject({ body }: WireRequest, value: unknown, kind: string): Error {
  const type = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
  const struct =
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
  const why = `json parse error: json: cannot unmarshal ${type} into Go value of type ${struct}`
  return unrecognized(kind, why, body)
}

const scheme = 'in scheme "pkg/runtime/scheme.go:111"'

function checkKind(value: JsonObject, wanted: BodyKind): void {
  const apiVersion = at(value, 'apiVersion')
  const kind = at(value, 'kind')
  const expected = wanted.group === '' ? wanted.version : `${wanted.group}/${wanted.version}`
  const sent = typeof apiVersion === 'string' && apiVersion !== '' ? apiVersion : expected
  const name = typeof kind === 'string' && kind !== '' ? kind : wanted.kind
  if (name === wanted.kind && sent === expected) return
  const { group, version } = splitApiVersion(sent)
  if (name === wanted.kind && isMeta(wanted)) return
  const isKnown = isKindKnown(group, version, name)
  if (name === wanted.kind || (wanted.struct === undefined && sent !== expected)) {
    const what = `the API version in the data (${sent})`
    throw badRequest(`${what} does not match the expected API version (${expected})`)
  }
  const why = isKnown
    ? `converting (${version}.${name}) to (${packageOf(wanted)}.${wanted.kind}): unknown conversion`
    : `no kind "${name}" is registered for version "${sent}" ${scheme}`
  throw badRequest(`${name} in version "${version}" cannot be handled as a ${wanted.kind}: ${why}`)
}

/** Options and evictions are sent under any version of their group. */
function isMeta({ kind }: BodyKind): boolean {
  return kind === 'Eviction' || kind === 'DeleteOptions'
}

function isKindKnown(group: string, version: string, kind: string): boolean {
  const isServed = builtInResources.some(
    (one) => one.group === group && one.version === version && one.kind === kind,
  )
  return isServed || structNameOf(group, version, kind) !== undefined
}

function packageOf({ group }: BodyKind): string {
  return group === '' ? 'core' : (group.split('.')[0] ?? group)
}
