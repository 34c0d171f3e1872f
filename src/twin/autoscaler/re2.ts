/** Go's regular expressions, as far as JavaScript can match them. Twin layer, pure. */

/** Look-around, back-references and possessive quantifiers, which RE2 does not have, whatever JavaScript says. */
const notRe2 = /\(\?(?:[=!]|<[=!])|\\[1-9]|\\[Zh]|[*+?}]\+/

/** Undefined for what Go would not compile. Flags are understood at the start only. */
export function compileRe2(source: string): RegExp | undefined {
  const literal = source.replace(/\\Q(.*?)(?:\\E|$)/g, (_, text: string) => escaped(text))
  if (notRe2.test(literal)) return undefined
  const [, letters = '', body = ''] = /^(?:\(\?([imsU]+)\))?([\s\S]*)$/.exec(literal) ?? []
  const translated = body
    .replaceAll('(?P<', '(?<')
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$')
    .replace(/\\([pP])([A-Z])(?![a-z])/g, '\\$1{$2}')
  // `U` swaps greedy and lazy, which changes nothing about whether there is a match.
  const flags = letters.replace('U', '') + (/\\[pP]\{/.test(translated) ? 'u' : '')
  try {
    return new RegExp(translated, flags)
  } catch {
    return undefined
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
