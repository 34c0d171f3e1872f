/** What goes wrong on the wire, as a service says it. Twin layer. */

import { type FailureCode, isFailure } from '../../../world/failure.ts'
import type { ProtocolName } from './schema/catalogue.ts'
import type { ServiceShape } from './schema/shape.ts'

/** An error answer before it is written down: code, text and status are those of AWS. */
export class AwsProblem extends Error {
  override readonly name = 'AwsProblem'
  readonly code: string
  readonly status: number
  /** Further members of the error type, e.g. `clusterName`. */
  readonly members: Readonly<Record<string, unknown>>
  /** HTTP headers that belong to the error, e.g. a clock-skewed Date. */
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: string,
    message: string,
    options: {
      readonly status?: number
      readonly members?: Readonly<Record<string, unknown>>
      readonly headers?: Readonly<Record<string, string>>
    } = {},
  ) {
    super(message)
    this.code = code
    this.status = options.status ?? 400
    this.members = options.members ?? {}
    this.headers = options.headers ?? {}
  }
}

/** Code and status by protocol for failures that carry no service code: injected ones, mostly. */
export type Spelling = Readonly<Record<ProtocolName, readonly [code: string, status: number]>>

const unavailable: Spelling = {
  'rest-json': ['ServiceUnavailableException', 503],
  'aws-json': ['ServiceUnavailable', 503],
  'aws-query': ['ServiceUnavailable', 503],
  'ec2-query': ['Unavailable', 503],
}

const internal: Spelling = {
  'rest-json': ['ServerException', 500],
  'aws-json': ['InternalServerError', 500],
  'aws-query': ['InternalFailure', 500],
  'ec2-query': ['InternalError', 500],
}

/** How each protocol spells a throttled call: 429 is modelled for EKS, 503 is EC2's. */
export const throttledSpelling: Spelling = {
  'rest-json': ['ThrottlingException', 429],
  'aws-json': ['ThrottlingException', 400],
  'aws-query': ['Throttling', 400],
  'ec2-query': ['RequestLimitExceeded', 503],
}

/** How each protocol spells a missing permission. */
export const forbiddenSpelling: Spelling = {
  'rest-json': ['AccessDeniedException', 403],
  'aws-json': ['AccessDeniedException', 400],
  'aws-query': ['AccessDenied', 403],
  'ec2-query': ['UnauthorizedOperation', 403],
}

/** How each protocol spells credentials that have run out. */
export const expiredSpelling: Spelling = {
  'rest-json': ['ExpiredTokenException', 403],
  'aws-json': ['ExpiredTokenException', 400],
  'aws-query': ['ExpiredToken', 403],
  'ec2-query': ['RequestExpired', 400],
}

/** How each protocol spells an access key that nobody knows. */
export const unknownKeySpelling: Spelling = {
  'rest-json': ['UnrecognizedClientException', 403],
  'aws-json': ['UnrecognizedClientException', 400],
  'aws-query': ['InvalidClientTokenId', 403],
  'ec2-query': ['AuthFailure', 401],
}

const invalid: Spelling = {
  'rest-json': ['InvalidParameterException', 400],
  'aws-json': ['ValidationException', 400],
  'aws-query': ['ValidationError', 400],
  'ec2-query': ['InvalidParameterValue', 400],
}

const spellings: Readonly<Partial<Record<FailureCode, Spelling>>> = {
  throttled: throttledSpelling,
  unavailable,
  timeout: unavailable,
  connection: unavailable,
  forbidden: forbiddenSpelling,
  unauthenticated: unknownKeySpelling,
  expired: expiredSpelling,
  invalid,
}

/** The code of an operation that the twin does not have; no AWS service answers it. */
const lacksCode = 'NotImplemented'

/** Where and what was asked when an error came up. */
export interface ProblemContext {
  readonly protocol: ProtocolName
  readonly shape: ServiceShape
  readonly input: Readonly<Record<string, unknown>>
}

/** Turns what a port method threw into the answer of the service. Bugs become a 500 that names them. */
export function problemOf(error: unknown, context: ProblemContext): AwsProblem {
  if (error instanceof AwsProblem) return error
  if (!isFailure(error)) {
    const [code, status] = internal[context.protocol]
    const text = error instanceof Error ? error.message : String(error)
    return new AwsProblem(code, `this is a bug in the twin: ${text}`, { status })
  }
  const { serviceCode } = error.context
  if (serviceCode === undefined) {
    const [code, status] = (spellings[error.code] ?? internal)[context.protocol]
    return new AwsProblem(code, error.message, { status })
  }
  if (serviceCode === lacksCode) return new AwsProblem(lacksCode, error.message, { status: 501 })
  const known = context.shape.errors.get(serviceCode)
  const modelled = error.context.httpStatus ?? known?.status ?? commonStatus(serviceCode)
  // awsJson has two statuses whatever the model says: the client's fault and the server's.
  const status = context.protocol === 'aws-json' && modelled < 500 ? 400 : modelled
  const members = membersOf(known?.members ?? [], context.input)
  return new AwsProblem(serviceCode, error.message, { status, members })
}

/** EKS errors repeat which cluster, node group or add-on was asked for. */
function membersOf(
  names: readonly string[],
  input: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = {}
  for (const name of names) {
    const value = input[name] ?? (name === 'clusterName' ? input.name : undefined)
    if (name !== 'message' && typeof value === 'string') found[name] = value
  }
  return found
}

/** Statuses of codes that the models do not declare, by their meaning. */
function commonStatus(code: string): number {
  if (/^(?:AccessDenied|UnauthorizedOperation)/.test(code)) return 403
  if (/^(?:InternalFailure|InternalError|ServerException)/.test(code)) return 500
  return /^(?:ServiceUnavailable|Unavailable|RequestLimitExceeded)/.test(code) ? 503 : 400
}
