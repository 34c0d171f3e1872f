/** Tokens of service accounts: signed by the cluster, asked for with `kubectl create token`. Twin layer. */

import { createHmac, timingSafeEqual } from 'node:crypto'
import { contentTypes, encodeJson } from '../answer/answer.ts'
import type { Outcome, ResourceCall, WireContext } from '../context.ts'
import { invalid } from '../http/refusals.ts'
import type { WireUser } from '../http/request.ts'
import { sealEnvelope } from '../protobuf/envelope.ts'
import { writeMessage } from '../protobuf/write-message.ts'
import { storedObject } from '../read/get.ts'
import { decodeAs } from '../schema/decode.ts'
import { JsonSyntaxError, parseJson } from '../schema/json-text.ts'
import { at, textAt } from '../schema/own.ts'
import { invalidValue } from '../validate/faults.ts'
import { readBody } from '../write/body.ts'

const issuer = 'https://kubernetes.default.svc'
const requestKind = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenRequest',
  struct: 'authentication.v1.TokenRequest',
}

/** Answers a POST of serviceaccounts/token. @throws StatusError. */
export function requestToken(context: WireContext, call: ResourceCall, key: Buffer): Outcome {
  const account = storedObject(context, call)
  const { object } = readBody(call.request, requestKind)
  const seconds = Number(at(object, 'spec', 'expirationSeconds') ?? 3600)
  refuseDuration(seconds)
  const expiresMs = context.time.nowMs() + seconds * 1000
  const { name, namespace = '', uid } = account.metadata
  const subject = `system:serviceaccount:${namespace}:${name}`
  const claims = { iss: issuer, sub: subject, exp: Math.floor(expiresMs / 1000) }
  const metadata = { name, namespace, uid, creationTimestamp: context.kernel.nowText() }
  const { value } = decodeAs(requestKind.struct, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata,
    spec: { audiences: [issuer], expirationSeconds: seconds },
    status: {
      token: sign(claims, key),
      expirationTimestamp: `${new Date(expiresMs).toISOString().slice(0, 19)}Z`,
    },
  })
  const body = encodeJson(value, call.form.encoding, () =>
    sealEnvelope({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      raw: writeMessage(requestKind.struct, value),
    }),
  )
  return { code: 201, headers: { 'content-type': contentTypes[call.form.encoding] }, body }
}

/** Ten minutes to 2^32 seconds, as the API server has it. */
function refuseDuration(seconds: number): void {
  const path = 'spec.expirationSeconds'
  const why =
    seconds < 600
      ? 'may not specify a duration less than 10 minutes'
      : 'may not specify a duration larger than 2^32 seconds'
  if (seconds >= 600 && seconds <= 2 ** 32) return
  const about = { group: 'authentication.k8s.io', kind: 'TokenRequest', name: '' }
  throw invalid(about, [invalidValue(path, seconds, why)])
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function signatureOf(text: string, key: Buffer): string {
  return createHmac('sha256', key).update(text).digest('base64url')
}

function sign(claims: object, key: Buffer): string {
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`
  return `${text}.${signatureOf(text, key)}`
}

/** The user of such a token; undefined for any other, and for one that is over. */
export function serviceAccountOf(token: string, key: Buffer, nowMs: number): WireUser | undefined {
  const [head = '', body = '', signature = '', ...rest] = token.split('.')
  if (rest.length > 0 || signature === '') return undefined
  const wanted = Buffer.from(signatureOf(`${head}.${body}`, key))
  const sent = Buffer.from(signature)
  if (wanted.length !== sent.length || !timingSafeEqual(wanted, sent)) return undefined
  const claims = claimsOf(body)
  if (Number(at(claims, 'exp') ?? 0) * 1000 < nowMs) return undefined
  const name = textAt(claims, 'sub')
  const namespace = name.split(':')[2] ?? ''
  const groups = [
    'system:serviceaccounts',
    `system:serviceaccounts:${namespace}`,
    'system:authenticated',
  ]
  return { name, groups }
}

function claimsOf(body: string): unknown {
  try {
    return parseJson(Buffer.from(body, 'base64url').toString('utf8')).value
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined
    throw error
  }
}
