/** Waivers: findings that somebody answers for until a day. Check layer, pure. */

import type { DesiredWaiver } from '../fleet/desired.ts'
import { nearest } from '../world/documents/nearest.ts'
import type { CheckFinding } from './check-finding.ts'
import { findingCodes } from './finding-doc.ts'

/** What a waiver of the fleet file may name: anything but faults of the file itself. */
const waivable = /^(?:[A-Z]+-\d+|fleet\/not-used)$/

/**
 * Findings with those that a waiver hides marked, and findings about the waivers. A finding of many
 * groups is split when only some of them are waived. An expired waiver hides nothing from the day after.
 */
export function waived(
  findings: readonly CheckFinding[],
  waivers: readonly DesiredWaiver[],
  today: string,
): readonly CheckFinding[] {
  const used = new Set<DesiredWaiver>()
  const valid = waivers.filter(({ expires }) => expires >= today)
  const marked = findings.flatMap((one) => split(one, valid, used))
  return [...marked, ...waivers.flatMap((waiver) => aboutWaiver(waiver, used.has(waiver), today))]
}

function split(
  finding: CheckFinding,
  waivers: readonly DesiredWaiver[],
  used: Set<DesiredWaiver>,
): readonly CheckFinding[] {
  let rest = finding.groups
  const parts: CheckFinding[] = []
  for (const waiver of waivers) {
    if (waiver.rule !== finding.code || !waivable.test(finding.code)) continue
    const matches = matcher(waiver.groupGlob)
    const isWhole = finding.groups.length === 0 && waiver.groupGlob === '*'
    const groups = rest.filter(matches)
    if (groups.length === 0 && !isWhole) continue
    used.add(waiver)
    const { expires, owner, reason } = waiver
    parts.push({ ...finding, groups, waiver: { expires, owner, reason } })
    if (isWhole) return parts
    rest = rest.filter((name) => !matches(name))
  }
  if (parts.length === 0) return [finding]
  return rest.length === 0 ? parts : [{ ...finding, groups: rest }, ...parts]
}

function matcher(glob: string): (name: string) => boolean {
  const literal = glob.split('*').map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const form = new RegExp(`^${literal.join('.*')}$`)
  return (name) => form.test(name)
}

function aboutWaiver(
  { expires, groupGlob, location, owner, reason, rule }: DesiredWaiver,
  isUsed: boolean,
  today: string,
): readonly CheckFinding[] {
  const about = { groups: [], location, path: 'waivers' }
  if (!waivable.test(rule) || !findingCodes().includes(rule)) {
    const near = nearest(
      rule,
      findingCodes().filter((code) => waivable.test(code)),
    )
    return [
      {
        ...about,
        code: 'check/waiver-unknown-rule',
        severity: 'error',
        message: `${rule} is no finding that can be waived`,
        remedy: near === undefined ? 'docs/rules.md lists them.' : `Did you mean ${near}?`,
      },
    ]
  }
  if (expires < today) {
    return [
      {
        ...about,
        code: 'check/waiver-expired',
        severity: 'warning',
        message: `the waiver of ${rule} ended on ${expires} and hides nothing any more (${owner}: ${reason})`,
        remedy: 'Mend what it hid, or have its owner give it another day.',
      },
    ]
  }
  if (isUsed) return []
  const scope = groupGlob === '*' ? '' : ` in groups ${groupGlob}`
  return [
    {
      ...about,
      code: 'check/waiver-unused',
      severity: 'info',
      message: `nothing is found that the waiver of ${rule}${scope} would hide`,
      remedy: 'Remove it.',
    },
  ]
}
