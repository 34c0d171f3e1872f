/** A script from top to bottom: every command gets its end, branches that constants decide are taken. Nodes layer. */

import { forget } from './assign.ts'
import { pipelineSucceeds, succeeds } from './conditions.ts'
import { hazardOf } from './node-commands.ts'
import { noteOutcome } from './note-outcome.ts'
import { blocking, kept, type Outcome } from './outcome.ts'
import { pipelineOutcome } from './pipeline.ts'
import { variablesIn } from './scope.ts'
import type { IfCommand, Pipeline, ShellScript, Statement } from './shell/syntax.ts'
import type { Place } from './shell/word-syntax.ts'
import { placed, type State } from './state.ts'
import type { Lines } from './state-parts.ts'

/** Texts that decide what the node is: nothing around them may be left to chance. */
const decisive =
  /bootstrap\.sh|kubelet-config|KUBELET_EXTRA_ARGS|kubelet\.service\.d|\bKUBELET_CONFIG\b/

/** Reads a whole script; what cannot be read blocks. */
export function walkScript(script: ShellScript, state: State): void {
  walk(script.statements, script.text, state)
  if (script.fault === undefined) return
  const { line, message } = script.fault
  const lastLine = script.text.replace(/\n$/, '').split('\n').length
  const lines = placed(state, { firstLine: line, lastLine })
  const outcome = blocking(
    'convert/shell-syntax',
    `the shell cannot read it: ${message}`,
    'Mend the script; bash -n shows the place.',
  )
  settle(outcome, { lines, text: '', name: '' }, state)
}

/** Statements in order, up to an `exit`. */
function walk(statements: readonly Statement[], text: string, state: State): void {
  for (let at = 0; at < statements.length; at += 1) {
    const statement = statements[at]
    if (statement === undefined) continue
    const end = directiveEnd(statements, at, { text, state })
    if (end !== undefined) {
      const last = statements[end] ?? statement
      const place = { ...statement, end: last.end, lastLine: last.lastLine }
      opaque(place, text.slice(place.start, place.end), state)
      at = end
      continue
    }
    walkStatement(statement, text, state)
    if (!isExit(statement, text)) continue
    const rest = statements.slice(at + 1)
    const lines = linesOf(rest)
    if (lines !== undefined) note(state, lines, 'dropped', 'it stands behind exit and never runs')
    return
  }
}

function linesOf(statements: readonly Statement[]): Lines | undefined {
  const [first] = statements
  const last = statements.at(-1)
  if (first === undefined || last === undefined) return undefined
  return { firstLine: first.firstLine, lastLine: last.lastLine }
}

function isExit(statement: Statement, text: string): boolean {
  return (
    statement.items.length === 1 &&
    /^exit(?:\s+\d+)?$/.test(text.slice(statement.start, statement.end))
  )
}

