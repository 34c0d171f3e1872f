/** One verdict for each line of the input, also for those that say nothing. Nodes layer. */

import type { Section, Sections } from './sections.ts'
import type { State } from './state.ts'
import type { ConvertedLine, Verdict } from './verdict.ts'

/** Everything that decides over a line that no command has spoken for. */
interface Account extends Pick<Sections, 'sections' | 'boundary' | 'closedAtLine'> {
  readonly text: string
  readonly hasResult: boolean
  readonly state: State
}

/** All lines in order; the empty one behind the last line break is none. */
export function accountedLines(account: Account): readonly ConvertedLine[] {
  const lines = account.text.replace(/\n$/, '').split('\n')
  const verdicts = lines.map((text, index) => verdictOf(text, index + 1, account))
  return lines.map((text, index) => {
    const line = index + 1
    const own = verdicts[index] ?? fromNext(lines, verdicts, index)
    return { line, verdict: own.verdict, text, why: own.why }
  })
}

interface Note {
  readonly verdict: Verdict
  readonly why: string
}

function verdictOf(text: string, line: number, account: Account): Note | undefined {
  const { boundary, closedAtLine, sections, state } = account
  const isMime = boundary !== undefined
  const known = state.notes.of(line)
  if (known !== undefined) return known
  if (closedAtLine !== undefined && line > closedAtLine) {
    return { verdict: 'dropped', why: 'behind the closing boundary nobody reads on' }
  }
  const section = sectionOf(line, sections)
  const isBoundary = boundary !== undefined && text.trimEnd().replace(/--$/, '') === `--${boundary}`
  if (isBoundary || (isMime && (section === undefined || !isInside(line, section)))) {
    return envelope(account)
  }
  const { call } = state
  if (call !== undefined && line >= call.lines.firstLine && line <= call.lines.lastLine) {
    return { verdict: 'carried', why: 'the bootstrap of the node' }
  }
  if (text.trim() === '') return { verdict: 'dropped', why: 'an empty line' }
  if (section !== undefined && line === section.lineOffset + 1 && text.startsWith('#!')) {
    return shebang(section, account)
  }
  if (/^\s*#/.test(text)) return undefined
  return { verdict: 'dropped', why: 'it belongs to what stands around it' }
}

function sectionOf(line: number, sections: readonly Section[]): Section | undefined {
  return sections.findLast(({ lineOffset }) => line > lineOffset)
}

function isInside(line: number, { firstLine, lastLine }: Section): boolean {
  return line >= firstLine && line <= lastLine
}

function envelope({ hasResult, state }: Account): Note {
  return hasResult && state.target === 'AmazonLinux2023'
    ? { verdict: 'carried', why: 'the envelope is written anew' }
    : { verdict: 'dropped', why: 'the result needs no envelope' }
}

function shebang({ firstLine: first, lastLine: last }: Section, { state }: Account): Note {
  const stays = state.remaining.some(({ firstLine }) => firstLine >= first && firstLine <= last)
  return stays && state.target === 'AmazonLinux2023'
    ? { verdict: 'carried', why: 'the first line of the remaining script' }
    : { verdict: 'dropped', why: 'no script is left' }
}

/** A comment goes with the command below it. */
function fromNext(
  lines: readonly string[],
  verdicts: readonly (Note | undefined)[],
  index: number,
): Note {
  for (let next = index + 1; next < lines.length; next += 1) {
    const note = verdicts[next]
    if (note === undefined) continue
    const stays = note.verdict === 'carried' && /script|runs before|cloud-config/.test(note.why)
    return stays
      ? { verdict: 'carried', why: 'a comment' }
      : { verdict: 'dropped', why: 'a comment' }
  }
  return { verdict: 'dropped', why: 'a comment' }
}
