/** A simple command with its words evaluated. Nodes layer, pure. */

import type { Outcome, Ran } from './outcome.ts'
import { fieldsOf, partsText, textOf } from './scope.ts'
import type { SimpleCommand } from './shell/syntax.ts'
import type { State } from './state.ts'

/** Programs that only start another one. */
const starters = new Set(['sudo', 'command', 'exec', 'nohup', 'time', 'builtin', 'nice'])
const shells = new Set(['bash', 'sh'])

/** The words as fields with their lines; what only starts the program is left out. */
export function ranOf(node: SimpleCommand, state: State, text: string): Ran {
  const fields = node.words.flatMap((word) => fieldsOf(word, state.scope))
  let at = 0
  while (at < fields.length - 1 && isStarter(fields, at)) at += 1
  const path = fields[at] ?? ''
  return {
    path,
    name: path.slice(path.lastIndexOf('/') + 1),
    args: fields.slice(at + 1),
    node,
    source: text.slice(node.start, node.end),
    redirects: node.redirects,
  }
}

/** `sudo -E`, `bash -x /etc/eks/bootstrap.sh`, `env A=b`. */
function isStarter(fields: readonly string[], at: number): boolean {
  const word = fields[at] ?? ''
  const name = word.slice(word.lastIndexOf('/') + 1)
  const next = fields[at + 1] ?? ''
  if (starters.has(name)) return true
  if (shells.has(name))
    return next === '-x' || next === '-xe' || next === '-ex' || next.startsWith('/')
  if (name === 'env') return /^\w+=/.test(next) || next.startsWith('/')
  if (at === 0) return false
  return /^-\w+$/.test(word) && isStarter([fields[at - 1] ?? '', '/'], 0)
}

/** Text that a here-document or here-string gives; undefined for none, or when it comes from a file. */
export function givenInput(ran: Ran, state: State): string | undefined {
  const last = ran.redirects.findLast((one) => one.operator.startsWith('<'))
  if (last === undefined) return undefined
  if (last.operator === '<<<') return `${textOf(last.target, state.scope)}\n`
  return last.body === undefined ? undefined : partsText(last.body, state.scope)
}

/** A file that standard output goes to; undefined for none. */
export function outputFile(
  ran: Ran,
  state: State,
): { readonly path: string; readonly isAppended: boolean } | undefined {
  const found = ran.redirects.findLast(
    ({ descriptor, operator }) =>
      ['>', '>>', '>|', '&>', '&>>'].includes(operator) &&
      (descriptor === undefined || descriptor === '1'),
  )
  if (found === undefined) return undefined
  const path = textOf(found.target, state.scope)
  if (/^\/dev\/(?:null|stdout|stderr|console|tty)$/.test(path)) return undefined
  return { path, isAppended: found.operator.endsWith('>>') }
}

/** A reader of one kind of command; undefined when the command is none of the kind. */
export type Handler = (ran: Ran, state: State) => Outcome | undefined
