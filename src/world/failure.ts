/** Operational failures: the world said no. One class, closed codes. World layer. */

/** Why a call failed. Adapters translate AWS and Kubernetes answers once; nobody else reads texts. */
export type FailureCode =
  | 'throttled'
  | 'unavailable'
  | 'timeout'
  | 'connection'
  | 'not-found'
  | 'already-exists'
  | 'conflict'
  | 'in-use'
  | 'invalid'
  | 'limit-exceeded'
  | 'forbidden'
  | 'unauthenticated'
  | 'expired'
  | 'lease-lost'
  | 'aborted'
  | 'unknown'

/** `never`: the same call fails again. `backoff`: later may work. `afterMs`: the server named a delay. */
export type RetryHint = 'never' | 'backoff' | { readonly afterMs: number }

/** Where a failure happened; every member is optional and safe to print (no secrets). */
export interface FailureContext {
  readonly operation?: string
  readonly cluster?: string
  readonly object?: string
  readonly requestId?: string
  /** The service's own error code or Status reason, e.g. `ResourceInUseException`. */
  readonly serviceCode?: string
  readonly httpStatus?: number
}

/**
 * The only class thrown for operational failures. "Gone" on delete, "blocked by a budget" on evict
 * and "no capacity" on scale are observations and come back as values instead.
 */
export class RegroupError extends Error {
  override readonly name = 'RegroupError'
  readonly code: FailureCode
  readonly retry: RetryHint
  readonly context: FailureContext

  constructor(
    code: FailureCode,
    message: string,
    options: { retry?: RetryHint; context?: FailureContext; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retry = options.retry ?? defaultRetry(code)
    this.context = options.context ?? {}
  }
}

/** True for failures with the code (any code if omitted). */
export function isFailure(error: unknown, code?: FailureCode): error is RegroupError {
  return error instanceof RegroupError && (code === undefined || error.code === code)
}

const transientCodes: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'throttled',
  'unavailable',
  'timeout',
  'connection',
  'in-use',
])

function defaultRetry(code: FailureCode): RetryHint {
  return transientCodes.has(code) ? 'backoff' : 'never'
}
