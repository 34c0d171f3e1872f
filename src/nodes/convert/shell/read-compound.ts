/** Compound commands of a shell script: conditions, groups, loops, functions. Nodes layer, pure. */

import { isReserved, readStatements, skipLines } from './read-script.ts'
import { readRedirect } from './read-simple.ts'
import { readWord } from './read-word.ts'
import { type Reader, ShellFault } from './reader.ts'
import type { BlockCommand, Command, GroupCommand, IfCommand, SimpleCommand } from './syntax.ts'
import type { Redirect } from './word-syntax.ts'

type Compound = Exclude<Command, SimpleCommand>
/** A command without its place, which the caller knows. */
type Unplaced =
  | Omit<IfCommand, 'start' | 'end' | 'firstLine' | 'lastLine'>
  | Omit<GroupCommand, 'start' | 'end' | 'firstLine' | 'lastLine'>
  | Omit<BlockCommand, 'start' | 'end' | 'firstLine' | 'lastLine'>

const functionHead =
  /(?:function[ \t]+([^\s(){}]+)(?:[ \t]*\([ \t]*\))?|([A-Za-z_][\w-]*)[ \t]*\([ \t]*\))\s*(?=[{(])/y
const arithmetic = /\(\((?:[^()]|\([^()]*\))*\)\)/y

/** Undefined when none begins here. */
export function readCompound(reader: Reader): Compound | undefined {
  const start = reader.at
  const read = readerOf(reader)
  if (read === undefined) return undefined
  return reader.nested(() => {
    const found = read(reader)
    const redirects: Redirect[] = []
    reader.skipBlanks()
    for (let one = readRedirect(reader); one !== undefined; one = readRedirect(reader)) {
      redirects.push(one)
      reader.skipBlanks()
    }
    const end = trimmedEnd(reader, start)
    const lines = {
      firstLine: reader.lineOf(start),
      lastLine: reader.lineOf(Math.max(start, end - 1)),
    }
    const placed = { ...found, start, end, ...lines }
    return placed.kind === 'group' ? { ...placed, redirects } : placed
  })
}

/** Blanks and a comment behind the last word do not belong to the command. */
function trimmedEnd(reader: Reader, start: number): number {
  let end = reader.at
  while (end > start && /[ \t]/.test(reader.text[end - 1] ?? '')) end -= 1
  const lineStart = reader.text.lastIndexOf('\n', end - 1) + 1
  const tail = reader.text.slice(Math.max(start, lineStart), end)
  const comment = /\s#[^\n]*$/.exec(tail)
  return comment === null ? end : end - comment[0].length
}

function readerOf(reader: Reader): ((reader: Reader) => Unplaced) | undefined {
  if (isReserved(reader, 'if')) return readIf
  if (reader.match(functionHead) !== undefined) return readFunction
  if (isReserved(reader, '{') || reader.char === '(') return readGroup
  for (const keyword of ['while', 'until', 'for', 'select'] as const) {
    if (isReserved(reader, keyword)) return (one) => readLoop(one, keyword)
  }
  return isReserved(reader, 'case') ? readCase : undefined
}

function expectWord(reader: Reader, word: string): void {
  skipLines(reader)
  if (!isReserved(reader, word)) throw new ShellFault(`${word} is missing`, reader.at)
  reader.at += word.length
}

function readIf(reader: Reader): Unplaced {
  const branches: IfCommand['branches'][number][] = []
  reader.at += 'if'.length
  for (;;) {
    const condition = readStatements(reader, ['then'])
    expectWord(reader, 'then')
    const body = readStatements(reader, ['elif', 'else', 'fi'])
    branches.push({ condition, body })
    if (!isReserved(reader, 'elif')) break
    reader.at += 'elif'.length
  }
  let otherwise: IfCommand['otherwise']
  if (isReserved(reader, 'else')) {
    reader.at += 'else'.length
    otherwise = readStatements(reader, ['fi'])
  }
  expectWord(reader, 'fi')
  return { kind: 'if', branches, otherwise }
}

function readGroup(reader: Reader): Unplaced {
  const numbers = reader.match(arithmetic)
  if (numbers !== undefined) {
    reader.at += numbers[0].length
    return { kind: 'group', isSubshell: true, body: [], redirects: [] }
  }
  const isSubshell = reader.char === '('
  reader.at += 1
  const body = readStatements(reader, isSubshell ? [] : ['}'])
  if (isSubshell) {
    closeParenthesis(reader, 'a parenthesis is never closed')
  } else expectWord(reader, '}')
  return { kind: 'group', isSubshell, body, redirects: [] }
}

function closeParenthesis(reader: Reader, message: string): void {
  if (reader.char !== ')') throw new ShellFault(message, reader.at)
  reader.at += 1
}

function readFunction(reader: Reader): Unplaced {
  const found = reader.match(functionHead)
  reader.at += found?.[0].length ?? 0
  readGroup(reader)
  return { kind: 'block', keyword: 'function', name: found?.[1] ?? found?.[2] ?? '' }
}

function readLoop(reader: Reader, keyword: 'while' | 'until' | 'for' | 'select'): Unplaced {
  reader.at += keyword.length
  reader.skipBlanks()
  if (keyword === 'while' || keyword === 'until') readStatements(reader, ['do'])
  else {
    const head = reader.match(arithmetic)
    if (head !== undefined) reader.at += head[0].length
    else while (readWord(reader) !== undefined) reader.skipBlanks()
    if (reader.char === ';') reader.at += 1
  }
  expectWord(reader, 'do')
  readStatements(reader, ['done'])
  expectWord(reader, 'done')
  return { kind: 'block', keyword, name: '' }
}

function readCase(reader: Reader): Unplaced {
  reader.at += 'case'.length
  reader.skipBlanks()
  readWord(reader)
  expectWord(reader, 'in')
  for (;;) {
    skipLines(reader)
    if (isReserved(reader, 'esac')) break
    if (reader.char === '(') reader.at += 1
    for (;;) {
      reader.skipBlanks()
      if (readWord(reader) === undefined) throw new ShellFault('a pattern is missing', reader.at)
      reader.skipBlanks()
      if (reader.char !== '|') break
      reader.at += 1
    }
    closeParenthesis(reader, 'a pattern has no parenthesis')
    readStatements(reader, ['esac'])
    const end = reader.match(/;;&|;;|;&/y)
    if (end !== undefined) reader.at += end[0].length
  }
  expectWord(reader, 'esac')
  return { kind: 'block', keyword: 'case', name: '' }
}
