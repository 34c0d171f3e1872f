/** `regroup explain`: its flags. The work is loaded when it is asked for. Cli layer. */

import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { exitCode } from '../exit-code.ts'
import { Problem } from '../problem.ts'

/** Flags of `explain` as they are typed. */
export interface ExplainFlags {
  readonly file?: string
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
  regroup explain LT-1
`

/** Adds the command. */
export function addExplain(program: Command, context: CommandContext): void {
  program
    .command('explain')
    .description('show what a node of a group really gets, or what a finding means')
    .argument('<name>', 'CLUSTER/GROUP, or the code of a finding')
    .option('-f, --file <fleet.yaml>', 'what the fleet shall be (docs/fleet-file.md)')
    .option('--diff [change]', 'against KEY=VALUE or another fleet file')
    .option('-o, --output <format>', 'text or json', 'text')
    .addHelpText('after', text)
    .action(async (name: string, flags: ExplainFlags) => {
      if (!['text', 'json'].includes(flags.output)) {
        const options = { code: exitCode.usage }
        throw new Problem(`output ${flags.output} is not known`, 'Use text or json.', options)
      }
      const { explain } = await import('./explain-run.ts')
      context.done(await explain(name, flags, context))
    })
}
