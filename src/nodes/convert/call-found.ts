/** The call of bootstrap.sh among the commands. Nodes layer. */

import { callVariables } from './call-arguments.ts'
import { blocking, carried, type Outcome, type Ran } from './outcome.ts'
import type { Handler } from './run-command.ts'
import { fieldsOf, textOf } from './scope.ts'
import { placed, type State } from './state.ts'

/** `/etc/eks/bootstrap.sh ...`, under whatever starts it. */
export const bootstrapCall: Handler = (ran: Ran, state: State): Outcome | undefined => {
  if (ran.path !== '/etc/eks/bootstrap.sh') return undefined
  if (state.call !== undefined) {
    return blocking(
      'convert/second-call',
      'bootstrap.sh is called a second time, which leaves a node with the settings of both',
      'Keep the call that counts.',
    )
  }
  const { scope } = state
  const words = ran.node.words.flatMap((word) =>
    fieldsOf(word, scope).map((text) => ({
      text,
      line: placed(state, { firstLine: word.line, lastLine: word.line }).firstLine,
    })),
  )
  const at = words.findIndex((word) => word.text === ran.path)
  const environment = new Map<string, string>()
  for (const name of callVariables) {
    const value = scope.variables.get(name)
    if (value !== undefined && state.exported.has(name)) environment.set(name, value)
  }
  for (const [name, value] of state.patched) environment.set(name, value)
  for (const { name, values } of ran.node.assignments) {
    environment.set(name, values.map((value) => textOf(value, scope)).join(' '))
  }
  for (const word of words.slice(0, at)) {
    const [, name, value = ''] = /^(\w+)=([\s\S]*)$/.exec(word.text) ?? []
    if (name !== undefined) environment.set(name, value)
  }
  const lines = placed(state, ran.node)
  state.call = {
    words: words.slice(at + 1),
    environment: Object.fromEntries(environment),
    lines,
    moreArguments: [],
  }
  return carried('the bootstrap of the node')
}
