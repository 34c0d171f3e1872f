/** `regroup check`: its flags. The work is loaded when it is asked for. Cli layer. */

import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import type { ConnectFlags } from '../connect.ts'
import { withConnectOptions } from './connect-options.ts'

/** Flags of `check` as they are typed. */
export interface CheckFlags extends ConnectFlags {
  readonly output: string
  readonly failOn: string
  readonly amiFamily?: string
  readonly live?: boolean
  readonly awsOnly?: boolean
  readonly region?: string
  readonly cluster?: string
}

const text = `
It reads files only; with --live it also asks AWS and the clusters, and changes nothing there.
What a file is, is told by its content. docs/check.md says what it can be; docs/rules.md and
docs/findings.md explain every code.

Examples:
  regroup check fleet.yaml
  regroup check fleet.mjs
  regroup check plan.json user-data.sh --ami-family AmazonLinux2
  regroup check fleet.yaml --fail-on warning -o github
  regroup check fleet.yaml --live --profile prod
`

/** Adds the command. */
export function addCheck(program: Command, context: CommandContext): void {
  const command = program
    .command('check')
    .description('say what EKS, EC2 or the nodes would refuse, before they do')
    .argument('<file...>', 'fleet files, launch templates, Terraform plans, user data')
    .option('-o, --output <format>', 'text, json, sarif or github', 'text')
    .option(
      '--fail-on <severity>',
      'least severity that ends with code 3: error, warning, info',
      'error',
    )
    .option('--ami-family <family>', 'of user data and templates that do not say it')
    .option('--live', 'also ask AWS and the clusters what they have and allow')
    .option('--aws-only', 'with --live: leave the API servers of the clusters alone')
    .option('--cluster <name>', 'with --live: this cluster only; for files that name none')
    .option('--region <name>', 'with --live: Region of files that do not say it')
  withConnectOptions(command)
    .addHelpText('after', text)
    .action(async (files: readonly string[], flags: CheckFlags) => {
      const { runCheck } = await import('./check-run.ts')
      context.done(await runCheck(files, flags, context.streams))
    })
}
