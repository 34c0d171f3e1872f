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
  /** After a 401 with `used`: true when {@link current} may give something else from now on. */
  renew(used: Credential): boolean
}

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

/** Credentials that are fetched when needed and kept while they are good. */
export function renewedCredentials(
  clock: Clock,
  fetch: () => Promise<FetchedCredential>,
): Credentials {
  let known: FetchedCredential | undefined
  let fetching: Promise<Credential> | undefined
  const fetchOnce = (): Promise<Credential> => {
    fetching ??= fetch()
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
    renew(used) {
      if (known?.credential === used) known = undefined
      return true
    },
  }
}
