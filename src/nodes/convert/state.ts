/** What is known while a script is read from top to bottom. Nodes layer. */

import type { Bootstrap } from '../bootstrap.ts'
import { type Json, Marks } from './marks.ts'
import type { Scope } from './scope.ts'
import type { Call, KnownFile, KubeletEdit, Lines, Piece, Told } from './state-parts.ts'
import { type ConversionTarget, LineNotes } from './verdict.ts'

/** Where the kubelet of Amazon Linux 2 reads its configuration. */
export const kubeletConfigPath = '/etc/kubernetes/kubelet/kubelet-config.json'

/** Everything that a conversion gathers. */
export interface State {
  readonly target: ConversionTarget
  readonly marks: Marks
  readonly scope: Scope
  readonly notes: LineNotes
  readonly told: Told[]
  readonly exported: Set<string>
  readonly functions: Map<string, string>
  readonly files: Map<string, KnownFile>
  readonly pieces: Piece[]
  /** Those that stay, when all is read. */
  readonly remaining: Piece[]
  readonly edits: KubeletEdit[]
  /** Members of the bootstrap that lines speak of directly: mirrors, proxy, disks. */
  readonly members: { -readonly [Member in keyof Bootstrap]?: Bootstrap[Member] }
  readonly sysctls: Map<string, string>
  call: Call | undefined
  /** Arguments that patches and unit files add to the kubelet's command line. */
  readonly moreArguments: string[]
  /** The line of the last of them; 0 = none. */
  moreArgumentsLine: number
  isKubeletRestarted: boolean
  /** What patches of bootstrap.sh set, whoever calls it. */
  readonly patched: Map<string, string>
  /** Variables whose assignment blocks: nothing may rely on them. */
  readonly broken: Set<string>
  /** The service range that our own rendering leaves in a comment. */
  serviceRange: string | undefined
  /** Where all lines of a text stand that is not there line by line; undefined for others. */
  fixedLines: Lines | undefined
  /** Lines in front of the shell text that is read. */
  lineOffset: number
  section: number
  depth: number
}

/** An empty start; `substitute` evaluates command substitutions. */
export function newState(
  target: ConversionTarget,
  substitute: (script: string, state: State) => string | undefined,
): State {
  const marks = new Marks()
  const state: State = {
    target,
    marks,
    scope: {
      marks,
      variables: new Map(),
      arrays: new Map(),
      used: new Set(),
      substitute: (script) => substitute(script, state),
    },
    notes: new LineNotes(),
    told: [],
    exported: new Set(),
    functions: new Map(),
    files: new Map(),
    pieces: [],
    remaining: [],
    edits: [],
    members: {},
    sysctls: new Map(),
    call: undefined,
    moreArguments: [],
    moreArgumentsLine: 0,
    isKubeletRestarted: false,
    broken: new Set(),
    patched: new Map(),
    serviceRange: undefined,
    fixedLines: undefined,
    lineOffset: 0,
    section: 0,
    depth: 0,
  }
  return state
}

/** Lines of the whole input for lines of the shell text that is read. */
export function placed(state: State, lines: Lines): Lines {
  const { fixedLines, lineOffset } = state
  if (fixedLines !== undefined) return fixedLines
  return { firstLine: lines.firstLine + lineOffset, lastLine: lines.lastLine + lineOffset }
}

/** A finding once per code, message and line. */
export function tell(state: State, told: Told): void {
  const isKnown = state.told.some(
    (one) => one.code === told.code && one.line === told.line && one.message === told.message,
  )
  if (!isKnown) state.told.push(told)
}

/** A finding once per code, whatever its place: the first place is kept. */
export function tellOnce(state: State, told: Told): void {
  if (!state.told.some((one) => one.code === told.code)) state.told.push(told)
}

/** The kubelet's file as it is now, as the text that reading it gives. */
export function kubeletMark(state: State, fields: Json): string {
  return state.marks.add({ kind: 'kubelet', source: '', fields })
}

/** Fields of the kubelet's file that lines up to now have set. */
export function kubeletFields(state: State): Json {
  return Object.fromEntries(state.edits.flatMap(({ fields }) => Object.entries(fields)))
}

/** A path without the scheme that some write in front of it. */
export function contentPath(text: string): string {
  return text.replace(/^file:\/\//, '')
}

/** Adds to the command line of the kubelet, from a line of the whole input. */
export function addArguments(state: State, more: string, line: number): void {
  state.moreArguments.push(more)
  state.moreArgumentsLine = line
}
