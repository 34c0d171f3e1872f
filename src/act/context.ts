/** What actions act through, and what they answer. Act layer. */

import type { Action } from '../decide/action.ts'
import type { AwsApi } from '../world/aws-api.ts'
import type { Clock } from '../world/clock.ts'
import type { EvictionResult } from '../world/eviction.ts'
import type { KubeApi } from '../world/kube-api.ts'

/** The ports of one cluster. */
export interface ActContext {
  readonly aws: AwsApi
  readonly kube: KubeApi
  readonly clock: Clock
  readonly clusterName: string
  /** Rejects with code `lease-lost` when this process may no longer write; asked before every write. */
  readonly assertLeaseHeld: () => void
}

/**
 * Result of one action. `skipped`: its precondition no longer holds; the next observation decides anew.
 * Operational failures are thrown as RegroupError.
 */
export type ActionResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'skipped'; readonly why: string }
  | { readonly kind: 'eviction'; readonly result: EvictionResult }

/** An action of one kind. */
export type ActionOf<K extends Action['kind']> = Extract<Action, { readonly kind: K }>

/** Shorthand for the usual answer. */
export const done: ActionResult = { kind: 'done' }

/** The precondition does not hold any more. */
export function skipped(why: string): ActionResult {
  return { kind: 'skipped', why }
}
