/** What the error codes of AWS mean for a caller. Aws layer, data. */

import type { FailureCode, RetryHint } from '../world/failure.ts'

/** Meaning of a service's code; the retry hint only where it is not the code's usual one. */
export interface Meaning {
  readonly code: FailureCode
  readonly retry?: RetryHint
}

const byCode: Readonly<Partial<Record<FailureCode, readonly string[]>>> = {
  throttled: [
    'BandwidthLimitExceeded',
    'EC2ThrottledException',
    'PriorRequestNotComplete',
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'RequestThrottled',
    'RequestThrottledException',
    'SlowDown',
    'Throttling',
    'ThrottlingException',
    'ThrottledException',
    'TooManyRequestsException',
    'TransactionInProgressException',
  ],
  unavailable: [
    'InternalError',
    'InternalFailure',
    'InternalServerError',
    'InternalServerException',
    'ServerException',
    'ServiceUnavailable',
    'ServiceUnavailableException',
    'Unavailable',
  ],
  'not-found': [
    'NotFoundException',
    'ParameterNotFound',
    'ParameterVersionNotFound',
    'ResourceNotFoundException',
    'NoSuchEntity',
    'NoSuchEntityException',
  ],
  'already-exists': [
    'AlreadyExists',
    'AlreadyExistsFault',
    'EntityAlreadyExists',
    'EntityAlreadyExistsException',
    'InvalidLaunchTemplateName.AlreadyExistsException',
  ],
  'in-use': [
    'DependencyViolation',
    'DeleteConflict',
    'InstanceRefreshInProgress',
    'InstanceRefreshInProgressFault',
    'ResourceContention',
    'ResourceContentionFault',
    'ResourceInUse',
    'ResourceInUseException',
    'ResourceInUseFault',
    'ScalingActivityInProgress',
    'ScalingActivityInProgressFault',
  ],
  'limit-exceeded': [
    'InstanceLimitExceeded',
    'LimitExceeded',
    'LimitExceededException',
    'LimitExceededFault',
    'ResourceLimitExceeded',
    'ResourceLimitExceededException',
    'VcpuLimitExceeded',
  ],
  forbidden: [
    'AccessDenied',
    'AccessDeniedException',
    'AuthFailure.ServiceLinkedRoleCreationNotPermitted',
    'Client.UnauthorizedOperation',
    'OptInRequired',
    'UnauthorizedOperation',
  ],
  unauthenticated: [
    'AuthFailure',
    'CredentialsProviderError',
    'IncompleteSignature',
    'InvalidClientTokenId',
    'InvalidToken',
    'InvalidUserID.NotFound',
    'MissingAuthenticationToken',
    'MissingAuthenticationTokenException',
    'NotAuthorized',
    'SignatureDoesNotMatch',
    'TokenProviderError',
    'TokenRefreshRequired',
    'UnrecognizedClientException',
  ],
  timeout: ['RequestTimeout', 'RequestTimeoutException'],
  conflict: ['ConflictException', 'IdempotentParameterMismatch', 'OperationConflict'],
}

/**
 * Clocks that are apart: the SDK corrects its own from the answer's Date header, so the same call with
 * a new signature works.
 */
const clockSkew: readonly string[] = [
  'AuthFailure.ClockSkew',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
]

/** The keys were good once: new ones may be had by asking whoever gave them. */
const expiredCodes: readonly string[] = ['ExpiredToken', 'ExpiredTokenException']

const meanings: ReadonlyMap<string, Meaning> = new Map([
  ...Object.entries(byCode).flatMap(([code, names]) =>
    names.map((name): [string, Meaning] => [name, { code: code as FailureCode }]),
  ),
  ...[...clockSkew, ...expiredCodes].map((name): [string, Meaning] => [
    name,
    { code: 'unauthenticated', retry: 'backoff' },
  ]),
])

/** EC2 spells a missing object `Invalid<Thing>.NotFound` or `Invalid<Thing>ID.NotFound`, for every kind of thing. */
const notFoundEnding = /\.(NotFound|NotFoundException|Unknown)$/

/** Meaning of a service's error code; undefined for codes that only say that the input is wrong. */
export function meaningOf(serviceCode: string): Meaning | undefined {
  const known = meanings.get(serviceCode)
  if (known !== undefined) return known
  return notFoundEnding.test(serviceCode) ? { code: 'not-found' } : undefined
}

/**
 * True when the credentials should be asked for anew before the call is repeated. Not after EC2's
 * `RequestExpired`: it may also mean a clock that is wrong, whose correction new clients would forget.
 */
export function isExpiry(serviceCode: string | undefined): boolean {
  return serviceCode !== undefined && expiredCodes.includes(serviceCode)
}
