/** Facts of files joined with those of the world, and what follows from them. Check layer, pure. */

import type { DesiredCluster } from '../../fleet/desired.ts'
import type { CheckOptions } from '../check.ts'
import type { CheckFinding } from '../check-finding.ts'
import type { ClusterFacts, InputFacts } from '../facts.ts'
import { fleetFacts } from '../inputs/fleet.ts'
import { liveRules } from '../rules/live-rules.ts'
import { runRules } from '../run-rules.ts'
import { withNetwork, zonedCluster } from './fleet-live.ts'
import type { LiveFacts } from './live-facts.ts'
import { notLookedAt, withoutSubnet } from './live-findings.ts'
import { withLive } from './with-live.ts'

/** Facts of a fleet file with its groups in the zones and subnets of the clusters that run. */
export function fleetFactsWithLive(
  file: string,
  expanded: readonly DesiredCluster[],
  liveOf: CheckOptions['liveOf'],
): InputFacts {
  if (liveOf === undefined) return fleetFacts(file, expanded)
  const find = ({ name, region }: DesiredCluster) => liveOf(name, region)
  const zoned = expanded.map((cluster) => zonedCluster(cluster, find(cluster)))
  const facts = withNetwork(fleetFacts(file, zoned), zoned, find)
  return factsWithLive(facts, (_, index) => {
    const cluster = zoned[index]
    return cluster === undefined ? undefined : find(cluster)
  })
}

/** Facts with what is known of each cluster; those that nobody looked at stay as they are. */
export function factsWithLive(
  facts: InputFacts,
  find: (cluster: ClusterFacts, index: number) => LiveFacts | undefined,
): InputFacts {
  const clusters = facts.clusters.map((cluster, index) => {
    const live = find(cluster, index)
    return live === undefined ? cluster : withLive(cluster, live, facts.kind)
  })
  return { ...facts, clusters }
}

/** What only live facts tell, and what could not be seen; nothing for files alone. */
export function liveFindings(
  facts: InputFacts,
  { liveOf, today }: Pick<CheckOptions, 'liveOf' | 'today'>,
): readonly CheckFinding[] {
  if (liveOf === undefined) return []
  const found = runRules(facts, { rules: liveRules, today })
  return [...found, ...notLookedAt(facts), ...withoutSubnet(facts)]
}
