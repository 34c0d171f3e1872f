/** Which clusters of a file are to be looked at. Check layer, pure. */

import { loadFleet } from '../../fleet/load-fleet.ts'
import type { CheckInput, CheckOptions } from '../check.ts'
import type { ClusterFacts } from '../facts.ts'
import { fleetFacts } from '../inputs/fleet.ts'
import { readInput } from '../inputs/read-input.ts'
import { withNetwork } from './fleet-live.ts'

/** A cluster and what the file wants of it. */
export interface LiveTarget {
  /** Undefined for templates and the like, which belong to none. */
  readonly name: string | undefined
  /** Undefined for files that do not say it. */
  readonly region: string | undefined
  readonly facts: ClusterFacts
}

/** None for a file that cannot be read; `check` says why. */
export function liveTargets(
  input: CheckInput,
  options: Pick<CheckOptions, 'amiFamily'>,
): readonly LiveTarget[] {
  const read = readInput(input, options.amiFamily)
  if ('findings' in read) return []
  if (read.kind === 'facts') {
    return read.facts.clusters.map((facts) => ({ name: facts.name, region: undefined, facts }))
  }
  const { expanded = [] } = loadFleet(input)
  const { clusters } = withNetwork(fleetFacts(input.file, expanded), expanded, () => undefined)
  return clusters.map((facts, index) => ({
    name: facts.name,
    region: expanded[index]?.region,
    facts,
  }))
}
