/** Lines of the shell scripts in user data. Check layer, pure. */

import { scriptsOf, type UserDataFacts } from './user-data-facts.ts'

/** The first line that matches and is no comment; lines that go on with `\` count as one. */
export function matchingLine(
  userData: UserDataFacts,
  form: RegExp,
): { readonly line: number; readonly text: string } | undefined {
  for (const { body, line } of scriptsOf(userData)) {
    const lines = body.split('\n')
    for (let at = 0; at < lines.length; at += 1) {
      const first = at
      let text = lines[at] ?? ''
      while (text.endsWith('\\') && at + 1 < lines.length) {
        at += 1
        text = `${text.slice(0, -1)} ${lines[at] ?? ''}`
      }
      if (!/^\s*#/.test(text) && form.test(text)) return { line: line + first, text }
    }
  }
  return undefined
}

/** The line of the whole text in which a word stands first, from 1; 1 when it is nowhere. */
export function lineOf({ text }: UserDataFacts, word: string): number {
  const at = text.indexOf(word)
  return at < 0 ? 1 : text.slice(0, at).split('\n').length
}
