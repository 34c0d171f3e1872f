/** The priority expander's map: new groups at their priority, old ones parked. Decide layer, pure. */

import { newGroupsOf, oldGroupsOf } from './groups.ts'
import { previousPrioritiesAnnotation, prioritiesName, priorityNamesAnnotation } from './names.ts'
import type { Observed } from './observed.ts'
import { StageBuilder, type StageResult } from './stage.ts'
import type { MigrationTarget } from './target.ts'

/** Old groups: below every new one, yet listed, because an unlisted group is only the last choice. */
const parkingPriority = 1
/** Annotation values are kept well under the limit of 256 KiB for all of an object. */
export const previousCharsMax = 20_000

/** Keeps the map equal to the groups that exist. */
export function decidePriorities(target: MigrationTarget, observed: Observed): StageResult {
  const stage = new StageBuilder('priorities')
  if (!target.managesPriorities) return stage.build()
  const newGroups = newGroupsOf(target, observed)
  if (newGroups.length === 0) return stage.build()
  const text = priorityText(target, observed)
  const isCurrent = observed.priorities?.text === text
  stage.count(isCurrent ? 1 : 0, 1)
  if (isCurrent) return stage.build()
  const names = newGroups.map(({ target: one, group }) => `${one.name}=${group.name}`)
  const previous =
    observed.priorities?.annotations[previousPrioritiesAnnotation] ?? observed.priorities?.text
  stage.act({
    kind: 'publish-priorities',
    object: prioritiesName,
    text,
    annotations: {
      [priorityNamesAnnotation]: names.join(','),
      ...(previous === undefined
        ? {}
        : { [previousPrioritiesAnnotation]: previous.slice(0, previousCharsMax) }),
    },
    resourceVersion: observed.priorities?.resourceVersion,
    reason: `priority map for ${newGroups.length} new and ${oldGroupsOf(target, observed).length} old groups`,
  })
  return stage.build()
}

/**
 * The map both YAML parsers of cluster-autoscaler accept: unquoted integer keys, single-quoted anchored
 * and escaped names, highest first. Groups that are neither old nor new keep the tier they had.
 */
export function priorityText(target: MigrationTarget, observed: Observed): string {
  const tiers = new Map<number, string[]>()
  const add = (priority: number, name: string): void => {
    tiers.set(priority, [...(tiers.get(priority) ?? []), name])
  }
  const known = new Set<string>()
  for (const { target: one, group } of newGroupsOf(target, observed)) {
    add(one.priority, group.name)
    known.add(group.name)
  }
  for (const group of oldGroupsOf(target, observed)) {
    add(parkingPriority, group.name)
    known.add(group.name)
  }
  for (const group of observed.groups) {
    if (known.has(group.name)) continue
    const tier = tierIn(observed.priorities?.text, group.name)
    if (tier !== undefined) add(tier, group.name)
  }
  return [...tiers]
    .sort(([a], [b]) => b - a)
    .map(([priority, names]) => `${priority}:\n${names.sort().map(ruleLine).join('')}`)
    .join('')
}

/** The line of a group's name in the map. */
export function ruleLine(name: string): string {
  return `  - '^${name.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&').replaceAll("'", "''")}$'\n`
}

/** Highest priority whose rules match the name in a map of the usual block form. */
export function tierIn(text: string | undefined, name: string): number | undefined {
  let tier: number | undefined
  let best: number | undefined
  for (const line of (text ?? '').split('\n')) {
    const key = /^["']?(\d+)["']?\s*:/.exec(line)
    if (key?.[1] !== undefined) tier = Number.parseInt(key[1], 10)
    const rule = /^\s*-\s*(.+?)\s*$/.exec(line)?.[1]
    if (rule === undefined || tier === undefined || !ruleMatches(rule, name)) continue
    best = best === undefined ? tier : Math.max(best, tier)
  }
  return best
}

function ruleMatches(rule: string, name: string): boolean {
  const source = rule.replace(/^'(.*)'$/, '$1').replace(/^"(.*)"$/, '$1')
  try {
    return new RegExp(source).test(name)
  } catch {
    return false
  }
}
