/** What a fault answers in the server's place, before anything happens. Twin layer, pure. */

import type { StatusAnswer } from '../../../contracts.ts'
import { denial, uncalled } from '../../../kube/eviction-admission.ts'
import type { KubeAsked, KubeFault } from '../../kube-fault.ts'
import { type Answer, statusAnswer, textAnswer } from '../answer/answer.ts'
import type { StreamAnswer } from '../context.ts'
import { errorEncoding, negotiate } from '../http/accept.ts'
import { splitUrl, type WireRequest } from '../http/request.ts'
import { type FailureParts, failure, refusal, type StatusError } from '../http/status.ts'
import { expiredContinue } from '../read/list.ts'
import { errorEvent } from '../read/watch.ts'

/** An answer of a fault; `afterMs` in wall milliseconds. */
export interface FaultAnswer {
  readonly answer: Answer | StreamAnswer
  readonly afterMs: number
}

/** Undefined for kinds that let the request through. */
export function refusalOf(
  fault: KubeFault,
  asked: KubeAsked,
  request: WireRequest,
): FaultAnswer | undefined {
  const make = refusals[fault.kind]
  if (make === undefined) return undefined
  const afterMs = fault.kind === 'webhook-timeout' ? (fault.delayMs ?? webhookTimeoutMs) : 0
  return { answer: make(fault, request, asked), afterMs }
}

/** What the server says to whom it does not know. */
export function unauthorized(request: WireRequest): Answer {
  return ofError(refusal(401, 'Unauthorized'), request)
}

type Refusal = (fault: KubeFault, request: WireRequest, asked: KubeAsked) => Answer | StreamAnswer

const webhookName = 'guard.example.com'
/** As the API server gives a webhook where its configuration does not say. */
const webhookTimeoutMs = 10_000

const refusals: Readonly<Partial<Record<KubeFault['kind'], Refusal>>> = {
  'flow-control': ({ retryAfterSeconds = 1 }) => {
    const plain = textAnswer(429, 'Too many requests, please try again later.\n')
    return { ...plain, headers: { ...plain.headers, 'retry-after': String(retryAfterSeconds) } }
  },
  'server-error': ({ status = 500 }, request) => ofStatus(serverError(status), request),
  unauthorized: (_, request) => unauthorized(request),
  'expired-token': (_, request) => unauthorized(request),
  'webhook-denied': (_, request) =>
    ofStatus(denial({ name: webhookName, message: 'not now', code: 403 }), request),
  'webhook-timeout': (_, request) => {
    const url = `https://guard.policy.svc:443/admit?timeout=${webhookTimeoutMs / 1000}s`
    return ofStatus(uncalled(webhookName, url, 'context deadline exceeded'), request)
  },
  'expired-version': (_, request, { isContinued }) =>
    isContinued ? expiredPage(request) : expiredWatch(request),
}

function ofStatus(
  { code, details, message, reason }: FailureParts | StatusAnswer,
  request: WireRequest,
): Answer {
  const parts = {
    code,
    ...(message === undefined ? {} : { message }),
    ...(reason === undefined ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
  }
  return statusAnswer(failure(parts), code, errorEncoding(request.headers.accept))
}

function ofError({ status }: StatusError, request: WireRequest): Answer {
  return statusAnswer(status, status.code, errorEncoding(request.headers.accept))
}

function serverError(code: number): FailureParts {
  if (code === 503) {
    const message = 'the server is currently unable to handle the request'
    return { code, reason: 'ServiceUnavailable', message }
  }
  if (code === 504) {
    const message = 'Timeout: request did not complete within the allotted timeout'
    return { code, reason: 'Timeout', message, details: {} }
  }
  const cause = { message: 'etcdserver: leader changed' }
  const message = `Internal error occurred: ${cause.message}`
  return { code, reason: 'InternalError', message, details: { causes: [cause] } }
}

function expiredPage(request: WireRequest): Answer {
  const token = splitUrl(request.url).query.get('continue') ?? ''
  return ofError(expiredContinue(token), request)
}

/** A watch answers 200 and tells it as its only event (kubernetes-wire.md 1). */
function expiredWatch(request: WireRequest): StreamAnswer {
  const version = splitUrl(request.url).query.get('resourceVersion') ?? '0'
  const { encoding } = negotiate(request.headers.accept, { kind: 'watch', hasProtobuf: true })
  const isBinary = encoding === 'protobuf'
  const message = `too old resource version: ${version} (${version}1)`
  const status = failure({ code: 410, reason: 'Expired', message })
  return (sink) => {
    const type = isBinary ? 'vnd.kubernetes.protobuf;stream=watch' : 'json'
    sink.head(200, { 'content-type': `application/${type}` })
    sink.write(errorEvent(status, isBinary))
    sink.end()
  }
}
