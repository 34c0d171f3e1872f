/** `regroup rehearse migrate`: the whole migration on the twin. Cli layer. */

import type { RunEvent } from '../../run/events.ts'
import { type RehearseOptions, rehearseMigration } from '../../run/rehearse.ts'
import type { RehearsalReport } from '../../run/report.ts'
import { JudgeStop } from '../../twin/judge/judge.ts'
import type { CommandContext } from '../command-context.ts'
import { EventFile } from '../event-file.ts'
import { exitCode } from '../exit-code.ts'
import { clusterOf, readInputs, scenarioInputs } from '../inputs.ts'
import { onInterrupt } from '../interrupt.ts'
import { Problem } from '../problem.ts'
import { warningsText } from '../render/findings.ts'
import { Progress } from '../render/progress.ts'
import { reportText } from '../render/report.ts'
import type { RehearseFlags } from './rehearse.ts'

/** Runs it; the result is the exit code. @throws Problem */
export async function rehearseMigrate(
  flags: RehearseFlags,
  crashAt: RehearseOptions['crashAt'],
  context: CommandContext,
): Promise<number> {
  const { streams } = context
  const startedMs = streams.wallMs()
  const inputs =
    flags.scenario === undefined
      ? readInputs(flags.file ?? '', flags.world ?? '')
      : scenarioInputs(flags.scenario)
  const clusterName = clusterOf(inputs, flags.cluster)
  for (const warning of inputs.warnings) streams.err(`warning: ${warning}\n`)
  const events = flags.events === undefined ? undefined : new EventFile(flags.events)
  try {
    const report = await judged(context, flags.quiet === true, {
      world: inputs.world,
      fleet: inputs.fleet,
      clusterName,
      seed: flags.seed,
      engine: flags.engine === 'kubectl-drain' ? 'kubectl-drain' : 'regroup',
      ...(crashAt === undefined ? {} : { crashAt }),
      onEvent: (event) => events?.write(event),
    })
    const json = `${JSON.stringify(report, null, 2)}\n`
    streams.out(flags.output === 'json' ? json : reportText(report))
    streams.err(`took ${((streams.wallMs() - startedMs) / 1000).toFixed(1)} s of wall time\n`)
    return codeOf(report)
  } finally {
    events?.close()
  }
}

/** One rehearsal with progress and Ctrl-C. @throws Problem when the judge stops it */
export async function judged(
  context: CommandContext,
  isQuiet: boolean,
  options: Omit<RehearseOptions, 'signal'>,
): Promise<RehearsalReport> {
  const { streams } = context
  const progress = isQuiet ? undefined : new Progress(streams)
  const interrupt = onInterrupt((text) =>
    progress === undefined ? streams.err(text) : progress.say(text),
  )
  try {
    const report = await rehearseMigration({
      ...options,
      signal: interrupt.signal,
      onWarning: (one) => {
        if (progress === undefined) streams.err(warningsText([one]))
        else progress.say(warningsText([one]))
      },
      onEvent: (event: RunEvent) => {
        progress?.take(event)
        options.onEvent?.(event)
      },
    })
    progress?.finish()
    if (report.result === 'paused') streams.err(pausedText(context.typed))
    return report
  } catch (error) {
    progress?.finish()
    if (!(error instanceof JudgeStop)) throw error
    const remedy = 'This is a bug in regroup: please report it with the command and its files.'
    throw new Problem(`the judge stopped the run: ${error.message}`, remedy, {
      code: exitCode.invariantBroken,
    })
  } finally {
    interrupt.stop()
  }
}

function pausedText(typed: string): string {
  return (
    `paused. To go on, run the same command again:\n  ${typed}\n` +
    '(the twin ends with this process, so a rehearsal begins anew; on a real cluster it goes on\n' +
    'from what it finds)\n'
  )
}

/** Exit code of a report. */
export function codeOf(report: RehearsalReport): number {
  if (report.result === 'converged') return exitCode.ok
  if (report.result === 'blocked') return exitCode.blocked
  return report.result === 'paused' ? exitCode.paused : exitCode.error
}
