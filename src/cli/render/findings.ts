/** Findings as text: place, code, message, remedy. Cli layer, pure. */

import type { Finding } from '../../world/finding.ts'

/** Findings that stop nothing, each with its severity. */
export function warningsText(findings: readonly Finding[]): string {
  return findings.map((one) => blockOf(one, `${one.severity}: `)).join('')
}

function blockOf({ code, location, message, remedy }: Finding, word = ''): string {
  const place =
    location === undefined ? '' : `${location.file}:${location.line}:${location.column}  `
  return `${place}${word}${code}  ${message}\n    ${remedy}\n`
}

/** One block per finding and a line that counts them. */
export function findingsText(findings: readonly Finding[]): string {
  const blocks = findings.map((one) => blockOf(one))
  const count = findings.filter((one) => one.severity === 'error').length
  return `${blocks.join('')}${count} ${count === 1 ? 'error' : 'errors'}\n`
}
