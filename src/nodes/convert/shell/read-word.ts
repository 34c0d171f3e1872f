/** Words of a shell script: quotes, expansions and what they hold. Nodes layer, pure. */

import { dollarPart, literalParts, singleQuoted, substitutionEnd } from './read-expansion.ts'
import { Reader, ShellFault } from './reader.ts'
import type { Word, WordPart } from './word-syntax.ts'

const plain = /[^\s;&|<>()'"\\$`]+/y
const quotedPlain = /[^"\\$`]+/y

/** The word here; undefined when an operator, a line break or the end stands here. */
export function readWord(reader: Reader): Word | undefined {
  const start = reader.at
  const parts: WordPart[] = []
  while (!reader.isAtEnd) {
    const part = partHere(reader, parts.length === 0)
    if (part === undefined) break
    parts.push(...part)
  }
  if (reader.at === start) return undefined
  return { parts: joined(parts), start, end: reader.at, line: reader.lineOf(start) }
}

function partHere(reader: Reader, isFirst: boolean): readonly WordPart[] | undefined {
  const { char } = reader
  if (reader.startsWith('\\\n')) {
    reader.at += 2
    return []
  }
  const bare = reader.match(plain)
  if (bare !== undefined) {
    reader.at += bare[0].length
    return [{ kind: 'text', text: bare[0], isQuoted: false }]
  }
  if (char === "'") return singleQuoted(reader)
  if (char === '"') return doubleQuoted(reader)
  if (char === '\\') {
    const text = reader.text.slice(reader.at + 1, reader.at + 2)
    reader.at = Math.min(reader.at + 2, reader.text.length)
    return [{ kind: 'text', text, isQuoted: true }]
  }
  if (char === '$' || char === '`') {
    if (reader.startsWith('$"')) {
      reader.at += 1
      return doubleQuoted(reader)
    }
    return dollarPart(reader, false, operandParts)
  }
  if (isFirst && /^[<>]\($/.test(reader.text.slice(reader.at, reader.at + 2))) {
    const start = reader.at
    reader.at = substitutionEnd(reader, reader.at + 2)
    return [{ kind: 'opaque', source: reader.text.slice(start, reader.at), isQuoted: false }]
  }
  return undefined
}

function doubleQuoted(reader: Reader): readonly WordPart[] {
  const start = reader.at
  reader.at += 1
  // Quotes without content are a word too.
  const parts: WordPart[] = [{ kind: 'text', text: '', isQuoted: true }]
  while (reader.char !== '"') {
    if (reader.isAtEnd) throw new ShellFault('a double quote is never closed', start)
    parts.push(...quotedPart(reader, '$`"\\'))
  }
  reader.at += 1
  return parts
}

/** A piece inside double quotes or a here-document; `escapable` follow a backslash. */
function quotedPart(reader: Reader, escapable: string): readonly WordPart[] {
  const bare = reader.match(quotedPlain)
  if (bare !== undefined) {
    reader.at += bare[0].length
    return [{ kind: 'text', text: bare[0], isQuoted: true }]
  }
  const { char } = reader
  if (char === '\\') {
    const next = reader.text[reader.at + 1] ?? ''
    const isEscape = next !== '' && escapable.includes(next)
    reader.at += next === '' ? 1 : 2
    if (next === '\n') return []
    return [{ kind: 'text', text: isEscape ? next : `\\${next}`, isQuoted: true }]
  }
  if (char === '$' || char === '`') return dollarPart(reader, true, operandParts)
  reader.at += 1
  return [{ kind: 'text', text: char, isQuoted: true }]
}

/** The text of a here-document; in a quoted one, and of quotes in any, all are letters. */
export function heredocParts(text: string, isQuoted: boolean): readonly WordPart[] {
  if (isQuoted) return joined(literalParts(text))
  const reader = new Reader(text)
  const parts: WordPart[] = []
  while (!reader.isAtEnd) parts.push(...quotedPart(reader, '$`\\'))
  return joined(parts)
}

/** What stands behind `:-` and the like: a word in which blanks and operators are letters. */
function operandParts(text: string, isQuoted: boolean): readonly WordPart[] {
  const reader = new Reader(text)
  const parts: WordPart[] = []
  if (isQuoted) {
    while (!reader.isAtEnd) {
      // Quotes inside the braces are quotes of their own.
      if (reader.char === '"') reader.at += 1
      else parts.push(...quotedPart(reader, '$`"\\'))
    }
    return joined(parts)
  }
  while (!reader.isAtEnd) {
    const part = partHere(reader, false)
    if (part !== undefined) parts.push(...part)
    else {
      parts.push({ kind: 'text', text: reader.char, isQuoted: false })
      reader.at += 1
    }
  }
  return joined(parts)
}

/** Neighbouring texts of one kind become one. */
function joined(parts: readonly WordPart[]): readonly WordPart[] {
  const all: WordPart[] = []
  for (const part of parts) {
    const last = all.at(-1)
    if (part.kind === 'text' && last?.kind === 'text' && part.isQuoted === last.isQuoted) {
      all[all.length - 1] = { ...last, text: last.text + part.text }
    } else all.push(part)
  }
  return all
}
