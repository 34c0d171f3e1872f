/** cloud-config in old user data: its commands and files, and what stays of it. Nodes layer. */

import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml'
import { isAcyclic } from '../acyclic.ts'
import { shellQuoted } from '../shell-words.ts'
import { noteOutcome } from './note-outcome.ts'
import { blocking } from './outcome.ts'
import type { Section } from './sections.ts'
import { readShell } from './shell/read-script.ts'
import type { State } from './state.ts'
import type { Lines } from './state-parts.ts'
import { walkScript } from './walk.ts'
import { writeFile } from './written-files.ts'

/** What is left, or undefined when nothing is. */
export interface RemainingConfig {
  readonly body: string | undefined
}

interface Reading {
  readonly document: Document
  readonly counter: LineCounter
  readonly section: Section
  readonly state: State
}

/** Walks the commands, takes the files for what they mean, and removes both from the document. */
export function readCloudConfig(section: Section, state: State): RemainingConfig {
  const counter = new LineCounter()
  const document = parseDocument(section.body, { lineCounter: counter, logLevel: 'silent' })
  if (!isSound(document)) {
    const why = 'the cloud-config is not a YAML map'
    const remedy = 'Mend the YAML; quote placeholders of a template.'
    noteOutcome(blocking('convert/cloud-config', why, remedy), section, state)
    return { body: undefined }
  }
  const reading = { document, counter, section, state }
  readFiles(reading)
  for (const key of ['bootcmd', 'runcmd']) readCommands(key, reading)
  return leftOver(reading)
}

/** A map whose aliases all have an anchor, and few enough of them. */
function isSound(document: Document.Parsed): boolean {
  if (document.errors.length > 0 || !isMap(document.contents)) return false
  try {
    return isAcyclic(document.toJS({ maxAliasCount: 20 }))
  } catch {
    return false
  }
}

function readFiles(reading: Reading): void {
  const { document, state } = reading
  const files = document.get('write_files')
  if (!isSeq(files)) return
  const kept = files.items.filter((item) => {
    if (!isMap(item)) return true
    const [path, content] = [item.get('path'), item.get('content')]
    if (typeof path !== 'string' || typeof content !== 'string') return true
    if (item.get('encoding') !== undefined) return true
    const lines = linesOf(item as Node, reading)
    const written = { path, content, isAppended: item.get('append') === true }
    const outcome = writeFile(written, lines, state)
    const node = item.get('content', true)
    if (isScalar(node)) rememberPlace(path, node as Node, reading)
    if (outcome.verdict === 'script') return true
    noteOutcome(outcome, lines, state)
    return false
  })
  setList('write_files', kept, reading)
}

/** What runs a file can be told line by line when its content stands so. */
function rememberPlace(path: string, node: Node, reading: Reading): void {
  const { state } = reading
  const file = state.files.get(path)
  const contentLine = literalLine(node, reading)
  if (file !== undefined && contentLine !== undefined)
    state.files.set(path, { ...file, contentLine })
}

/** Where a text begins that stands line by line in the document, behind its `|`; undefined for others. */
function literalLine(node: Node, { counter, section }: Reading): number | undefined {
  const start = node.range?.[0] ?? 0
  if (!section.isPlain || !isScalar(node) || section.body[start] !== '|') return undefined
  return counter.linePos(start).line + 1 + section.lineOffset
}

function readCommands(key: string, reading: Reading): void {
  const { document, state } = reading
  const list = document.get(key)
  if (!isSeq(list)) return
  for (const item of list.items) {
    const node = item as Node
    const lines = linesOf(node, reading)
    const text = commandText(node)
    if (text === undefined) {
      const why = 'a command of the list is neither a text nor a list of words'
      noteOutcome(blocking('convert/cloud-config', why, 'Mend or delete it.'), lines, state)
    } else runText(text, { lines, contentLine: literalLine(node, reading) }, state)
  }
  document.delete(key)
}

/** A list is a command word by word, a text is shell. */
function commandText(node: Node): string | undefined {
  if (isScalar(node)) return String(node.value ?? '')
  if (!isSeq(node)) return undefined
  const words = node.items.map((item) => (isScalar(item) ? String(item.value ?? '') : undefined))
  if (words.includes(undefined)) return undefined
  // Marks stay outside of quotes that would hide names from a template.
  return words
    .map((word) => (/^[\w/.:=,@+-]+$/.test(word ?? '') ? word : shellQuoted(word ?? '')))
    .join(' ')
}

