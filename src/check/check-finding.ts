/** A finding of `check`: with the groups it is about and what AWS would have said. Check layer, types only. */

import type { Finding } from '../world/finding.ts'

/** One fault, however many groups share it. */
export interface CheckFinding extends Finding {
  /** Names of the groups, `cluster/group`; empty when it is about no group. */
  readonly groups: readonly string[]
  /** The answer that it pre-empts; absent where AWS says nothing. */
  readonly aws?: { readonly code: string; readonly text: string }
  /** Set when a waiver of the fleet file hides it. */
  readonly waiver?: { readonly owner: string; readonly reason: string; readonly expires: string }
}
