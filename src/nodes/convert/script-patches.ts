/** Patches of bootstrap.sh itself: the known ones by their effect. Nodes layer. */

import { blocking, carried, dropped, type Outcome, type Ran } from './outcome.ts'
import type { Handler } from './run-command.ts'
import { partsText } from './scope.ts'
import { sedCall } from './sed-edits.ts'
import { readShell } from './shell/read-script.ts'
import { addArguments, placed, type State } from './state.ts'

const script = '/etc/eks/bootstrap.sh'
const sourced = /(?:^|\n)\s*(?:source|\.)\s+(\S+)\s*$/

/** `sed -i ... /etc/eks/bootstrap.sh`. */
export const scriptPatch: Handler = (ran: Ran, state: State): Outcome | undefined => {
  const touches = ran.args.includes(script)
  if (!touches || !['sed', 'perl', 'awk', 'patch', 'ed'].includes(ran.name)) return undefined
  const call = ran.name === 'sed' ? sedCall(ran.args) : undefined
  const line = placed(state, ran.node).firstLine
  const outcomes = (call?.edits ?? []).map((edit) => effectOf(edit, line, state))
  const [first] = outcomes
  if (first !== undefined && !outcomes.includes(undefined)) return first
  return blocking(
    'convert/script-patch',
    'it patches bootstrap.sh, which the new image does not run; what it is for cannot be told',
    'Say what the patch is for as kubelet fields, flags or a script.',
  )
}

function effectOf(
  edit: NonNullable<NonNullable<ReturnType<typeof sedCall>>['edits']>[number],
  line: number,
  state: State,
): Outcome | undefined {
  if (edit.kind === 'insert') {
    const path = sourced.exec(edit.text)?.[1]
    return path === undefined ? undefined : readEnvironment(path, state)
  }
  const { pattern, replacement } = edit
  if (/cgroup-?driver/i.test(pattern + replacement)) {
    return dropped('the image sets the cgroup driver of kubelet and containerd')
  }
  if (/USE_MAX_PODS/.test(pattern) && /USE_MAX_PODS/.test(replacement)) {
    if (!/false/.test(replacement)) return undefined
    state.patched.set('USE_MAX_PODS', 'false')
    return carried('maxPods is what is set')
  }
  // KUBELET_EXTRA_ARGS=$2 -> KUBELET_EXTRA_ARGS="$2 --max-pods=20"
  const [, more] = /KUBELET_EXTRA_ARGS=["']?\\?\$\{?2\}?["']?([^"']*)["']?/.exec(replacement) ?? []
  if (!/KUBELET_EXTRA_ARGS=/.test(pattern) || more === undefined) return undefined
  addArguments(state, more.trim(), line)
  return carried('arguments of the kubelet')
}

/** A file of assignments that bootstrap.sh is made to read. */
function readEnvironment(path: string, state: State): Outcome | undefined {
  const found = readAssignments(path, state)
  const file = state.files.get(path)
  if (found === undefined || file === undefined) return undefined
  file.isUsed = true
  for (const [name, value] of found) state.patched.set(name, value)
  return carried('variables of bootstrap.sh')
}

/** Assignments of a file that the script wrote; undefined when there is more in it, or no file. */
export function readAssignments(
  path: string,
  state: State,
): readonly (readonly [string, string])[] | undefined {
  const file = state.files.get(path)
  if (file === undefined) return undefined
  const { fault, statements, text } = readShell(file.content)
  if (fault !== undefined) return undefined
  const found: (readonly [string, string])[] = []
  for (const { items } of statements) {
    const command = items[0]?.pipeline.commands[0]
    if (items.length > 1 || command?.kind !== 'simple') return undefined
    const words = command.words.map((word) => partsText(word.parts, state.scope))
    if (words[0] === 'set') continue
    if (words.length > 0 && words[0] !== 'export') return undefined
    for (const one of command.assignments) {
      found.push([one.name, one.values.map((word) => partsText(word.parts, state.scope)).join(' ')])
    }
    for (const word of words.slice(1)) {
      const at = word.indexOf('=')
      if (at > 0) found.push([word.slice(0, at), word.slice(at + 1)])
    }
  }
  return text === '' ? undefined : found
}
