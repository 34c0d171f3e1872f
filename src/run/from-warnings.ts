/** Whether the old groups that a fleet file names are there. Run layer. */

import type { MigrationTarget } from '../decide/target.ts'
import type { DesiredCluster } from '../fleet/desired.ts'
import { observeGroups } from '../observe/groups.ts'
import type { AwsApi } from '../world/aws-api.ts'
import type { Finding } from '../world/finding.ts'
import { unmatchedFrom } from './unmatched-from.ts'

/** At most one. @throws RegroupError of the call. */
export async function fromWarnings(
  aws: AwsApi,
  desired: DesiredCluster,
  target: MigrationTarget,
): Promise<readonly Finding[]> {
  if (desired.migration.from.length === 0) return []
  const { clusterName } = target
  const newNames: ReadonlySet<string> = new Set()
  const groups = await observeGroups(aws, { clusterName, newNames, isRefreshRead: false })
  const found = unmatchedFrom(desired, target, groups)
  return found === undefined ? [] : [found]
}
