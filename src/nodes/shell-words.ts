/** Words of a shell command, as a POSIX shell splits them; nothing is expanded. Nodes layer, pure. */

/**
 * The words of the simple command that begins at `start`: quotes and backslashes are removed, `$NAME`,
 * `$(...)` and backquotes stay as they stand. Ends at a line break, `;`, `&` or `|` outside quotes.
 */
export function shellWords(text: string, start = 0): readonly string[] {
  const words: string[] = []
  let word: string | undefined
  let at = start
  while (at < text.length) {
    const char = text[at] ?? ''
    if (/[\n;&|]/.test(char) || (char === '#' && word === undefined)) break
    if (char === ' ' || char === '\t') {
      if (word !== undefined) words.push(word)
      word = undefined
      at += 1
      continue
    }
    const [piece, end] = pieceAt(text, at)
    // A line continuation begins no word.
    if (piece !== '' || char !== '\\') word = (word ?? '') + piece
    at = end
  }
  if (word !== undefined) words.push(word)
  return words
}

/** What stands at a place, without its quoting, and where the next piece begins. */
function pieceAt(text: string, at: number): readonly [string, number] {
  const char = text[at] ?? ''
  if (char === "'") {
    const end = closing(text, "'", at + 1)
    return [text.slice(at + 1, end), end + 1]
  }
  if (char === '"') return doubleQuoted(text, at + 1)
  if (char === '\\') {
    const next = text[at + 1] ?? ''
    return [next === '\n' ? '' : next, at + 2]
  }
  if (char === '`') {
    const end = closing(text, '`', at + 1)
    return [text.slice(at, end + 1), end + 1]
  }
  if (text.startsWith('$(', at)) {
    const end = substitutionEnd(text, at + 2)
    return [text.slice(at, end), end]
  }
  return [char, at + 1]
}

function doubleQuoted(text: string, start: number): readonly [string, number] {
  let inner = ''
  let at = start
  while (at < text.length && text[at] !== '"') {
    const next = text[at + 1] ?? ''
    if (text[at] === '\\' && '$`"\\\n'.includes(next) && next !== '') {
      inner += next === '\n' ? '' : next
      at += 2
    } else if (text.startsWith('$(', at)) {
      const end = substitutionEnd(text, at + 2)
      inner += text.slice(at, end)
      at = end
    } else {
      inner += text[at]
      at += 1
    }
  }
  return [inner, at + 1]
}

function closing(text: string, quote: string, start: number): number {
  const end = text.indexOf(quote, start)
  return end < 0 ? text.length : end
}

/** Behind the parenthesis that closes one opened before `start`. */
function substitutionEnd(text: string, start: number): number {
  let depth = 1
  let at = start
  for (; at < text.length && depth > 0; at += 1) {
    if (text[at] === '(') depth += 1
    if (text[at] === ')') depth -= 1
  }
  return at
}

/** Single quotes for the shell; a quote inside is closed, escaped and opened again. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
