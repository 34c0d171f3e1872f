/** Reads that may be refused: what was not seen is noted, and the rest goes on. Observe layer. */

import type { Concern, Unseen } from '../../check/live/unseen.ts'
import { isFailure, type RegroupError } from '../../world/failure.ts'

/** Notes of one look at a Region or a cluster. */
export class Looker {
  readonly unseen: Unseen[] = []

  /** Notes parts that were not even asked for. */
  skip(concerns: readonly Concern[], unseen: Omit<Unseen, 'concern'>): void {
    for (const concern of concerns) this.unseen.push({ ...unseen, concern })
  }

  /**
   * The answer, or undefined when the call failed; `action` is what would have to be granted.
   * @throws RegroupError without credentials, and when AWS itself cannot be reached: then nothing else
   * would answer either.
   */
  async look<T>(concern: Concern, action: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read()
    } catch (error) {
      if (!isFailure(error) || isHopeless(error, action)) throw error
      const kind = error.code === 'forbidden' ? 'refused' : 'failed'
      // An action that the call needed besides: the port names it.
      const { operation = '' } = error.context
      const refused = /^[a-z0-9-]+:[A-Z]/.test(operation) ? operation : action
      this.unseen.push({ concern, action: refused, reason: error.message, kind })
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

function isHopeless({ code }: RegroupError, action: string): boolean {
  const isAws = action.includes(':')
  return code === 'aborted' || (isAws && (code === 'unauthenticated' || code === 'connection'))
}