/** Walks a command; a file of the document that it runs is walked in its place. */
function runText(
  text: string,
  at: { readonly lines: Lines; readonly contentLine: number | undefined },
  state: State,
): void {
  const path = runPath.exec(text)?.[1]
  const file = path === undefined ? undefined : state.files.get(path)
  if (path === undefined || file === undefined || !/^#!.*sh\b/.test(file.content)) {
    walkAt(text, at, state)
    return
  }
  const { firstLine, lastLine } = at.lines
  state.notes.add(firstLine, lastLine, 'dropped', 'the file that it runs is converted')
  state.files.set(path, { ...file, isUsed: true, wasRun: true })
  walkAt(file.content, { lines: file.lines, contentLine: file.contentLine }, state)
}

const runPath = /^\s*(?:sudo\s+)?(?:(?:\/bin\/)?(?:ba)?sh\s+(?:-\w+\s+)?)?(\/\S+)\s*$/

function walkAt(
  text: string,
  { contentLine, lines }: { readonly lines: Lines; readonly contentLine: number | undefined },
  state: State,
): void {
  const { fixedLines, lineOffset } = state
  state.lineOffset = (contentLine ?? lines.firstLine) - 1
  state.fixedLines = contentLine === undefined ? lines : undefined
  walkScript(readShell(text), state)
  state.lineOffset = lineOffset
  state.fixedLines = fixedLines
}

function linesOf(node: Node, { counter, section }: Reading): Lines {
  if (!section.isPlain) return section
  const [start = 0, end = start] = node.range ?? []
  const firstLine = counter.linePos(start).line + section.lineOffset
  const lastLine = counter.linePos(Math.max(start, end - 1)).line + section.lineOffset
  return { firstLine, lastLine }
}

function setList(key: string, items: readonly unknown[], { document }: Reading): void {
  const list = document.get(key)
  if (items.length === 0) document.delete(key)
  else if (isSeq(list)) list.items = items as typeof list.items
}

/** Files that something else has taken over go at last, when all commands are read. */
function dropUsedFiles(reading: Reading): void {
  const { document, state } = reading
  const files = document.get('write_files')
  if (!isSeq(files)) return
  const kept = files.items.filter((item) => {
    const path = isMap(item) ? item.get('path') : undefined
    const file = typeof path === 'string' ? state.files.get(path) : undefined
    if (file?.isUsed !== true) return true
    const { firstLine, lastLine } = linesOf(item as Node, reading)
    const { contentLine = firstLine, wasRun = false } = file
    const last = wasRun ? Math.max(firstLine, contentLine - 1) : lastLine
    state.notes.add(firstLine, last, 'carried', 'its content stands in the result')
    return false
  })
  setList('write_files', kept, reading)
}

function leftOver(reading: Reading): RemainingConfig {
  const { document, section, state } = reading
  dropUsedFiles(reading)
  const map = document.contents
  const pairs = isMap(map) ? (map.items as Pair[]) : []
  if (pairs.length === 0) return { body: undefined }
  if (state.target === 'Bottlerocket') {
    for (const pair of pairs) blockKey(pair, reading)
    return { body: undefined }
  }
  for (const pair of pairs) notePair(pair, reading)
  const head =
    /^(?:## template: ?jinja\n)?#cloud-config[^\n]*\n/.exec(section.body)?.[0] ?? '#cloud-config\n'
  const body = document
    .toString({ lineWidth: 0 })
    .replace(/^(?:#[^\n]*\n)*#cloud-config[^\n]*\n/, '')
  return { body: `${head}${body}` }
}

/** A key that stays, with what is left of its list. */
function notePair(pair: Pair, reading: Reading): void {
  const whole = pairLines(pair, reading)
  const items = isSeq(pair.value) ? (pair.value.items as Node[]) : []
  const ranges =
    items.length === 0
      ? [whole]
      : [{ ...whole, lastLine: whole.firstLine }, ...items.map((item) => linesOf(item, reading))]
  const { notes } = reading.state
  for (const { firstLine, lastLine } of ranges) {
    notes.add(firstLine, lastLine, 'carried', 'stays as cloud-config')
  }
}

function pairLines(pair: Pair, reading: Reading): Lines {
  const { firstLine } = linesOf(pair.key as Node, reading)
  const value = pair.value as Node | null
  const hasPlace = value?.range !== undefined && value.range !== null
  return { firstLine, lastLine: hasPlace ? linesOf(value, reading).lastLine : firstLine }
}

function blockKey(pair: Pair, reading: Reading): void {
  const outcome = blocking(
    'convert/no-shell',
    'Bottlerocket has no cloud-init',
    'Use settings or a bootstrap container.',
  )
  noteOutcome(outcome, pairLines(pair, reading), reading.state)
}
