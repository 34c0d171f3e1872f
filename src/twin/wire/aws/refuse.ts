/** Wire faults that are answers: refused before anything happens in the world. Twin layer. */

import type { WireFault } from '../wire-fault.ts'
import type { KnownCall } from './known-call.ts'
import {
  AwsProblem,
  expiredSpelling,
  forbiddenSpelling,
  type Spelling,
  unknownKeySpelling,
} from './problem.ts'
import type { WireRequest } from './request.ts'
import { userOfKey } from './scope.ts'
import { throttled } from './throttle.ts'

/** Signatures older or newer than this are refused while a clock-skew fault is on, milliseconds. */
const skewMsMax = 5 * 60_000
const defaultSkewMs = 15 * 60_000

/** What the first fault that refuses answers; undefined when none does. */
export function refusalOf(
  faults: readonly WireFault[],
  call: KnownCall,
  request: WireRequest,
  wallMs: number,
): AwsProblem | undefined {
  for (const fault of faults) {
    const problem = refusal(fault, call) ?? skewRefusal(fault, call, request, wallMs)
    if (problem !== undefined) return problem
  }
  return undefined
}

function refusal(fault: WireFault, call: KnownCall): AwsProblem | undefined {
  const { operation, scope, service } = call
  switch (fault.kind) {
    case 'throttle':
      return throttled(call)
    case 'server-error':
      return new AwsProblem('InternalFailure', 'An internal error has occurred.', {
        status: fault.status ?? 500,
      })
    case 'expired-credentials':
      return spelled(expiredSpelling, call, 'The security token included in the request is expired')
    case 'unknown-credentials':
      return spelled(
        unknownKeySpelling,
        call,
        'The security token included in the request is invalid.',
      )
    case 'access-denied': {
      const action = `${service.name}:${operation.name}`
      const who = `User: arn:aws:iam::111122223333:user/${userOfKey(scope.accessKeyId)}`
      return spelled(forbiddenSpelling, call, `${who} is not authorized to perform: ${action}`)
    }
    default:
      return undefined
  }
}

/** The server's clock is wrong: signatures made by the right time are refused, as AWS words it. */
function skewRefusal(
  fault: WireFault,
  call: KnownCall,
  request: WireRequest,
  wallMs: number,
): AwsProblem | undefined {
  if (fault.kind !== 'clock-skew') return undefined
  const date = request.headers['x-amz-date'] ?? request.query.get('X-Amz-Date') ?? ''
  const signedMs = readAmzDate(date)
  const serverMs = wallMs + (fault.skewMs ?? defaultSkewMs)
  if (signedMs === undefined || Math.abs(signedMs - serverMs) <= skewMsMax) return undefined
  const limit = amzDate(serverMs - skewMsMax)
  const now = amzDate(serverMs)
  return spelled(
    skewSpelling,
    call,
    `Signature expired: ${date} is now earlier than ${limit} (${now} - 5 min.)`,
  )
}

/** The Date header of every answer while the server's clock is wrong; none without that fault. */
export function skewedDate(
  faults: readonly WireFault[],
  wallMs: number,
): Readonly<Record<string, string>> {
  const fault = faults.find((one) => one.kind === 'clock-skew')
  if (fault === undefined) return {}
  return { date: new Date(wallMs + (fault.skewMs ?? defaultSkewMs)).toUTCString() }
}

const skewSpelling: Spelling = {
  'rest-json': ['InvalidSignatureException', 403],
  'aws-json': ['InvalidSignatureException', 400],
  'aws-query': ['SignatureDoesNotMatch', 403],
  'ec2-query': ['RequestExpired', 400],
}

function spelled(spelling: Spelling, call: KnownCall, text: string): AwsProblem {
  const [code, status] = spelling[call.service.protocol]
  return new AwsProblem(code, text, { status })
}

/** `20261124T080000Z` as epoch milliseconds; undefined when it is none. */
function readAmzDate(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second] = match
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

function amzDate(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
}
