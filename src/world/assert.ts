/** Assertions for bugs: invariants of our own code, never for input or for the world. World layer. */

/** Thrown by {@link assert}: a bug in Regroup. Aborts that cluster's loop, is never retried. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** States an invariant in words. @throws AssertionError when it does not hold. */
export function assert(condition: unknown, invariant: string): asserts condition {
  if (!condition) throw new AssertionError(invariant)
}

/** For `default:` of an exhaustive switch: the compiler proves that it is unreachable. */
export function unreachable(value: never): never {
  throw new AssertionError(`unexpected value ${JSON.stringify(value)}`)
}
