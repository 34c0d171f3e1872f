/** The command line. Cli layer. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError } from 'commander'
import { isFailure } from '../world/failure.ts'
import type { CommandContext } from './command-context.ts'
import { addDemo } from './commands/demo.ts'
import { addMigrate } from './commands/migrate.ts'
import { addRehearse } from './commands/rehearse.ts'
import { addTwin } from './commands/twin.ts'
import { exitCode, exitCodeTexts } from './exit-code.ts'
import { Problem } from './problem.ts'
import { findingsText } from './render/findings.ts'
import { commandLine } from './shell-word.ts'
import { processStreams, type Streams } from './streams.ts'

/** Folder of the package: where package.json, data and examples lie. */
const root = fileURLToPath(new URL('../../../', import.meta.url))

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
  addDemo(program, context)
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
    streams.err(`error: ${error.message}\n`)
    if (error.code === 'lease-lost') return exitCode.leaseLost
    return error.code === 'unauthenticated' ? exitCode.authentication : exitCode.error
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  streams.err(`this is a bug in regroup, please report it:\n${text}\n`)
  return exitCode.error
}
