/** One rule, shown both ways. */

import type { ClusterFacts, GroupFacts, InputFacts } from '../../src/check/facts.ts'

/** `fires` breaks the rule, `quiet` comes as near as possible without. */
export interface RuleExample {
  readonly rule: string
  readonly fires: GroupFacts | ClusterFacts | InputFacts
  readonly quiet: GroupFacts | ClusterFacts | InputFacts
  /** Part of the message. */
  readonly says: string
}
