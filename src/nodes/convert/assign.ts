/** Assignments and exports of a script. Nodes layer. */

import { hazardOf } from './node-commands.ts'
import type { Outcome, Ran } from './outcome.ts'
import type { Handler } from './run-command.ts'
import { bootMark, fieldsOf, textOf } from './scope.ts'
import type { Assignment } from './shell/word-syntax.ts'
import type { State } from './state.ts'

const declarations = new Set(['export', 'declare', 'local', 'readonly', 'typeset'])

/** `NAME=value` alone, `export NAME=value`, `declare -a NAME=(...)`. */
export const assignment: Handler = (ran: Ran, state: State): Outcome | undefined => {
  const { node } = ran
  const isBare = node.words.length === 0 && node.assignments.length > 0
  if (!isBare && !declarations.has(ran.path)) return undefined
  if (node.redirects.length > 0) return undefined
  const names = node.assignments.map((one) => assign(one, state))
  for (const word of node.words.slice(1)) {
    const text = textOf(word, state.scope)
    const [, name, value] = /^([A-Za-z_]\w*)(?:=([\s\S]*))?$/.exec(text) ?? []
    if (name === undefined) continue
    names.push(name)
    if (value !== undefined) setVariable(name, value, state)
  }
  const isExport = ran.path === 'export' || ran.args.includes('-x')
  if (isExport) for (const name of names) state.exported.add(name)
  // A path in a variable harms nobody; a command that is run for the value may.
  const hazard = /\$\(|`/.test(ran.source) ? hazardOf(ran.source) : undefined
  if (hazard !== undefined) {
    for (const name of names) state.broken.add(name)
    return hazard
  }
  const role = isExport ? 'exports' : 'assigns'
  return { verdict: 'script', why: 'a variable of the script', role, defines: names }
}

function assign(one: Assignment, state: State): string {
  const { isAppended, isArray, name, values } = one
  const { scope } = state
  if (isArray) {
    const fields = values.flatMap((value) => fieldsOf(value, scope))
    scope.arrays.set(name, [...(isAppended ? (scope.arrays.get(name) ?? []) : []), ...fields])
    return name
  }
  const text = values.map((value) => textOf(value, scope)).join('')
  const before = isAppended ? (scope.variables.get(name) ?? '') : ''
  scope.arrays.delete(name)
  setVariable(name, before + text, state)
  return name
}

/** A value that only the boot knows is asked of the variable, so that it is found out once. */
function setVariable(name: string, value: string, state: State): void {
  const { marks, scope } = state
  const [mark] = marks.in(value)
  const isFoundOut = value.length === 1 && mark?.kind === 'boot' && /^(?:\$\(|`)/.test(mark.source)
  scope.variables.set(name, isFoundOut ? bootMark(`\${${name}}`, marks) : value)
}

/** Variables that a block may assign: from here on the boot alone knows them. */
export function forget(source: string, state: State): readonly string[] {
  const found = [...source.matchAll(/(?:^|[\s;({&|])([A-Za-z_]\w*)\+?=/g)].map(
    ([, name = '']) => name,
  )
  const read = [...source.matchAll(/\b(?:read|for|select)\s+(?:-\w+\s+)*([A-Za-z_]\w*)/g)].map(
    ([, name = '']) => name,
  )
  const names = [...new Set([...found, ...read])]
  for (const name of names) {
    state.scope.arrays.delete(name)
    state.scope.variables.set(name, bootMark(`\${${name}}`, state.marks))
  }
  return names
}
