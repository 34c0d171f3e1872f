/** Translates an API server's refusal into a RegroupError, once. Kube layer, pure. */

import { type FailureCode, RegroupError, type RetryHint } from '../world/failure.ts'
import { grantAdvice } from './rbac-rule.ts'
import type { CallSubject, KubeAnswer } from './request.ts'
import { nameOf, resourceOf } from './resources.ts'

/** The parts of a `Status` that are read. */
export interface KubeStatus {
  readonly code: number
  readonly reason?: string
  readonly message?: string
  readonly details?: {
    readonly retryAfterSeconds?: number
    readonly causes?: readonly {
      readonly reason?: string
      readonly message?: string
      readonly field?: string
    }[]
  }
}

/** Longest text of a server that is repeated in a message. */
const messageLengthMax = 2000

/**
 * The Status of an answer. Flow control and unknown groups answer in plain text (kubernetes-wire.md 2):
 * the text is the message then, and the Retry-After header is taken over.
 */
export function statusOf(answer: KubeAnswer): KubeStatus {
  const seconds = Number.parseInt(String(answer.headers['retry-after'] ?? ''), 10)
  const retryAfter = Number.isNaN(seconds) ? {} : { retryAfterSeconds: seconds }
  const body = answer.json as Partial<KubeStatus> & { kind?: unknown }
  if (typeof body === 'object' && body !== null && body.kind === 'Status') {
    const { details, message, reason } = body
    return {
      code: answer.status,
      ...(reason === undefined ? {} : { reason }),
      message: String(message ?? '').slice(0, messageLengthMax),
      details: { ...retryAfter, ...details },
    }
  }
  const message = answer.text.trim().slice(0, 200) || `HTTP status ${answer.status}`
  return { code: answer.status, message, details: retryAfter }
}

/** The failure for a status that is an error. `cluster` names the connection. */
export function failureOf(
  status: KubeStatus,
  subject: CallSubject,
  context: { readonly cluster: string; readonly requestId?: string | undefined },
): RegroupError {
  const { cluster, requestId } = context
  const code = codeOf(status)
  const what = subjectText(subject)
  const message = status.message ?? `HTTP status ${status.code}`
  const advice = isRightMissing(status) ? grantAdvice(subject, message) : undefined
  const hint = adviceOf(code)
  const text = [`${what}: ${message}`, advice ?? hint].filter((one) => one !== undefined).join('; ')
  const retry = retryOf(status, code)
  return new RegroupError(code, text, {
    ...(retry === undefined ? {} : { retry }),
    context: {
      operation: `kube:${subject.subresource === 'eviction' ? 'evict' : subject.verb}`,
      cluster,
      object: objectText(subject),
      httpStatus: status.code,
      ...(status.reason === undefined ? {} : { serviceCode: status.reason }),
      ...(requestId === undefined ? {} : { requestId }),
    },
  })
}

/** `list pods in namespace shop`, `get Node n1`, `create pods/eviction shop/web-1`. */
export function subjectText(subject: CallSubject): string {
  const { kind, name, namespace, subresource, verb } = subject
  if (kind === undefined) return verb
  if (name !== undefined) {
    const suffix = subresource === undefined ? '' : `/${subresource}`
    return `${verb} ${nameOf(kind, { namespace, name })}${suffix}`
  }
  const place = namespace === undefined ? '' : ` in namespace ${namespace}`
  return `${verb} ${resourceOf(kind).plural}${place}`
}

function objectText({ kind, name, namespace }: CallSubject): string {
  if (kind === undefined) return ''
  return name === undefined ? kind : nameOf(kind, { namespace, name })
}

const codesByReason: Readonly<Record<string, FailureCode>> = {
  AlreadyExists: 'already-exists',
  Conflict: 'conflict',
  Expired: 'expired',
  Gone: 'expired',
  Timeout: 'timeout',
  ServerTimeout: 'timeout',
  TooManyRequests: 'throttled',
  NotFound: 'not-found',
  Invalid: 'invalid',
  RequestEntityTooLarge: 'limit-exceeded',
}

const codesByStatus: Readonly<Record<number, FailureCode>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  408: 'timeout',
  409: 'conflict',
  410: 'expired',
  413: 'limit-exceeded',
  429: 'throttled',
  500: 'unavailable',
  502: 'unavailable',
  503: 'unavailable',
  504: 'timeout',
}

function codeOf(status: KubeStatus): FailureCode {
  if (isUidPrecondition(status)) return 'conflict'
  if (status.code === 500) return codeOfInternalError(status.message ?? '')
  if (status.code === 403 && status.message?.includes('exceeded quota')) return 'limit-exceeded'
  const byReason = codesByReason[status.reason ?? '']
  return byReason ?? codesByStatus[status.code] ?? (status.code < 500 ? 'invalid' : 'unavailable')
}

/** Some refusals of a request's content come as 500 (kubernetes-wire.md 2.2, 2.4, 2.8): no retry helps. */
function codeOfInternalError(message: string): FailureCode {
  if (message.includes('request is too large')) return 'limit-exceeded'
  if (message.includes('should not be set on objects to be created')) return 'invalid'
  return 'unavailable'
}

/** A patch with another uid is 422 "field is immutable", where a PUT is 409 [ERR-patch-uid, ERR-put-uid]. */
function isUidPrecondition({ code, details }: KubeStatus): boolean {
  return code === 422 && (details?.causes?.some((one) => one.field === 'metadata.uid') ?? false)
}

/** Quotas, ending namespaces, webhooks and policies answer 403 too: no role helps against them. */
export function isRightMissing({ code, message = '' }: KubeStatus): boolean {
  return code === 403 && / cannot [a-z]+ (?:resource|path) /.test(message)
}

/** A webhook or a policy said no; it chooses the code. */
function isDeniedByAdmission({ message = '' }: KubeStatus): boolean {
  return /^admission webhook "[^"]*" denied the request|ValidatingAdmissionPolicy .* denied request/.test(
    message,
  )
}

function retryOf(status: KubeStatus, code: FailureCode): RetryHint | undefined {
  // Webhooks change their mind, and come back: what they guard is waited for, not given up.
  if (isDeniedByAdmission(status)) return 'backoff'
  const seconds = status.details?.retryAfterSeconds
  const isPassing = code === 'throttled' || code === 'unavailable' || code === 'timeout'
  return isPassing && seconds !== undefined && seconds > 0 ? { afterMs: seconds * 1000 } : undefined
}

function adviceOf(code: FailureCode): string | undefined {
  return code === 'unauthenticated'
    ? 'the API server does not know these credentials: look at the user of the kubeconfig, or at the access entries of the EKS cluster'
    : undefined
}