/** Where the directive that begins at a statement ends; undefined when none begins there. */
function directiveEnd(
  statements: readonly Statement[],
  at: number,
  { state, text }: { readonly text: string; readonly state: State },
): number | undefined {
  const kindAt = (index: number): string => {
    const { end = 0, start = 0 } = statements[index] ?? {}
    const [mark] = state.marks.in(text.slice(start, Math.min(start + 1, end)))
    if (mark?.kind !== 'directive') return ''
    return /[%{]~?\s*(\w+)/.exec(mark.source.slice(1))?.[1] ?? ''
  }
  let depth = 0
  for (let index = at; index < statements.length; index += 1) {
    const kind = kindAt(index)
    if (index === at && kind === '') return undefined
    if (kind === 'if' || kind === 'for') depth += 1
    if (kind === 'endif' || kind === 'endfor') depth -= 1
    if (depth <= 0) return index
  }
  return statements.length - 1
}

function walkStatement(statement: Statement, text: string, state: State): void {
  const [first, ...others] = statement.items
  if (first === undefined) return
  const source = text.slice(statement.start, statement.end)
  if (statement.isBackground) {
    opaque(statement, source, state)
    return
  }
  if (others.length === 0) {
    walkPipeline(first.pipeline, statement, text, state)
    return
  }
  if (others.every(({ pipeline }) => isExcuse(text.slice(pipeline.start, pipeline.end)))) {
    walkPipeline(first.pipeline, statement, text, state)
    return
  }
  if (others.every(({ operator }) => operator === '&&')) {
    walkAll(statement, text, state)
    return
  }
  if (others.length > 1) {
    opaque(statement, source, state)
    return
  }
  const [guarded] = others
  const holds = pipelineSucceeds(first.pipeline, state, text)
  if (guarded === undefined || holds === undefined) {
    opaque(statement, source, state)
    return
  }
  note(state, first.pipeline, 'dropped', 'the guard is decided by what the script says')
  if (holds) note(state, guarded.pipeline, 'dropped', 'the guard keeps it from running')
  else walkPipeline(guarded.pipeline, guarded.pipeline, text, state)
}

/** `|| true`, `|| exit 1`, `|| { echo failed; exit 1; }`. */
function isExcuse(source: string): boolean {
  const words = source.replace(/^\{\s*|\s*;?\s*\}$/g, '')
  return words
    .split(/[;\n]/)
    .every((one) => /^\s*(?:(?:true|:|exit|return|echo|logger)\b.*)?$/.test(one))
}

/** `a && b && c`: one after the other, unless the first is a question. */
function walkAll(statement: Statement, text: string, state: State): void {
  const [first, ...others] = statement.items
  if (first === undefined) return
  const holds = pipelineSucceeds(first.pipeline, state, text)
  if (holds === false) {
    note(state, statement, 'dropped', 'its condition does not hold')
    return
  }
  const source = text.slice(first.pipeline.start, first.pipeline.end)
  const isQuestion =
    /^!?\s*(?:\[|test\b|grep\b|command\b|which\b|type\b|hash\b|systemctl\s+is-)/.test(source)
  if (holds === undefined && isQuestion) {
    opaque(statement, text.slice(statement.start, statement.end), state)
    return
  }
  if (holds === true) note(state, first.pipeline, 'dropped', 'its condition holds')
  else walkPipeline(first.pipeline, first.pipeline, text, state)
  for (const { pipeline } of others) walkPipeline(pipeline, pipeline, text, state)
}

/** `whole` is the place of everything that stays or goes with the pipeline. */
function walkPipeline(pipeline: Pipeline, whole: Place, text: string, state: State): void {
  const [command, ...others] = pipeline.commands
  const source = text.slice(whole.start, whole.end)
  if (command === undefined) return
  if (command.kind === 'if' && others.length === 0) {
    walkIf(command, text, state)
    return
  }
  if (command.kind === 'group' && !command.isSubshell && decisive.test(source)) {
    note(state, command, 'dropped', 'the braces only bundle commands')
    walk(command.body, text, state)
    return
  }
  if (command.kind !== 'simple') {
    if (command.kind === 'block' && command.keyword === 'function') {
      defineFunction(command.name, whole, source, state)
      return
    }
    opaque(whole, source, state)
    return
  }
  const { name, outcome } = pipelineOutcome(pipeline, { text, source, state })
  settle(outcome, { lines: placed(state, whole), text: source, name }, state)
}

function walkIf(command: IfCommand, text: string, state: State): void {
  const { branches, otherwise } = command
  for (const [index, { body, condition }] of branches.entries()) {
    const holds = succeeds(condition, state, text)
    if (holds === undefined) {
      // Branches in front of it were ruled out, but the text can only stay as a whole.
      opaque(command, text.slice(command.start, command.end), state)
      return
    }
    const skipped = linesOf(holds ? branches.slice(index + 1).flatMap((one) => one.body) : body)
    if (skipped !== undefined) note(state, skipped, 'dropped', 'its condition does not hold')
    if (!holds) continue
    note(
      state,
      { firstLine: command.firstLine, lastLine: command.lastLine },
      'dropped',
      'its condition holds',
    )
    const rest = linesOf(otherwise ?? [])
    if (rest !== undefined) note(state, rest, 'dropped', 'its condition does not hold')
    walk(body, text, state)
    return
  }
  note(state, command, 'dropped', 'its condition does not hold')
  if (otherwise !== undefined) walk(otherwise, text, state)
}

function defineFunction(name: string, place: Place, source: string, state: State): void {
  if (decisive.test(source)) {
    opaque(place, source, state)
    return
  }
  state.functions.set(name, source)
  const outcome = {
    verdict: 'script' as const,
    why: 'a function',
    role: 'assigns' as const,
    defines: [name],
  }
  settle(
    hazardOf(source) ?? outcome,
    { lines: placed(state, place), text: source, name: '' },
    state,
  )
}

/** A part that stays as a whole or blocks as a whole. */
function opaque(place: Place, source: string, state: State): void {
  const lines = placed(state, place)
  const outcome = opaqueOutcome(source, state)
  const names = forget(source, state)
  if (outcome.verdict === 'blocking') for (const name of names) state.broken.add(name)
  const isOnlyAssigning = onlyAssigns(source)
  const defined =
    outcome.verdict !== 'script'
      ? outcome
      : { ...outcome, defines: names, role: isOnlyAssigning ? ('assigns' as const) : outcome.role }
  settle(defined, { lines, text: source, name: '' }, state)
}

/** Conditions around assignments: needed only where the variables are. */
function onlyAssigns(source: string): boolean {
  const lines = source.split(/\n|;\s*(?=fi\b|else\b|then\b)|\bthen\b|\belse\b/)
  return lines.every((line) =>
    /^\s*(?:(?:if|elif)\b[^\n]*|fi|#[^\n]*|[A-Za-z_]\w*\+?=(?:"[^"]*"|'[^']*'|[^\s;"']*)*|)\s*;?\s*$/.test(
      line,
    ),
  )
}

/** A path may hide in a variable. */
function withValues(source: string, { marks, scope }: State): string {
  const values = variablesIn(source).map((name) => scope.variables.get(name) ?? '')
  return [source, ...values.map((value) => marks.restored(value))].join(' ')
}

function opaqueOutcome(source: string, state: State): Outcome {
  const told = withValues(state.marks.restored(source), state)
  const isAssigning =
    onlyAssigns(source) && !/bootstrap\.sh|kubelet-config|kubelet\.service/.test(source)
  if (decisive.test(told) && !isAssigning) {
    return blocking(
      'convert/condition',
      'whether or how often it runs is decided at boot or by a template, and it decides what the node is',
      'Convert each case by itself: one user data for each kind of node.',
    )
  }
  const hazard = hazardOf(told)
  if (hazard !== undefined) return hazard
  if (state.call === undefined || isAssigning) return kept()
  return blocking(
    'convert/after-kubelet',
    'it stands behind the call, where the kubelet ran already; now every script runs before the kubelet starts',
    'Move it to a DaemonSet or a systemd unit with After=kubelet.service; or, if it may run before, above the call.',
  )
}

function note(state: State, lines: Lines, verdict: 'dropped' | 'carried', why: string): void {
  const { firstLine, lastLine } = placed(state, lines)
  state.notes.add(firstLine, lastLine, verdict, why)
}

/** Writes down what became of some lines. */
function settle(
  outcome: Outcome | undefined,
  what: { readonly lines: Lines; readonly text: string; readonly name: string },
  state: State,
): void {
  const { lines, name, text } = what
  if (outcome?.verdict !== 'script') {
    noteOutcome(outcome, lines, state)
    return
  }
  const { defines = [], path, role, why } = outcome
  state.pieces.push({ ...lines, text, why, role, defines, name, path, section: state.section })
}
