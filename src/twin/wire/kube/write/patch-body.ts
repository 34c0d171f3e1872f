/** Patches of all kinds applied to an object, checked, and refused in the server's words. Twin layer, pure. */

import { parseYaml, YamlError } from '../answer/yaml.ts'
import { invalid } from '../http/refusals.ts'
import type { WireRequest } from '../http/request.ts'
import { badRequest } from '../http/status.ts'
import { goText, patchedText } from '../patch/go-text.ts'
import { jsonPatch } from '../patch/json.ts'
import { mergePatch } from '../patch/merge.ts'
import { strategicPatch } from '../patch/strategic.ts'
import { DecodeError, decodeAs } from '../schema/decode.ts'
import { JsonSyntaxError, parseJson } from '../schema/json-text.ts'
import { isJsonObject, type JsonObject } from '../schema/own.ts'
import { judgeNotes } from './notes.ts'
import type { WriteOptions } from './options.ts'

/** How a patch is applied. */
export type PatchKind = 'json' | 'merge' | 'strategic' | 'apply'

/** A patched object in the shape of its kind. */
export interface Patched {
  readonly object: JsonObject
  readonly warnings: readonly string[]
}

/** What is patched. */
export interface PatchTarget {
  readonly before: JsonObject
  /** Undefined for custom resources. */
  readonly struct: string | undefined
  readonly validation: WriteOptions['validation']
}

const goMap = 'Go value of type map[string]interface {}'

/** Reads a patch. @throws StatusError 400. */
export function readPatch(request: WireRequest, kind: PatchKind): unknown {
  const text = request.body.toString('utf8')
  const head = kind === 'strategic' ? '' : 'error decoding patch: '
  try {
    if (kind === 'apply') return parseYaml(text).value
    const { value } = parseJson(text)
    if (kind !== 'json' && !isJsonObject(value)) {
      const type = Array.isArray(value) ? 'array' : typeof value
      throw badRequest(`${head}json: cannot unmarshal ${type} into ${goMap}`)
    }
    return value
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw badRequest(`${head}${error.message}`)
    if (error instanceof YamlError) throw badRequest(error.message)
    throw error
  }
}

/** Applies a patch that is no apply. @throws StatusError. */
export function applyPatchBody(
  kind: Exclude<PatchKind, 'apply'>,
  patch: unknown,
  target: PatchTarget,
): Patched {
  const { before, struct, validation } = target
  const patched = patchedOf(kind, patch, target)
  if (!isJsonObject(patched)) throw invalidPatch('', 'json: cannot unmarshal patched value')
  const shown =
    kind === 'strategic'
      ? goText(patch)
      : patchedText(patched, kind === 'merge' ? patch : touched(patch))
  if (struct === undefined) return { object: patched, warnings: [] }
  if (patched.kind !== before.kind || patched.apiVersion !== before.apiVersion) {
    throw invalidPatch(shown, 'the patch may not change kind or apiVersion')
  }
  try {
    const { unknownFields, value } = decodeAs(struct, patched)
    const notes = unknownFields.map((path) => `unknown field "${path}"`)
    const warnings = judgeNotes(notes, validation, (why) => invalidPatch(shown, why))
    return { object: value, warnings }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    throw invalidPatch(
      shown,
      kind === 'strategic' ? unstructuredText(error.message) : error.message,
    )
  }
}

function patchedOf(
  kind: Exclude<PatchKind, 'apply'>,
  patch: unknown,
  { before, struct }: PatchTarget,
): unknown {
  if (kind === 'json') return jsonPatch(before, patch)
  if (kind === 'merge') return mergePatch(before, patch)
  return strategicPatch(struct ?? '', before, patch as JsonObject)
}

/** Maps that the operations of a JSON patch pass through. */
function touched(patch: unknown): JsonObject {
  const result: Record<string, unknown> = {}
  for (const operation of Array.isArray(patch) ? patch : []) {
    const path = isJsonObject(operation) ? String(operation.path ?? '') : ''
    const [, first = '', second] = path.split('/')
    if (second !== undefined && first !== '__proto__') result[first] = {}
  }
  return result
}

/** Strategic patches are decoded from maps, by another decoder with other words. */
function unstructuredText(message: string): string {
  const match = /cannot unmarshal (\w+) into Go .* of type (\S+)$/.exec(message)
  if (match === null) return message
  const [, from = '', to = ''] = match
  return /^u?int\d+$/.test(to) ? `unrecognized type: ${to}` : `cannot restore ${to} from: ${from}`
}

/** 422 of a patch whose result cannot be. */
function invalidPatch(shown: string, why: string): Error {
  const message = `Invalid value: ${JSON.stringify(shown)}: ${why}`
  return invalid({ group: '', kind: '', name: '' }, [
    { field: 'patch', reason: 'FieldValueInvalid', message },
  ])
}
