/** What became of each line of user data, and what a human must know. Cli layer, pure. */

import type { Conversion, Verdict } from '../../nodes/convert/verdict.ts'
import type { Finding } from '../../world/finding.ts'

const textWidth = 44

/** Lines, findings by their severity, a summary. `isPrinted` = the user data went to standard output. */
export function conversionText(
  { findings, lines }: Conversion,
  { isPrinted, note }: { readonly note: string | undefined; readonly isPrinted: boolean },
): string {
  const rows = lines.map(
    ({ line, text, verdict, why }) =>
      `${String(line).padStart(4)}  ${verdict.padEnd(8)}  ${shown(text).padEnd(textWidth)}  ${why}\n`,
  )
  const count = (verdict: Verdict): number => lines.filter((one) => one.verdict === verdict).length
  const blocks = findings.map(findingText)
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const sums = `${count('carried')} carried, ${count('dropped')} dropped, ${count('blocking')} blocking`
  const end =
    errors === 0
      ? ''
      : `${errors} ${errors === 1 ? 'finding needs' : 'findings need'} a human; ${printedText(isPrinted)}\n`
  const head = note === undefined ? '' : `${note}\n`
  const gap = rows.length > 0 && blocks.length > 0 ? '\n' : ''
  return `${head}${rows.join('')}${gap}${blocks.join('')}\nlines: ${sums}\n${end}`
}

function printedText(isPrinted: boolean): string {
  if (isPrinted) return 'the printed user data is incomplete'
  return 'no user data is printed (--incomplete prints it all the same)'
}

function findingText({ code, location, message, remedy, severity }: Finding): string {
  const place = location === undefined ? '' : `${location.file}:${location.line}  `
  return `${severity.padEnd(7)}  ${place}${code}  ${message}\n         ${remedy}\n`
}

/** One line without tabs, cut where the column ends. */
function shown(text: string): string {
  const flat = text.replaceAll('\t', '  ')
  return flat.length > textWidth ? `${flat.slice(0, textWidth - 3)}...` : flat
}
