/** Runs all rules over the facts of one input; equal faults of many groups become one finding. Check layer, pure. */

import type { SourceLocation } from '../world/finding.ts'
import type { CheckFinding } from './check-finding.ts'
import type { ClusterFacts, GroupFacts, InputFacts } from './facts.ts'
import { faultFinding } from './fault-finding.ts'
import type { Fault, Rule } from './rule.ts'

/** What a run is told beside the facts. */
export interface RunOptions {
  /** UTC day, `2026-11-26`. */
  readonly today: string
  readonly rules: readonly Rule[]
}

interface Found {
  readonly id: string
  readonly fault: Fault
  readonly location: SourceLocation | undefined
  readonly groups: string[]
}

/** Findings in the order of the rules; each names all groups that share place and kind. */
export function runRules(input: InputFacts, options: RunOptions): readonly CheckFinding[] {
  const found = new Map<string, Found>()
  for (const rule of options.rules) {
    if (rule.scope === 'input') {
      note(found, rule.id, rule.find(input), { at: input.at, shownAs: undefined })
    }
  }
  for (const cluster of input.clusters) checkCluster(found, cluster, options)
  const order = new Map(options.rules.map((rule, index) => [rule.id, index]))
  return [...found.values()]
    .sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0))
    .map(({ fault, groups, id, location }) => faultFinding(id, fault, { groups, location }))
}

function checkCluster(
  found: Map<string, Found>,
  cluster: ClusterFacts,
  { rules, today }: RunOptions,
): void {
  const context = { today, cluster }
  const about = { at: cluster.at, shownAs: cluster.name }
  for (const rule of rules) {
    if (rule.scope === 'cluster') note(found, rule.id, rule.find(cluster, context), about)
    if (rule.scope !== 'group') continue
    for (const group of cluster.groups) note(found, rule.id, rule.find(group, context), group)
  }
}

/** What a group or a cluster is called, and where it stands. */
type About = Pick<GroupFacts, 'at' | 'block'> & { readonly shownAs: string | undefined }

/** The n-th fault of a group at a place is the n-th of every other group there. */
function note(found: Map<string, Found>, id: string, faults: readonly Fault[], about: About): void {
  if (faults.length === 0) return
  const counts = new Map<string, number>()
  const names = about.shownAs === undefined ? [] : [about.shownAs]
  for (const fault of faults) {
    const location = about.at(fault.member, fault.line)
    const place = `${placeOf(fault, location, about)} ${fault.about ?? ''}`
    const number = counts.get(place) ?? 0
    counts.set(place, number + 1)
    const key = `${id} ${place} ${number}`
    const known = found.get(key)
    if (known === undefined) found.set(key, { id, fault, location, groups: [...names] })
    else known.groups.push(...names)
  }
}

/** Values that differ from group to group of one block although the fault is the same. */
const namesOfGroup: ReadonlySet<string> = new Set(['lt', 'name', 'ng', 'v'])

function placeOf(fault: Fault, location: SourceLocation | undefined, about: About): string {
  if (about.block !== undefined) {
    const values = Object.entries(fault.values ?? {}).filter(([key]) => !namesOfGroup.has(key))
    return `${about.block} ${fault.member} ${fault.message ?? ''} ${JSON.stringify(values)}`
  }
  if (location === undefined) return `${about.shownAs}`
  return `${location.file}:${location.line}:${location.column}`
}
