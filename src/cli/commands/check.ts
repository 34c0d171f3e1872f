/** `regroup check`: its flags. The work is loaded when it is asked for. Cli layer. */

import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'

/** Flags of `check` as they are typed. */
export interface CheckFlags {
  readonly output: string
  readonly failOn: string
  readonly amiFamily?: string
}

const text = `
It reads files only: nothing is asked of AWS or a cluster. What a file is, is told by its content.
docs/check.md says what it can be; docs/rules.md and docs/findings.md explain every code.

Examples:
  regroup check fleet.yaml
  regroup check fleet.mjs
  regroup check plan.json user-data.sh --ami-family AmazonLinux2
  regroup check fleet.yaml --fail-on warning -o github
`

/** Adds the command. */
export function addCheck(program: Command, context: CommandContext): void {
  program
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
    .addHelpText('after', text)
    .action(async (files: readonly string[], flags: CheckFlags) => {
      const { runCheck } = await import('./check-run.ts')
      context.done(await runCheck(files, flags, context.streams))
    })
}
