/** A bearer token made in process, such as that of EKS. Kube layer. */

import type { Clock } from '../../world/clock.ts'
import type { Random } from '../../world/random.ts'
import { Secret } from '../secret.ts'
import { type Credentials, renewedCredentials } from './credentials.ts'

/** One token; it is refused from `expiresAtMs` (epoch milliseconds) on. */
export interface MintedToken {
  readonly token: string
  readonly expiresAtMs: number
}

/** Renewed when a third of its life is left, up to a tenth earlier: clients do not renew in step. */
const refreshShare = 2 / 3
const jitterShare = 0.1

/** Calls `mint` when needed; calls at once share one token. */
export function mintedTokenCredentials(options: {
  readonly clock: Clock
  readonly random: Random
  /** Signs for a clock that is so far ahead of ours. */
  readonly mint: (aheadMs: number) => Promise<MintedToken>
}): Credentials {
  const { clock, mint, random } = options
  return renewedCredentials(clock, async (aheadMs) => {
    const nowMs = clock.nowMs()
    const minted = await mint(aheadMs)
    const { token } = minted
    const expiresAtMs = minted.expiresAtMs - aheadMs
    const share = refreshShare - jitterShare * random.next()
    return {
      credential: { authorization: new Secret(`Bearer ${token}`) },
      refreshAtMs: nowMs + (expiresAtMs - nowMs) * share,
      expiresAtMs,
    }
  })
}
