/** Findings of `check` as annotations of GitHub Actions. Cli layer, pure. */

import type { CheckFinding } from '../../check/check-finding.ts'
import { groupsText } from './check-text.ts'

const commands = { error: 'error', info: 'notice', warning: 'warning' } as const

/** One workflow command a line; waived findings are left out. */
export function checkGithub(findings: readonly CheckFinding[]): string {
  return findings
    .filter((one) => one.waiver === undefined)
    .map((one) => `${command(one)}\n`)
    .join('')
}

function command({ code, groups, location, message, remedy, severity }: CheckFinding): string {
  const properties = {
    ...(location === undefined
      ? {}
      : { file: location.file, line: location.line, col: location.column }),
    title: code,
  }
  const list = Object.entries(properties).map(([key, value]) => `${key}=${property(String(value))}`)
  const lines = [message, remedy, ...(groups.length === 0 ? [] : [groupsText(groups)])]
  return `::${commands[severity]} ${list.join(',')}::${data(lines.join('\n'))}`
}

/** As actions/toolkit escapes the text of a command. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

/** As actions/toolkit escapes a property of a command. */
function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
