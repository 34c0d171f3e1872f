/** `regroup explain`: its flags. The work is loaded when it is asked for. Cli layer. */

import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import type { ConnectFlags } from '../connect.ts'
import { assertOutput } from '../output-format.ts'
import { withAwsOptions } from './connect-options.ts'

/** Flags of `explain` as they are typed. */
export interface ExplainFlags extends ConnectFlags {
  readonly file?: string
  readonly live?: boolean
  readonly region?: string
  /** True without a value. */
  readonly diff?: string | true
  readonly output: string
}

const text = `
A name is CLUSTER/GROUP, or a group's alone when only one has it, or the code of a finding.

Examples:
  regroup explain eu-1/eu-1-0-spot-arm64 -f fleet.yaml
  regroup explain eu-1/eu-1-0-spot-arm64 -f fleet.yaml --diff amiFamily=Bottlerocket
  regroup explain eu-1/eu-1-0-spot-arm64 -f fleet.yaml --diff other-fleet.yaml
  regroup explain eu-1/eu-1-0-spot-arm64 -f fleet.yaml --diff --live
  regroup explain eu-1/web --live --region eu-west-1 -o json
  regroup explain LT-1
`

/** Adds the command. */
export function addExplain(program: Command, context: CommandContext): void {
  const command = program
    .command('explain')
    .description('show what a node of a group really gets, or what a finding means')
    .argument('<name>', 'CLUSTER/GROUP, or the code of a finding')
    .option('-f, --file <fleet.yaml>', 'what the fleet shall be (docs/fleet-file.md)')
    .option('--live', 'read the group, its launch template and its user data from AWS')
    .option('--diff [change]', 'against KEY=VALUE, another fleet file, or with --live the file')
    .option('--region <name>', 'Region of the cluster, when there is no fleet file')
  withAwsOptions(command)
    .option('-o, --output <format>', 'text or json', 'text')
    .addHelpText('after', text)
    .action(async (name: string, flags: ExplainFlags) => {
      assertOutput(flags.output)
      const { explain } = await import('./explain-run.ts')
      context.done(await explain(name, flags, context))
    })
}
