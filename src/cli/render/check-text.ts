/** Findings of `check` as text. Cli layer, pure. */

import type { CheckFinding } from '../../check/check-finding.ts'
import type { FindingSeverity } from '../../world/finding.ts'

/** Names shown of a finding that many groups share. */
const namesMax = 3

/** One block per finding that is not waived, then a line that counts. */
export function checkText(findings: readonly CheckFinding[]): string {
  const open = findings.filter((one) => one.waiver === undefined)
  return `${open.map(block).join('')}${countsText(findings)}\n`
}

function block({ aws, code, groups, location, message, remedy, severity }: CheckFinding): string {
  const place =
    location === undefined ? '' : `${location.file}:${location.line}:${location.column}  `
  const lines = [`${place}${severity}  ${code}  ${message}`, `    ${remedy}`]
  if (aws !== undefined) lines.push(`    AWS would say: ${answerText(aws)}`)
  const isFile = groups.length === 1 && groups[0] === location?.file
  if (groups.length > 0 && !isFile) lines.push(`    ${groupsText(groups)}`)
  return `${lines.join('\n')}\n`
}

function answerText({ code, text }: NonNullable<CheckFinding['aws']>): string {
  return [code, text].filter((one) => one !== '').join(': ')
}

/** `in 180 groups: a/x, a/y, a/z, ...`; one group by its name alone. */
export function groupsText(groups: readonly string[]): string {
  const shown = groups.slice(0, namesMax).join(', ')
  if (groups.length === 1) return `in ${shown}`
  return `in ${groups.length} groups: ${shown}${groups.length > namesMax ? ', ...' : ''}`
}

/** `2 errors, 1 warning, 0 infos; 3 waived`. */
function countsText(findings: readonly CheckFinding[]): string {
  const open = findings.filter((one) => one.waiver === undefined)
  const of = (severity: FindingSeverity): string => {
    const count = open.filter((one) => one.severity === severity).length
    return `${count} ${severity}${count === 1 ? '' : 's'}`
  }
  const waivedCount = findings.length - open.length
  const counts = [of('error'), of('warning'), of('info')].join(', ')
  return waivedCount === 0 ? counts : `${counts}; ${waivedCount} waived`
}
