/** metav1.Status: what every refusal looks like, with the API server's own words. Twin layer, pure. */

/** One cause of a refusal. */
export interface StatusCause {
  readonly reason?: string
  readonly message?: string
  readonly field?: string
}

/** Details of a Status. */
export interface StatusDetails {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly uid?: string
  readonly causes?: readonly StatusCause[]
  readonly retryAfterSeconds?: number
}

/** A Status as it goes over the wire. */
export interface Status {
  readonly kind: 'Status'
  readonly apiVersion: 'v1'
  readonly metadata: Readonly<Record<string, unknown>>
  readonly status: 'Success' | 'Failure'
  readonly message?: string
  readonly reason?: string
  readonly details?: StatusDetails
  readonly code: number
}

/** What a refusal says; `metadata` only for a list that can go on. */
export interface FailureParts {
  readonly message?: string
  readonly reason?: string
  readonly details?: StatusDetails
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly code: number
}

/** A request that ends with this Status; thrown by handlers, written by the server. */
export class StatusError extends Error {
  override readonly name = 'StatusError'
  readonly status: Status
  /** Sent as plain text instead of a Status. */
  readonly isPlainText: boolean

  constructor(status: FailureParts, isPlain = false) {
    super(status.message)
    this.status = failure(status)
    this.isPlainText = isPlain
  }
}

/** A failed Status; members come in the server's order. */
export function failure(parts: FailureParts): Status {
  const { code, details, message, metadata = {}, reason } = parts
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata,
    status: 'Failure',
    ...(message === undefined ? {} : { message }),
    ...(reason === undefined ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  }
}

/** A successful Status. */
export function success(code: number, details?: StatusDetails): Record<string, unknown> {
  const head = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' }
  return details === undefined ? { ...head, code } : { ...head, details }
}

/** Reasons by code, where a Status has one. */
const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  406: 'NotAcceptable',
  410: 'Expired',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
}

/** A refusal that is only a code and a text. */
export function refusal(code: number, message: string): StatusError {
  const reason = reasons[code]
  return new StatusError({ code, message, ...(reason === undefined ? {} : { reason }) })
}

/** 400. */
export function badRequest(message: string): StatusError {
  return refusal(400, message)
}

/** 404, 405, 415 of the router itself: empty details. */
export function routeRefusal(code: 404 | 405 | 415): StatusError {
  const texts = {
    404: ['NotFound', 'the server could not find the requested resource'],
    405: ['MethodNotAllowed', 'the server does not allow this method on the requested resource'],
    415: ['UnsupportedMediaType', '415: Unsupported Media Type'],
  } as const
  const [reason, message] = texts[code]
  return new StatusError({ code, message, reason, details: {} })
}
