/** Blocked objects as text. Cli layer, pure. */

import type { ReportedBlocker } from '../../run/blocked.ts'

/** Blocked objects listed before the rest is counted. */
const listedMax = 48

/** What needs a human: code, object, reason, remedy and a command. */
export function blockedText(blocked: readonly ReportedBlocker[]): string {
  if (blocked.length === 0) return ''
  const shown = blocked.slice(0, listedMax)
  const lines = shown.map(({ code, command, node, object, owner, reason, remedy }) => {
    const where = [owner, node].filter((one) => one !== undefined).join(', ')
    const place = where === '' ? '' : ` (${where})`
    const hint = command === undefined ? '' : `      $ ${command}\n`
    return `  ${code}  ${object}${place} ${reason}\n      ${remedy}\n${hint}`
  })
  const more =
    blocked.length > shown.length
      ? `  and ${blocked.length - shown.length} more (-o json lists all)\n`
      : ''
  return `\nblocked (${blocked.length}):\n${lines.join('')}${more}`
}
