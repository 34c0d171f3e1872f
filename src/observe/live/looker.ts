/** Reads that may be refused: what was not seen is noted, and the rest goes on. Observe layer. */

import type { Concern, Unseen } from '../../check/live/live-facts.ts'
import { isFailure } from '../../world/failure.ts'

/** Notes of one look at a Region or a cluster. */
export class Looker {
  readonly unseen: Unseen[] = []

  /**
   * The answer, or undefined when the call failed; `action` is what would have to be granted.
   * @throws RegroupError `unauthenticated` and `aborted`: then nothing else would answer either.
   */
  async look<T>(concern: Concern, action: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read()
    } catch (error) {
      if (!isFailure(error) || error.code === 'unauthenticated' || error.code === 'aborted') {
        throw error
      }
      // An action that a call needed besides: the port names it.
      const refused = error.context.operation ?? action
      const isOutage = error.code !== 'forbidden'
      const isOurs = /^[a-z0-9-]+:[A-Z]/.test(refused)
      this.unseen.push({
        concern,
        action: isOurs ? refused : action,
        reason: error.message,
        isOutage,
      })
      return undefined
    }
  }
}

/** Parts of at most `size`, in order. */
export function chunks<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  const parts: T[][] = []
  for (let start = 0; start < all.length; start += size) parts.push(all.slice(start, start + size))
  return parts
}
