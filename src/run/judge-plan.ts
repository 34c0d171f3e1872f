/** What the judge of a twin measures a migration by. Run layer. */

import { oldGroupsOf } from '../decide/groups.ts'
import { surgeLimit } from '../decide/surge.ts'
import type { MigrationTarget } from '../decide/target.ts'
import { targetOf } from '../decide/target-of.ts'
import type { DesiredCluster } from '../fleet/desired.ts'
import { observeGroups } from '../observe/groups.ts'
import { readTargetFacts } from '../observe/target-facts.ts'
import type { JudgePlan } from '../twin/judge/invariant.ts'
import type { Twin } from '../twin/twin.ts'
import type { AwsApi } from '../world/aws-api.ts'
import type { Finding } from '../world/finding.ts'
import { unmatchedFrom } from './unmatched-from.ts'

/** How long a replacement may wait for the scheduler. */
const schedulerLatencyMs = 30_000

/** What was asked for, resolved in a world in which nothing has been done yet. */
export interface Approved {
  readonly target: MigrationTarget
  /** Names of the Auto Scaling groups that shall be emptied. */
  readonly oldGroups: readonly string[]
  /** What may be wrong with the fleet file, seen against the world. */
  readonly warnings: readonly Finding[]
}

/** Reads only. Rejects as the port does. */
export async function approvedBy(aws: AwsApi, desired: DesiredCluster): Promise<Approved> {
  const target = targetOf(desired, await readTargetFacts(aws, desired))
  const { clusterName } = target
  const newNames: ReadonlySet<string> = new Set()
  const groups = await observeGroups(aws, { clusterName, newNames, isRefreshRead: false })
  const old = oldGroupsOf(target, { groups, nodeGroups: [] })
  const unmatched = unmatchedFrom(desired, target, groups)
  const warnings = unmatched === undefined ? [] : [unmatched]
  return { target, oldGroups: old.map((group) => group.name), warnings }
}

/** The plan for a twin in which nothing has been done yet: sizes are read from it. */
export function judgePlanOf(
  { account }: Twin,
  { oldGroups, target }: Approved,
  engineUsers: Iterable<string>,
): JudgePlan {
  const sizes = oldGroups.map((name) => account.groups.get(name)?.desiredCapacity ?? 0)
  const minimum = target.nodeGroups.reduce((sum, group) => sum + group.minSize, 0)
  return {
    clusterName: target.clusterName,
    engineUsers: new Set(engineUsers),
    oldGroups: new Set(oldGroups),
    surgeMax: surgeLimit(target.policy, sizes) + minimum,
    virtualBudgetFraction: target.policy.drain.virtualBudgetFraction,
    schedulerLatencyMs,
  }
}
