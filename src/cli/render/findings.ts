/** Findings as text: place, code, message, remedy. Cli layer, pure. */

import type { Finding } from '../../world/finding.ts'

/** One block per finding and a line that counts them. */
export function findingsText(findings: readonly Finding[]): string {
  const blocks = findings.map(({ code, location, message, remedy }) => {
    const place =
      location === undefined ? '' : `${location.file}:${location.line}:${location.column}  `
    return `${place}${code}  ${message}\n    ${remedy}\n`
  })
  const count = findings.filter((one) => one.severity === 'error').length
  return `${blocks.join('')}${count} ${count === 1 ? 'error' : 'errors'}\n`
}
