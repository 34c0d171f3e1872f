/** Unknown and duplicate fields: refused, warned about, or dropped in silence. Twin layer, pure. */

import type { WriteOptions } from './options.ts'

/** Warnings beyond this are not sent; a header has its limits. */
const warningsMax = 64

/** Warning headers of an answer. */
export function warningHeaders(
  texts: readonly string[],
): Readonly<Record<string, readonly string[]>> {
  if (texts.length === 0) return {}
  const values = texts.slice(0, warningsMax).map((text) => `299 - "${escaped(text)}"`)
  return { warning: values }
}

/** Header values are printable ASCII. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 2000)
}

/** Texts to warn about. @throws what `refuse` makes of them when validation is Strict. */
export function judgeNotes(
  notes: readonly string[],
  validation: WriteOptions['validation'],
  refuse: (why: string) => Error,
): readonly string[] {
  if (notes.length === 0 || validation === 'Ignore') return []
  if (validation === 'Strict') throw refuse(`strict decoding error: ${notes.join(', ')}`)
  return notes.map((one) => one)
}
