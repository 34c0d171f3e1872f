/** Idempotency tokens: the same step sends the same token, also after a crash. Act layer, pure. */

import { hash32 } from '../world/random.ts'

/**
 * A token of at most 64 characters for a step, stable across processes. Parts must name the object and
 * its desired content, so that a later step of another content gets another token.
 */
export function idempotencyToken(parts: readonly string[]): string {
  const text = parts.join('\n')
  const hashes = [0, 1, 2, 3].map((salt) => hash32(`${salt}/${text}`).toString(16).padStart(8, '0'))
  return `regroup-${hashes.join('')}`
}
