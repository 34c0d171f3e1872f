/** Rows in columns, and how old a release is in words. Cli layer, pure. */

import type { ReleaseAge } from '../../nodes/ami-releases.ts'

/** Columns wider than this do not push the next one away. */
const columnMax = 76

/** Two spaces before each row and between columns. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.min(columnMax, Math.max(...rows.map((row) => (row[column] ?? '').length))),
  )
  const lines = rows.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '),
  )
  return lines
    .map((line) => `  ${line}`.trimEnd())
    .join('\n')
    .concat('\n')
}

/** What says which release is the newest. */
export function sourceText(tableAsOf: string | undefined): string {
  return tableAsOf === undefined ? 'SSM' : `the table of ${tableAsOf}`
}

/** How far a release is behind, against what was compared with. */
export function ageText(age: ReleaseAge, tableAsOf: string | undefined): string {
  const against = sourceText(tableAsOf)
  const unknown = age.isListed ? '' : '; the table does not list it'
  if (age.behindCount === 0) return `the newest by ${against}${unknown}`
  const releases = `${age.behindCount} ${age.behindCount === 1 ? 'release' : 'releases'}`
  const days = `${age.behindDays} ${age.behindDays === 1 ? 'day' : 'days'}`
  return `${releases} and ${days} behind ${age.newest.releaseVersion} by ${against}${unknown}`
}
