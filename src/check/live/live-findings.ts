/** Findings about looking itself: what was not seen, and groups without a subnet. Check layer, pure. */

import type { CheckFinding } from '../check-finding.ts'
import type { InputFacts } from '../facts.ts'
import { rulesOfConcern, type Unseen } from './unseen.ts'

/** Clusters named in a finding. */
const namesMax = 3

interface Blind {
  readonly unseen: Unseen
  readonly rules: Set<string>
  readonly clusters: Set<string>
  readonly at: CheckFinding['location']
}

/** One for each call that was refused, with the rules that are open because of it. */
export function notLookedAt({ clusters }: InputFacts): readonly CheckFinding[] {
  const blind = new Map<string, Blind>()
  for (const { at, live, name } of clusters) {
    for (const unseen of live?.unseen ?? []) {
      const key = `${unseen.action} ${unseen.kind === 'failed' ? unseen.reason : unseen.kind}`
      const found = blind.get(key) ?? {
        unseen,
        rules: new Set(),
        clusters: new Set(),
        at: at('name'),
      }
      for (const rule of rulesOfConcern[unseen.concern]) found.rules.add(rule)
      found.clusters.add(name ?? live?.region ?? '')
      blind.set(key, found)
    }
  }
  return [...blind.values()].map(blindFinding)
}

function blindFinding({ at, clusters, rules, unseen }: Blind): CheckFinding {
  const { action, kind, reason } = unseen
  const names = [...clusters]
  const rest = names.length > namesMax ? ` and ${names.length - namesMax} more` : ''
  const where = names.slice(0, namesMax).join(', ') + rest
  const what = { failed: `failed: ${reason}`, refused: 'is not allowed', skipped: reason }[kind]
  const remedies = {
    failed: 'Run it again once that answers.',
    refused: `Grant ${action}; docs/check.md has the whole policy.`,
    skipped: 'Run it again where the cluster can be reached.',
  }
  return {
    code: 'check/not-looked-at',
    severity: kind === 'skipped' ? 'info' : 'error',
    message: `${action} ${what}; not decided for ${where}: ${[...rules].join(', ')}`,
    remedy: remedies[kind],
    path: 'live',
    groups: [],
    ...(at === undefined ? {} : { location: at }),
  }
}

/** Groups of a fleet file whose selector finds no subnet in the cluster's VPC: they are never made. */
export function withoutSubnet({ clusters, kind }: InputFacts): readonly CheckFinding[] {
  if (kind !== 'fleet') return []
  return clusters.flatMap(({ groups, live }) => {
    if (live?.subnets === undefined) return []
    return groups
      .filter(({ subnetIds }) => subnetIds?.length === 0)
      .map(({ at, shownAs }): CheckFinding => {
        const location = at('subnetSelector')
        return {
          code: 'check/no-subnet',
          severity: 'error',
          message: `no subnet of the VPC ${live.cluster?.vpcId} has the tags and the zone of the group`,
          remedy: 'Mend subnetSelector or availabilityZones, or tag the subnets.',
          path: 'subnetSelector',
          groups: [shownAs],
          ...(location === undefined ? {} : { location }),
        }
      })
  })
}
