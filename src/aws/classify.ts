/** The one place where an error of the AWS SDK becomes an operational failure. Aws layer. */

import {
  type FailureCode,
  type FailureContext,
  isFailure,
  RegroupError,
  type RetryHint,
} from '../world/failure.ts'
import { meaningOf } from './error-codes.ts'
import type { AwsCall } from './operation.ts'

/** What the SDK's errors have in common; every member may be missing. */
interface SdkError {
  readonly name?: string
  readonly message?: string
  /** System code of a failed connection, e.g. `ECONNREFUSED`. */
  readonly code?: string
  readonly hostname?: string
  readonly $fault?: 'client' | 'server'
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string }
}

interface Verdict {
  readonly code: FailureCode
  readonly retry?: RetryHint
  readonly text: string
}

/** Codes of Node for a certificate that does not fit. */
const tlsCode = /^(ERR_TLS_|ERR_SSL_|CERT_|EPROTO$)|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)/

const connectionTexts: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'the host did not answer in time',
}

/**
 * Failures come back as they are; everything else is translated, with the call in its text. `endpoint` is
 * the address that the user gave instead of AWS's own.
 */
export function classify(error: unknown, call: AwsCall, endpoint = ''): RegroupError {
  if (isFailure(error)) return error
  const sdk = (typeof error === 'object' && error !== null ? error : {}) as SdkError
  const { code, retry, text } = verdictOf(sdk, call, endpoint)
  return new RegroupError(code, `${call.action}: ${text}`, {
    ...(retry === undefined ? {} : { retry }),
    context: contextOf(sdk, call),
    cause: error,
  })
}

function contextOf({ $metadata, name }: SdkError, call: AwsCall): FailureContext {
  const { httpStatusCode, requestId } = $metadata ?? {}
  return {
    operation: call.action,
    ...(call.object === '' ? {} : { object: call.object }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(httpStatusCode === undefined ? {} : { httpStatus: httpStatusCode }),
    ...(name === undefined ? {} : { serviceCode: name }),
  }
}

function verdictOf(error: SdkError, call: AwsCall, endpoint: string): Verdict {
  const { $metadata, code, message = '', name = '' } = error
  const text = firstLine(message)
  if (name === 'AbortError') return { code: 'timeout', text: 'no answer in time' }
  if (code !== undefined) return connectionVerdict(error, code, { call, endpoint })
  // Auto Scaling says by its text only that a group is not there.
  if (name === 'ValidationError' && / not found\b/.test(text)) {
    return { code: 'not-found', text: `${name}: ${text}` }
  }
  // The same call with a new signature works: the SDK has corrected its clock by the answer's Date header.
  if (/signature (expired|not yet current)/i.test(text)) {
    return { code: 'unauthenticated', retry: 'backoff', text: `${name}: ${text}` }
  }
  const meaning = meaningOf(name)
  if (meaning !== undefined) return { ...meaning, text: `${name}: ${text}` }
  if (name === 'TimeoutError') return { code: 'timeout', text }
  const status = $metadata?.httpStatusCode ?? 0
  if (name === 'OversizedAnswer') {
    const rest = 'is not one of AWS: is something else at the endpoint?'
    return { code: 'unavailable', text: `${text} ${rest}` }
  }
  const isForeign = name === 'ForeignAnswer' || name === 'SyntaxError'
  if (isForeign || text.includes('Deserialization error')) {
    return {
      code: 'unavailable',
      text: `the answer (HTTP ${status}) is not one of AWS: is something else at the endpoint?`,
    }
  }
  if (status === 429) return { code: 'throttled', text: `${name}: ${text}` }
  if (status >= 500) return { code: 'unavailable', text: `HTTP ${status} ${name}: ${text}` }
  if (status === 401) return { code: 'unauthenticated', text: `${name}: ${text}` }
  if (status === 403) return { code: 'forbidden', text: `${name}: ${text}` }
  if (status >= 400) return { code: 'invalid', text: `${name}: ${text}` }
  return { code: 'unknown', text: name === '' ? text : `${name}: ${text}` }
}

function connectionVerdict(
  error: SdkError,
  code: string,
  { call, endpoint }: { readonly call: AwsCall; readonly endpoint: string },
): Verdict {
  const { hostname = '', message = '', name = '' } = error
  const detail = firstLine(message)
  if (/wrong version number|packet length too long/i.test(detail)) {
    const text = 'the endpoint does not speak TLS; is it http:// instead of https://?'
    return { code: 'connection', retry: 'never', text }
  }
  if (tlsCode.test(code)) {
    const remedy = 'name the authority that signed it in AWS_CA_BUNDLE (or NODE_EXTRA_CA_CERTS)'
    const text = `the certificate of the endpoint is not trusted (${code}: ${detail}); ${remedy}`
    return { code: 'connection', retry: 'never', text }
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    const question = `is ${call.region} a Region with ${call.service}, and does name resolution work here?`
    return { code: 'connection', text: `the host ${hostname} was not found; ${question}` }
  }
  const known = connectionTexts[code]
  // No word at all, not even a refusal.
  const isMute = detail === 'socket hang up' && endpoint.startsWith('http:')
  const hint = isMute ? '; is the endpoint https:// instead of http://?' : ''
  if (known !== undefined) return { code: 'connection', text: `${known} (${detail})${hint}` }
  if (name === 'TimeoutError') return { code: 'timeout', text: detail }
  return { code: 'unknown', text: `${code}: ${detail}` }
}

/** The SDK adds advice for its own developers in further lines. */
function firstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}
