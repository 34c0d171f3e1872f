/** Who a client is at the API server, and how that is renewed. Kube layer. */

import type { Clock } from '../../world/clock.ts'
import type { Secret } from '../secret.ts'
import type { ClientCertificate } from '../transport/endpoint.ts'

/** What goes with a request; both absent = anonymous. */
export interface Credential {
  /** Value of the Authorization header. */
  readonly authorization?: Secret
  readonly certificate?: ClientCertificate
}

/** A source of credentials; calls at once share one renewal. */
export interface Credentials {
  /** Rejects with a RegroupError when there are none to be had. */
  current(): Promise<Credential>
  /**
   * After a 401 with `used`: true when {@link current} may give something else from now on. `serverMs` is the
   * time of the server that refused, epoch milliseconds; undefined where it told none.
   */
  renew(used: Credential, serverMs?: number): boolean
}

/** Clocks that differ by less than this are equal: the date of an answer has whole seconds. */
const aheadMsMin = 60_000

/** Credentials that never change. */
export function fixedCredentials(credential: Credential): Credentials {
  return { current: () => Promise.resolve(credential), renew: () => false }
}

/** What a fetch gave, and how long it is good; epoch milliseconds, undefined = until refused. */
export interface FetchedCredential {
  readonly credential: Credential
  /** From here on it is fetched anew before use; the old one serves while that fails. */
  readonly refreshAtMs?: number
  /** From here on the old one is of no use. */
  readonly expiresAtMs?: number
}

/**
 * Credentials that are fetched when needed and kept while they are good. `fetch` is told how far the server's
 * clock is ahead of ours, which is 0 until it refused something with another date.
 */
export function renewedCredentials(
  clock: Clock,
  fetch: (aheadMs: number) => Promise<FetchedCredential>,
): Credentials {
  let aheadMs = 0
  let known: FetchedCredential | undefined
  let fetching: Promise<Credential> | undefined
  const fetchOnce = (): Promise<Credential> => {
    fetching ??= fetch(aheadMs)
      .then((fetched) => {
        known = fetched
        return fetched.credential
      })
      .finally(() => {
        fetching = undefined
      })
    return fetching
  }
  const isBefore = (atMs: number | undefined): boolean => atMs === undefined || clock.nowMs() < atMs
  return {
    async current() {
      const old = known
      if (old !== undefined && isBefore(old.refreshAtMs)) return old.credential
      try {
        return await fetchOnce()
      } catch (error) {
        if (old !== undefined && old === known && isBefore(old.expiresAtMs)) return old.credential
        throw error
      }
    },
    renew(used, serverMs) {
      if (known?.credential === used) known = undefined
      const differenceMs = (serverMs ?? clock.nowMs()) - clock.nowMs()
      if (Math.abs(differenceMs) >= aheadMsMin) aheadMs = differenceMs
      return true
    },
  }
}
