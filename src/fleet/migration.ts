/** The `migration` block with its defaults. Fleet layer, pure. */

import type { SourceLocation } from '../world/finding.ts'
import type { DesiredMigration } from './desired.ts'
import { durationMs, shareOf } from './durations.ts'
import { substitute } from './expand.ts'
import type { FleetFile } from './schema.ts'

/** Defaults of drain-and-rolling section 12; `from` is empty when nothing is said. */
export function migrationOf(
  raw: FleetFile['migration'],
  variables: Readonly<Record<string, string>>,
  fromLocation?: SourceLocation,
): DesiredMigration {
  const block = substitute(raw ?? {}, variables)
  const virtual = shareOf(block.virtualBudget ?? '10%')
  return {
    from: (block.from ?? []).map((one) => ({
      ...(one.autoScalingGroup === undefined ? {} : { nameGlob: one.autoScalingGroup }),
      ...(one.tags === undefined ? {} : { tags: textTags(one.tags) }),
    })),
    fromLocation,
    surge: shareOf(block.surge ?? '10%'),
    canaryNodeCount: block.canary?.nodes ?? 1,
    canarySoakMs: durationMs(block.canary?.soak ?? '5m'),
    podDeadlineMs: durationMs(block.podDeadline ?? '15m'),
    nodeDeadlineMs: durationMs(block.nodeDeadline ?? '60m'),
    jobDeadlineMs: durationMs(block.jobDeadline ?? '24h'),
    emptySoakMs: durationMs(block.emptySoak ?? '5s'),
    soakMs: durationMs(block.soak ?? '24h'),
    virtualBudgetFraction: 'fraction' in virtual ? virtual.fraction : 0.1,
    barePods: block.barePods ?? 'block',
    jobs: block.jobs ?? 'wait',
    overrides: new Map(
      (block.overrides ?? []).map((one) => [`${one.namespace}/${one.name}`, one.action]),
    ),
  }
}

function textTags(tags: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, value ?? '']))
}
