/** Rights that were there a moment ago: a server that starts does not know its roles yet. Kube layer. */

import type { CallSubject } from './request.ts'

/** A right that is missing for longer was taken away. A server was seen to learn its roles within seconds. */
const patienceMs = 60_000

/**
 * Remembers what was allowed. For the first seconds after its start an API server answers before it has read
 * roles and bindings, and forbids what it allowed before and will allow again.
 */
export class LapsedRights {
  private readonly allowed = new Set<string>()
  private readonly missingSinceMs = new Map<string, number>()

  /** The call was allowed. */
  noteAllowed(subject: CallSubject): void {
    const right = rightOf(subject)
    this.allowed.add(right)
    this.missingSinceMs.delete(right)
  }

  /** The call was forbidden at `nowMs`; true when it is worth another try. */
  isPassing(subject: CallSubject, nowMs: number): boolean {
    const right = rightOf(subject)
    if (!this.allowed.has(right)) return false
    const sinceMs = this.missingSinceMs.get(right) ?? nowMs
    this.missingSinceMs.set(right, sinceMs)
    return nowMs - sinceMs < patienceMs
  }
}

function rightOf({ kind, namespace, subresource, verb }: CallSubject): string {
  return `${verb} ${kind}/${subresource} ${namespace}`
}
