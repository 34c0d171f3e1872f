/** What a rule is: facts in, faults out. Check layer, types only. */

import type { ClusterFacts, GroupFacts, InputFacts } from './facts.ts'

/** One place where a rule is broken. */
export interface Fault {
  /** Member that is wrong, as PlaceOf names it. */
  readonly member: string
  /** Line of the user data, from 1. */
  readonly line?: number
  /** Thing of the world that is wrong, e.g. a subnet: faults about different ones are never joined. */
  readonly about?: string
  /** What stands in the braces of the catalogue's message. */
  readonly values?: Readonly<Record<string, string | number>>
  /** Instead of the catalogue's, where the case needs another sentence. */
  readonly message?: string
}

/** What rules may know beside the facts. */
export interface RuleContext {
  /** UTC day, `2026-11-26`. */
  readonly today: string
  readonly cluster: ClusterFacts
}

/** A rule about one node group; `id` is a row of the catalogue. */
export interface GroupRule {
  readonly id: string
  readonly scope: 'group'
  find(group: GroupFacts, context: RuleContext): readonly Fault[]
}

/** A rule about a cluster and all its groups. */
export interface ClusterRule {
  readonly id: string
  readonly scope: 'cluster'
  find(cluster: ClusterFacts, context: RuleContext): readonly Fault[]
}

/** A rule about the whole input. */
export interface InputRule {
  readonly id: string
  readonly scope: 'input'
  find(input: InputFacts): readonly Fault[]
}

/** Any rule. */
export type Rule = GroupRule | ClusterRule | InputRule
