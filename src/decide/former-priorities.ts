/** The priority map as it was before a migration. Decide layer, pure. */

import { newGroupsOf, oldGroupsOf } from './groups.ts'
import { previousPrioritiesAnnotation, prioritiesName, priorityNamesAnnotation } from './names.ts'
import type { Observed } from './observed.ts'
import { previousCharsMax, priorityText, ruleLine } from './priorities.ts'
import { StageBuilder, type StageResult } from './stage.ts'
import type { MigrationTarget } from './target.ts'

/**
 * Puts it back while it is still what Regroup wrote; a map that someone has changed since is left alone. So is it
 * after a migration: when no old group is left, what the map said before names groups that are gone.
 */
export function decideFormerPriorities(target: MigrationTarget, observed: Observed): StageResult {
  const stage = new StageBuilder('priorities')
  const { priorities } = observed
  if (priorities?.annotations[priorityNamesAnnotation] === undefined) return stage.build()
  if (oldGroupsOf(target, observed).length === 0) return stage.build()
  const { annotations, resourceVersion, text } = priorities
  const previous = annotations[previousPrioritiesAnnotation]
  if (withoutGone(text, observed) !== withoutLater(target, observed)) {
    stage.block({
      code: 'priorities/changed',
      object: prioritiesName,
      reason: 'is not what Regroup wrote: someone has changed it, or the fleet file',
      remedy:
        `Set it as you want it (its annotation ${previousPrioritiesAnnotation} has what it said before), remove ` +
        `the annotation ${priorityNamesAnnotation}, and run again.`,
      command: `kubectl -n kube-system get configmap ${prioritiesName} -o yaml`,
    })
  } else if (previous !== undefined && previous.length >= previousCharsMax) {
    stage.block({
      code: 'priorities/too-long',
      object: prioritiesName,
      reason: 'was too long before to be kept whole',
      remedy: `Set it as it was, remove the annotation ${priorityNamesAnnotation}, and run again.`,
    })
  } else {
    stage.act({
      kind: 'restore-priorities',
      object: prioritiesName,
      text: previous,
      resourceVersion,
      reason: previous === undefined ? 'there was none before' : 'as it was before',
    })
  }
  return stage.build()
}

/** What Regroup would write, without the new groups that came after it last wrote. */
function withoutLater(target: MigrationTarget, observed: Observed): string {
  const named = observed.priorities?.annotations[priorityNamesAnnotation]?.split(',') ?? []
  const known = new Set(named.map((one) => one.slice(one.indexOf('=') + 1)))
  const later = newGroupsOf(target, observed).filter(({ group }) => !known.has(group.name))
  const gone = new Set(later.map(({ group }) => ruleLine(group.name)))
  return withRules(priorityText(target, observed), (line) => !gone.has(line))
}

/** A rule as Regroup writes it. */
const ownRule = /^ {2}- '\^.*\$'\n$/

/** Without the rules of groups that are gone since it was written. */
function withoutGone(text: string, { groups }: Observed): string {
  const present = new Set(groups.map((one) => ruleLine(one.name)))
  return withRules(text, (line) => present.has(line) || !ownRule.test(line))
}

/** Only these rules, and no priority without one. */
function withRules(text: string, keeps: (line: string) => boolean): string {
  const lines = text
    .split('\n')
    .slice(0, -1)
    .map((line) => `${line}\n`)
  const kept = lines.filter((line) => !line.startsWith('  - ') || keeps(line))
  return kept
    .filter((line, at) => line.startsWith('  - ') || kept[at + 1]?.startsWith('  - '))
    .join('')
}
