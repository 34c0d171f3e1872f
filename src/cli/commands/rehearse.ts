/** `regroup rehearse`: its flags. The work is loaded when it is asked for. Cli layer. */

import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { exitCode } from '../exit-code.ts'
import { Problem } from '../problem.ts'

/** Flags of `rehearse migrate` as they are typed. */
export interface RehearseFlags {
  readonly file?: string
  readonly world?: string
  readonly scenario?: string
  readonly cluster?: string
  readonly seed: string
  readonly output: string
  readonly events?: string
  readonly crashAt?: string
  readonly engine: string
  readonly quiet?: boolean
}

const examples = `
Examples:
  regroup rehearse migrate --scenario seed-web-shop
  regroup rehearse migrate -f fleet.yaml --world world.yaml
  regroup rehearse migrate -f fleet.yaml --world world.yaml -o json --events events.ndjson
  regroup rehearse migrate --scenario starter --crash-at 300:after
`

/** Adds the command with its subcommands. */
export function addRehearse(program: Command, context: CommandContext): void {
  const rehearse = program
    .command('rehearse')
    .description('try it on the twin: no account, virtual time, every step judged')
  rehearse
    .command('migrate')
    .description('move a cluster from self-managed groups to managed node groups, on the twin')
    .option('-f, --file <fleet.yaml>', 'what the fleet shall be (docs/fleet-file.md)')
    .option('--world <world.yaml>', 'what the cluster is today (docs/world.md)')
    .option('--scenario <name>', 'a built-in world with its fleet; see regroup rehearse scenarios')
    .option('--cluster <name>', 'cluster to migrate; default: the first of the world')
    .option('--seed <text>', 'equal seeds give equal bytes', '1')
    .option('-o, --output <format>', 'text or json', 'text')
    .option('--events <file>', 'write every event as a line of JSON')
    .option('--crash-at <N[:before|after]>', 'kill the engine at its N-th call, start another')
    .option('--engine <name>', 'regroup, or kubectl-drain: what one would do by hand', 'regroup')
    .option('-q, --quiet', 'no progress')
    .addHelpText('after', examples)
    .action(async (flags: RehearseFlags) => {
      checkFlags(flags)
      const crashAt = flags.crashAt === undefined ? undefined : parseCrash(flags.crashAt)
      const { rehearseMigrate } = await import('./rehearse-migrate.ts')
      context.done(await rehearseMigrate(flags, crashAt, context))
    })
  rehearse
    .command('scenarios')
    .description('list the built-in worlds')
    .action(async () => {
      const { scenariosText } = await import('./scenarios.ts')
      context.streams.out(scenariosText())
    })
}

function checkFlags(flags: RehearseFlags): void {
  const usage = { code: exitCode.usage }
  if (!['text', 'json'].includes(flags.output)) {
    throw new Problem(`output ${flags.output} is not known`, 'Use text or json.', usage)
  }
  if (!['regroup', 'kubectl-drain'].includes(flags.engine)) {
    throw new Problem(`engine ${flags.engine} is not known`, 'Use regroup or kubectl-drain.', usage)
  }
  const hasFiles = flags.file !== undefined && flags.world !== undefined
  if (flags.scenario === undefined && !hasFiles) {
    const remedy = 'Give -f fleet.yaml and --world world.yaml, or --scenario NAME.'
    throw new Problem('nothing to rehearse', remedy, usage)
  }
  if (flags.scenario !== undefined && (flags.file !== undefined || flags.world !== undefined)) {
    const remedy = 'Leave -f and --world out.'
    throw new Problem('--scenario brings its own fleet and world', remedy, usage)
  }
}

function parseCrash(text: string): { call: number; when: 'before' | 'after' } {
  const match = /^(\d+)(?::(before|after))?$/.exec(text)
  const call = Number(match?.[1] ?? 0)
  if (match === null || call < 1 || !Number.isSafeInteger(call)) {
    const message = `--crash-at ${text} is not N, N:before or N:after`
    throw new Problem(message, 'Count calls from 1.', { code: exitCode.usage })
  }
  return { call, when: match[2] === 'before' ? 'before' : 'after' }
}
