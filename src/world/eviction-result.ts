/** Translates the API server's answer to an eviction. World layer, pure: shared by all ports. */

import type { EvictionResult } from './eviction.ts'
import { RegroupError } from './failure.ts'

/** The parts of a Status that tell evictions apart. */
export interface EvictionStatus {
  readonly code: number
  readonly reason?: string
  readonly message?: string
  readonly details?: {
    readonly causes?: readonly { readonly reason?: string; readonly message?: string }[]
    readonly retryAfterSeconds?: number
  }
}

/** @throws RegroupError for answers that are no statement about the pod (overload, RBAC, ...). */
export function evictionResultOf(status: EvictionStatus, object: string): EvictionResult {
  const { code } = status
  const message = status.message ?? ''
  if (code === 201 || code === 200) return { kind: 'evicted' }
  // First of all failures: a webhook may deny with any code, also with one that means something else.
  if (message.includes('denied the request') || message.includes('denied request')) {
    return { kind: 'denied', message, webhookDown: false }
  }
  if (code === 404) return { kind: 'gone' }
  if (code === 409) return { kind: 'precondition-failed', message }
  if (code === 429) return refusedOrThrottled(status, object)
  if (code === 403 && hasCause(status, 'NamespaceTerminating'))
    return { kind: 'namespace-terminating' }
  if (code === 500 && message.includes('more than one PodDisruptionBudget')) {
    return { kind: 'multiple-budgets', message }
  }
  if (code === 500 && message.includes('failed calling webhook')) {
    return { kind: 'denied', message, webhookDown: true }
  }
  // A corrupt budget is "forbidden" too, but says something about the pod and nothing about our rights.
  if (code === 403 && message.startsWith('poddisruptionbudget.policy')) {
    return { kind: 'refused', message }
  }
  if (code === 403) throw failure('forbidden', status, object)
  throw failure(code >= 500 ? 'unavailable' : 'invalid', status, object)
}

function refusedOrThrottled(status: EvictionStatus, object: string): EvictionResult {
  const cause = status.details?.causes?.find((one) => one.reason === 'DisruptionBudget')
  if (cause === undefined) throw failure('throttled', status, object)
  const seconds = status.details?.retryAfterSeconds
  const message = cause.message ?? status.message ?? ''
  return seconds === undefined
    ? { kind: 'refused', message }
    : { kind: 'refused', message, retryAfterMs: seconds * 1000 }
}

function hasCause(status: EvictionStatus, reason: string): boolean {
  return status.details?.causes?.some((one) => one.reason === reason) ?? false
}

function failure(
  code: 'throttled' | 'forbidden' | 'unavailable' | 'invalid',
  status: EvictionStatus,
  object: string,
): RegroupError {
  const context = { operation: 'kube:evict', object, httpStatus: status.code }
  return new RegroupError(code, `evict ${object}: ${status.message ?? status.code}`, { context })
}
