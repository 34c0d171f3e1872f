/** `regroup migrate`: its flags. The work is loaded when it is asked for. Cli layer. */

import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import type { ConnectFlags } from '../connect.ts'
import { assertOutput } from '../output-format.ts'
import { withConnectOptions } from './connect-options.ts'

/** Flags of `migrate` as they are typed. */
export interface MigrateFlags extends ConnectFlags {
  readonly file: string
  readonly cluster?: string
  readonly confirm?: string
  readonly abort?: boolean
  readonly output: string
  readonly events?: string
  readonly quiet?: boolean
}

const text = `
It changes real clusters. Rehearse first: regroup rehearse migrate --help
Killed or stopped at any point, the same command goes on from what it finds.

Examples:
  regroup migrate -f fleet.yaml --cluster shop --confirm shop
  regroup migrate -f fleet.yaml --cluster shop --confirm shop --profile prod -o json
  regroup migrate -f fleet.yaml --cluster shop --read-only
  regroup migrate -f fleet.yaml --cluster shop --confirm shop --abort
`

/** Adds the command. */
export function addMigrate(program: Command, context: CommandContext): void {
  const command = program
    .command('migrate')
    .description('move a cluster from self-managed groups to managed node groups')
    .requiredOption('-f, --file <fleet.yaml>', 'what the fleet shall be (docs/fleet-file.md)')
    .option('--cluster <name>', 'cluster to migrate; needed when the file has several')
    .option('--confirm <name>', 'the cluster once more: it will be changed')
    .option('--abort', 'end a half-done migration: uncordon, restore old groups, leave new ones')
  withConnectOptions(command)
    .option('--read-only', 'refuse every call that changes something: shows the first step')
    .option('-o, --output <format>', 'text or json', 'text')
    .option('--events <file>', 'write every event as a line of JSON')
    .option('-q, --quiet', 'no progress')
    .addHelpText('after', text)
    .action(async (flags: MigrateFlags) => {
      assertOutput(flags.output)
      const { migrate } = await import('./migrate-run.ts')
      context.done(await migrate(flags, context))
    })
}
