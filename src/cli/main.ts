/** The command line. Cli layer. */

import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { type FailureCode, isFailure, type RegroupError } from '../world/failure.ts'
import type { CommandContext } from './command-context.ts'
import { addAmis } from './commands/amis.ts'
import { addCheck } from './commands/check.ts'
import { addConvert } from './commands/convert.ts'
import { addDemo } from './commands/demo.ts'
import { addExplain } from './commands/explain.ts'
import { addMigrate } from './commands/migrate.ts'
import { addRehearse } from './commands/rehearse.ts'
import { addTwin } from './commands/twin.ts'
import { exitCode, exitCodeOf, exitCodeTexts } from './exit-code.ts'
import { packageRoot } from './package-root.ts'
import { Problem } from './problem.ts'
import { findingsText } from './render/findings.ts'
import { commandLine } from './shell-word.ts'
import { processStreams, type Streams } from './streams.ts'

const root = packageRoot()

/** Runs one command. Never throws; the result is the exit code. */
export async function main(
  args: readonly string[],
  streams: Streams = processStreams(),
): Promise<number> {
  let code: number = exitCode.ok
  const program = buildProgram({
    streams,
    root,
    typed: commandLine(args),
    done: (value) => {
      code = value
    },
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    return explain(error, streams)
  }
}

function buildProgram(context: CommandContext): Command {
  const { streams } = context
  const program = new Command('regroup')
  program
    .description('Moves EKS clusters to managed node groups, safely, rehearsed on a twin first.')
    .version(versionOf(), '-V, --version')
    .configureOutput({
      writeOut: (text) => streams.out(text),
      writeErr: (text) => streams.err(text),
    })
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('(add --help to see how)')
    .addHelpText('after', '\nStart with: regroup demo\n')
  addRehearse(program, context)
  addMigrate(program, context)
  addExplain(program, context)
  addAmis(program, context)
  addDemo(program, context)
  addCheck(program, context)
  addConvert(program, context)
  addTwin(program, streams)
  program
    .command('exit-codes')
    .description('list the exit codes')
    .action(() => streams.out(exitCodesText()))
  return program
}

function versionOf(): string {
  const text = readFileSync(`${root}package.json`, 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/** The table of codes as text. */
function exitCodesText(): string {
  return Object.entries(exitCode)
    .map(
      ([name, code]) =>
        `${String(code).padStart(4)}  ${exitCodeTexts[name as keyof typeof exitCode]}\n`,
    )
    .join('')
}

/** What helps against failures whose own text names only the call; the others say it themselves. */
const remedies: Readonly<Partial<Record<FailureCode, string>>> = {
  connection: 'Nothing more was sent. Once it answers, run the same command again.',
  'lease-lost': 'Run the same command again: it waits for the lease and goes on.',
  throttled: 'Run the same command again later: it goes on from what it finds.',
  timeout: 'Run the same command again: it goes on from what it finds.',
  unauthenticated:
    'Choose credentials with --profile, --role-arn or AWS_PROFILE; check: aws sts get-caller-identity',
  unavailable: 'Run the same command again later: it goes on from what it finds.',
}

/** Undefined where the text of the failure says what to do. */
function remedyOf({ code, context, retry }: RegroupError): string | undefined {
  // A certificate that is not trusted does not come to be by waiting.
  if (code === 'connection' && retry === 'never') return undefined
  if (code !== 'unauthenticated' || context.operation?.startsWith('kube:') !== true) {
    return remedies[code]
  }
  if (context.operation !== 'kube:credentials') return undefined
  return 'The kubeconfig names it; see what it answers with the same file: kubectl auth whoami'
}

function explain(error: unknown, streams: Streams): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? exitCode.ok : exitCode.usage
  }
  if (error instanceof Problem) {
    if (error.findings.length > 0) streams.err(findingsText(error.findings))
    streams.err(`error: ${error.message}\n${error.remedy === '' ? '' : `    ${error.remedy}\n`}`)
    return error.code
  }
  if (isFailure(error)) {
    const remedy = remedyOf(error)
    streams.err(`error: ${error.message}\n${remedy === undefined ? '' : `    ${remedy}\n`}`)
    return exitCodeOf(error.code)
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  streams.err(`this is a bug in regroup, please report it:\n${text}\n`)
  return exitCode.error
}
