/** One pipeline of simple commands: the list of everything that is recognised. Nodes layer. */

import { assignment } from './assign.ts'
import { bootstrapCall } from './call-found.ts'
import { moveFile, preparePlace, sourceFile, sysctl } from './file-commands.ts'
import { kubeletSed } from './kubelet-sed.ts'
import { afterCallOutcome, hazardOf, packages, reboot, service } from './node-commands.ts'
import { blocking, dropped, kept, type Outcome, type Ran } from './outcome.ts'
import { printedBy } from './printed.ts'
import { type Handler, ranOf } from './run-command.ts'
import { scriptPatch } from './script-patches.ts'
import type { Pipeline } from './shell/syntax.ts'
import { kubeletConfigPath, placed, type State } from './state.ts'
import { writeFile } from './written-files.ts'

/** The first that knows a command decides. */
const handlers: readonly Handler[] = [
  bootstrapCall,
  assignment,
  kubeletSed,
  scriptPatch,
  service,
  reboot,
  packages,
  sysctl,
  moveFile,
  preparePlace,
  sourceFile,
]

/** Set how the rest of a script behaves, and do nothing by themselves. */
const modes = new Set(['set', 'shopt', 'trap', 'umask', 'ulimit', 'exit', 'cd'])

/** What becomes of a pipeline, and the program it begins with. `outcome` undefined = it speaks for itself. */
export function pipelineOutcome(
  pipeline: Pipeline,
  where: { readonly text: string; readonly source: string; readonly state: State },
): { readonly name: string; readonly outcome: Outcome | undefined } {
  const { source, state, text } = where
  const [command] = pipeline.commands
  if (command?.kind !== 'simple') return { name: '', outcome: kept() }
  const ran = ranOf(command, state, text)
  const isCall = ran.path === '/etc/eks/bootstrap.sh'
  if (pipeline.commands.length > 1 && !isCall) {
    const lines = placed(state, command)
    const outcome = writtenOutcome(pipeline, where, lines) ?? leftOutcome(ran, source, state)
    return { name: ran.name, outcome }
  }
  for (const handle of handlers) {
    const outcome = handle(ran, state)
    if (outcome === undefined) continue
    // Its lines are told one by one when the arguments are read.
    return {
      name: ran.name,
      outcome: isCall && outcome.verdict === 'carried' ? undefined : outcome,
    }
  }
  const lines = placed(state, {
    firstLine: command.firstLine,
    lastLine: pipelineLine(pipeline, where),
  })
  const outcome = writtenOutcome(pipeline, where, lines) ?? leftOutcome(ran, source, state)
  return { name: ran.name, outcome }
}

function pipelineLine(pipeline: Pipeline, { source }: { readonly source: string }): number {
  return pipeline.firstLine + source.split('\n').length - 1
}

/** Files of constant content; the gravest end of several counts. */
function writtenOutcome(
  pipeline: Pipeline,
  { state, text }: { readonly text: string; readonly state: State },
  lines: { readonly firstLine: number; readonly lastLine: number },
): Outcome | undefined {
  const printed = printedBy(pipeline, state, text)
  if (printed === undefined) return undefined
  if (printed.written.length === 0) {
    return state.marks.has(printed.text, 'kubelet')
      ? dropped('it only shows the kubelet file')
      : undefined
  }
  const outcomes = printed.written.map((one) => writeFile(one, lines, state))
  const [first] = outcomes
  return (
    outcomes.find(({ verdict }) => verdict === 'blocking') ??
    outcomes.find(({ verdict }) => verdict === 'script') ??
    first
  )
}

/** Commands that nothing above knows. */
function leftOutcome(ran: Ran, source: string, state: State): Outcome {
  if (modes.has(ran.name) || ran.path === 'exec') {
    return { verdict: 'script', why: 'how the script runs', role: 'mode' }
  }
  const told = state.marks.restored([source, ran.path, ...ran.args].join(' '))
  if (told.includes(kubeletConfigPath)) {
    return blocking(
      'convert/kubelet-edit',
      'what it makes of the kubelet file is not the setting of a constant',
      'Write the fields that it is for as kubelet.config of the NodeConfig, or as settings.',
    )
  }
  const hazard = hazardOf(told)
  if (hazard !== undefined) return hazard
  return state.call === undefined ? kept() : afterCallOutcome(ran.name, told)
}
