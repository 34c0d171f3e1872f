/** Simple commands of a shell script: assignments, words and redirections. Nodes layer, pure. */

import { readWord } from './read-word.ts'
import { type Reader, ShellFault } from './reader.ts'
import type { SimpleCommand } from './syntax.ts'
import type { Assignment, Redirect, Word } from './word-syntax.ts'

const redirection = /(\d{0,2}|\{\w+\})(<<<|<<-|<<|<>|<&|>>|>\||>&|&>>|&>|<|>)/y
const assignment = /([A-Za-z_]\w*)(\+?)=/y
const arrayAssignment = /([A-Za-z_]\w*)(\+?)=\(/y

/** Undefined when none begins here. */
export function readSimple(reader: Reader): SimpleCommand | undefined {
  const start = reader.at
  const assignments: Assignment[] = []
  const words: Word[] = []
  const redirects: Redirect[] = []
  let end = start
  for (;;) {
    reader.skipBlanks()
    const isProcess = /^[<>]\(/.test(reader.text.slice(reader.at, reader.at + 2))
    const redirect = isProcess ? undefined : readRedirect(reader)
    if (redirect !== undefined) redirects.push(redirect)
    else {
      // `declare NAME=(...)` assigns as well as a bare one.
      const found = words.length === 0 ? readAssignment(reader) : readArray(reader)
      if (found !== undefined) assignments.push(found)
      else {
        const word = readWord(reader)
        if (word === undefined) break
        words.push(word)
        if (words.length === 1 && /^\(\s*\)/.test(reader.text.slice(reader.at, reader.at + 20)))
          break
        if (isOpen(reader, word)) readTest(reader, words)
      }
    }
    end = reader.at
  }
  if (assignments.length + words.length + redirects.length === 0) return undefined
  const lines = {
    firstLine: reader.lineOf(start),
    lastLine: reader.lineOf(Math.max(start, end - 1)),
  }
  return { kind: 'simple', assignments, words, redirects, start, end, ...lines }
}

function isOpen(reader: Reader, word: Word): boolean {
  return reader.text.slice(word.start, word.end) === '[['
}

/** Words up to `]]`: operators are words there. */
function readTest(reader: Reader, words: Word[]): void {
  for (;;) {
    reader.skipBlanks()
    if (reader.isAtEnd) throw new ShellFault('[[ is never closed', reader.at)
    const start = reader.at
    const line = reader.lineOf(start)
    const sign = reader.match(/&&|\|\||[()<>|&;\n]/y)
    if (sign !== undefined) {
      reader.at += sign[0].length
      const parts = [{ kind: 'text' as const, text: sign[0], isQuoted: false }]
      if (sign[0] !== '\n') words.push({ parts, start, end: reader.at, line })
      continue
    }
    const word = readWord(reader)
    if (word === undefined) throw new ShellFault('[[ is never closed', reader.at)
    words.push(word)
    if (reader.text.slice(word.start, word.end) === ']]') return
  }
}

function readAssignment(reader: Reader): Assignment | undefined {
  const array = readArray(reader)
  if (array !== undefined) return array
  const found = reader.match(assignment)
  if (found === undefined) return undefined
  const line = reader.lineOf(reader.at)
  reader.at += found[0].length
  const start = reader.at
  const value = readWord(reader) ?? { parts: [], start, end: start, line }
  const [, name = '', plus] = found
  return { name, isAppended: plus === '+', values: [value], isArray: false, line }
}

function readArray(reader: Reader): Assignment | undefined {
  const found = reader.match(arrayAssignment)
  if (found === undefined) return undefined
  const start = reader.at
  reader.at += found[0].length
  const values: Word[] = []
  for (;;) {
    reader.skipBlanks()
    if (reader.char === '\n') reader.at += 1
    else if (reader.char === ')') break
    else {
      const word = readWord(reader)
      if (word === undefined) throw new ShellFault('an array is never closed', start)
      values.push(word)
    }
  }
  reader.at += 1
  const [, name = '', plus] = found
  return { name, isAppended: plus === '+', values, isArray: true, line: reader.lineOf(start) }
}

/** The redirection here; a here-document waits for the next line. */
export function readRedirect(reader: Reader): Redirect | undefined {
  const found = reader.match(redirection)
  if (found === undefined) return undefined
  const start = reader.at
  reader.at += found[0].length
  reader.skipBlanks()
  const target = readWord(reader)
  if (target === undefined) throw new ShellFault('a redirection has no target', start)
  const [, descriptor = '', operator = ''] = found
  const redirect: Redirect = {
    operator,
    descriptor: descriptor === '' ? undefined : descriptor,
    target,
    body: undefined,
  }
  if (operator === '<<' || operator === '<<-') {
    const source = reader.text.slice(target.start, target.end)
    reader.pending.push({
      redirect,
      delimiter: source.replaceAll(/\\([\s\S])|['"]/g, (_, letter = '') => letter),
      isQuoted: /['"\\]/.test(source),
      stripsTabs: operator === '<<-',
    })
  }
  return redirect
}
