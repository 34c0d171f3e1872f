/** DeleteOptions from the body and the query. Twin layer, pure. */

import type { DeleteOptions } from '../../../../world/kube-api.ts'
import type { ResourceCall } from '../context.ts'
import { invalidOptions } from '../http/refusals.ts'
import { badRequest } from '../http/status.ts'
import { readObject } from '../protobuf/envelope.ts'
import { ProtobufError } from '../protobuf/wire-format.ts'
import { DecodeError, decodeAs } from '../schema/decode.ts'
import { JsonSyntaxError, parseJson } from '../schema/json-text.ts'
import { at, isJsonObject, type JsonObject, listAt, textAt } from '../schema/own.ts'
import { invalidValue, unsupported } from '../validate/faults.ts'
import { mediaType } from './body.ts'
import { checkDryRun } from './options.ts'

/** What a DELETE asks for. */
export interface DeleteRequest {
  readonly options: DeleteOptions
  readonly isDryRun: boolean
}

const policies = ['Foreground', 'Background', 'Orphan']

/** Reads and checks the options. @throws StatusError 400 or 422. */
export function readDeleteOptions({ query, request }: ResourceCall): DeleteRequest {
  const sent = request.body.length === 0 ? {} : optionsOf(request.body, mediaType(request))
  const values = [...query.getAll('dryRun'), ...listAt(sent, 'dryRun').map(String)]
  const isDryRun = checkDryRun(values, 'DeleteOptions')
  const policy = textAt(sent, 'propagationPolicy') || (query.get('propagationPolicy') ?? '')
  const orphan = at(sent, 'orphanDependents')
  if (policy !== '' && !policies.includes(policy)) {
    const fault = unsupported('propagationPolicy', policy, [...policies, 'nil'])
    throw invalidOptions('DeleteOptions', fault)
  }
  if (policy !== '' && typeof orphan === 'boolean') {
    const why = 'orphanDependents and deletionPropagation cannot be both set'
    throw invalidOptions('DeleteOptions', invalidValue('propagationPolicy', policy, why))
  }
  const grace = graceOf(sent, query.get('gracePeriodSeconds'))
  const uid = textAt(sent, 'preconditions', 'uid')
  const resourceVersion = textAt(sent, 'preconditions', 'resourceVersion')
  const propagation = orphan === true ? 'Orphan' : policy
  return {
    isDryRun,
    options: {
      ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
      ...(propagation === ''
        ? {}
        : { propagationPolicy: propagation as NonNullable<DeleteOptions['propagationPolicy']> }),
      preconditions: {
        ...(uid === '' ? {} : { uid }),
        ...(resourceVersion === '' ? {} : { resourceVersion }),
      },
    },
  }
}

function graceOf(sent: JsonObject, text: string | null): number | undefined {
  const value = at(sent, 'gracePeriodSeconds')
  if (typeof value === 'number') return value
  if (text === null || text === '') return undefined
  if (!/^-?\d{1,15}$/.test(text)) {
    throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`)
  }
  return Number(text)
}

function optionsOf(body: Buffer, type: string): JsonObject {
  const value = type === 'application/vnd.kubernetes.protobuf' ? binary(body) : text(body)
  if (!isJsonObject(value))
    throw badRequest("couldn't get version/kind; json parse error: not an object")
  const kind = textAt(value, 'kind')
  if (kind !== '' && kind !== 'DeleteOptions') {
    const version = textAt(value, 'apiVersion')
    const scheme = 'in scheme "pkg/runtime/scheme.go:111"'
    throw badRequest(`no kind "${kind}" is registered for version "${version}" ${scheme}`)
  }
  try {
    return decodeAs('meta.v1.DeleteOptions', value).value
  } catch (error) {
    if (error instanceof DecodeError) throw badRequest(error.message)
    throw error
  }
}

function text(body: Buffer): unknown {
  try {
    return parseJson(body.toString('utf8')).value
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    throw badRequest(`couldn't get version/kind; json parse error: ${error.message}`)
  }
}

function binary(body: Buffer): unknown {
  try {
    return readObject(body)
  } catch (error) {
    if (error instanceof ProtobufError) throw badRequest(error.message)
    throw error
  }
}
