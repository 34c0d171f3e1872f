/** A shell script from its text: lists, pipelines, conditions and blocks. Nodes layer, pure. */

import { readCompound } from './read-compound.ts'
import { readSimple } from './read-simple.ts'
import { heredocParts } from './read-word.ts'
import { Reader, ShellFault } from './reader.ts'
import type { Command, Pipeline, ShellScript, Statement } from './syntax.ts'

/** Never throws: what cannot be read is named by its first line, what stands before it is kept. */
export function readShell(text: string): ShellScript {
  const reader = new Reader(text)
  const statements: Statement[] = []
  try {
    readStatements(reader, [], statements)
    if (!reader.isAtEnd)
      throw new ShellFault(`${JSON.stringify(reader.char)} is not expected`, reader.at)
    return { text, statements: untangled(statements), fault: undefined }
  } catch (error) {
    if (!(error instanceof ShellFault)) throw error
    const kept = untangled(statements)
    return {
      text,
      statements: kept,
      fault: { line: firstUnread(text, kept), message: error.message },
    }
  }
}

/** The line on which the command begins that could not be read: all of it is lost, not its end only. */
function firstUnread(text: string, kept: readonly Statement[]): number {
  const lines = text.replace(/\n$/, '').split('\n')
  const last = kept.at(-1)?.lastLine ?? 0
  const index = lines.findIndex((line, at) => at >= last && !/^\s*(?:#|$)/.test(line))
  return index < 0 ? lines.length : index + 1
}

/** Up to a reserved word of `ends`, a closing sign, or the end; what was read stays when it throws. */
export function readStatements(
  reader: Reader,
  ends: readonly string[],
  into: Statement[] = [],
): Statement[] {
  return reader.nested(() => {
    for (;;) {
      skipLines(reader)
      if (reader.isAtEnd || reader.char === ')' || reader.startsWith(';;')) return into
      if (ends.some((end) => isReserved(reader, end))) return into
      into.push(readStatement(reader))
    }
  })
}

function readStatement(reader: Reader): Statement {
  const start = reader.at
  const items: Statement['items'][number][] = [{ operator: '', pipeline: readPipeline(reader) }]
  for (;;) {
    reader.skipBlanks()
    const operator = reader.startsWith('&&') ? '&&' : reader.startsWith('||') ? '||' : ''
    if (operator === '') break
    reader.at += 2
    skipLines(reader)
    items.push({ operator, pipeline: readPipeline(reader) })
  }
  let end = lastEnd(items)
  const isBackground = reader.char === '&' && !reader.startsWith('&&')
  if (isBackground) end = reader.at + 1
  if (isBackground || (reader.char === ';' && !reader.startsWith(';;'))) reader.at += 1
  const hasHeredoc = reader.pending.length > 0
  const firstLine = reader.lineOf(start)
  let lastLine = reader.lineOf(Math.max(start, end - 1))
  reader.skipBlanks()
  if (hasHeredoc && (reader.char === '\n' || reader.isAtEnd)) {
    skipLines(reader, 1)
    end = Math.max(end, reader.at - (reader.text[reader.at - 1] === '\n' ? 1 : 0))
    lastLine = reader.lineOf(end)
  }
  return { items, isBackground, start, end, firstLine, lastLine }
}

function lastEnd(items: Statement['items']): number {
  return items.at(-1)?.pipeline.end ?? 0
}

/** A statement whose here-document begins behind another one of the same line belongs to that one. */
function untangled(statements: readonly Statement[]): readonly Statement[] {
  const all: Statement[] = []
  for (const one of statements) {
    const last = all.at(-1)
    const isTangled =
      last !== undefined && one.firstLine <= last.lastLine && one.lastLine > one.firstLine
    if (isTangled) {
      const items = [
        ...last.items,
        ...one.items.map((item) => ({ ...item, operator: '&&' as const })),
      ]
      all[all.length - 1] = { ...last, items, end: one.end, lastLine: one.lastLine }
    } else all.push(one)
  }
  return all
}

function readPipeline(reader: Reader): Pipeline {
  reader.skipBlanks()
  const start = reader.at
  let isNegated = false
  while (reader.char === '!' && /\s/.test(reader.text[reader.at + 1] ?? '')) {
    isNegated = !isNegated
    reader.at += 1
    reader.skipBlanks()
  }
  const commands: Command[] = [readCommand(reader)]
  for (;;) {
    reader.skipBlanks()
    if (reader.char !== '|' || reader.startsWith('||')) break
    reader.at += reader.startsWith('|&') ? 2 : 1
    skipLines(reader)
    commands.push(readCommand(reader))
  }
  const end = commands.at(-1)?.end ?? start
  const lines = {
    firstLine: reader.lineOf(start),
    lastLine: reader.lineOf(Math.max(start, end - 1)),
  }
  return { isNegated, commands, start, end, ...lines }
}

const closers = ['then', 'else', 'elif', 'fi', 'do', 'done', 'esac', '}']

function readCommand(reader: Reader): Command {
  reader.skipBlanks()
  const stray = closers.find((word) => isReserved(reader, word))
  if (stray !== undefined) throw new ShellFault(`${stray} is not expected`, reader.at)
  const found = readCompound(reader) ?? readSimple(reader)
  if (found === undefined) {
    const what = reader.isAtEnd ? 'a command is missing at the end' : 'a command is missing here'
    throw new ShellFault(what, reader.at)
  }
  return found
}

/** Blanks, comments and line breaks; at most `max` of the latter. */
export function skipLines(reader: Reader, max = Number.POSITIVE_INFINITY): void {
  let count = 0
  reader.skipBlanks()
  while (reader.char === '\n' && count < max) {
    reader.newLine(heredocParts)
    count += 1
    if (count < max) reader.skipBlanks()
  }
}

/** Whether a reserved word stands here as a whole word. */
export function isReserved(reader: Reader, word: string): boolean {
  if (!reader.startsWith(word)) return false
  return /^(?:[\s;&|<>()]|$)/.test(
    reader.text.slice(reader.at + word.length, reader.at + word.length + 1),
  )
}
