/** `regroup amis`: its flags. The work is loaded when it is asked for. Cli layer. */

import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import type { ConnectFlags } from '../connect.ts'
import { assertOutput } from '../output-format.ts'
import { withAwsOptions } from './connect-options.ts'

/** Flags of `amis` as they are typed. */
export interface AmisFlags extends ConnectFlags {
  readonly file?: string
  readonly kubernetesVersion?: string
  readonly amiFamily: string
  readonly own?: string
  readonly cluster?: string
  readonly live?: boolean
  readonly region?: string
  readonly output: string
}

const text = `
Examples:
  regroup amis                                   versions, their support, the newest images
  regroup amis --kubernetes-version 1.35         every release of a version
  regroup amis -f fleet.yaml                     what the fleet uses, and how old it is
  regroup amis -f fleet.yaml --live              the same, by SSM and EKS
  regroup amis --cluster shop --live --region eu-west-1
  regroup amis --own 'golden-al2023-*' --live --region eu-west-1
`

/** Adds the command. */
export function addAmis(program: Command, context: CommandContext): void {
  const command = program
    .command('amis')
    .description(
      'list node images and their releases, how old they are, and how long versions live',
    )
    .option('-f, --file <fleet.yaml>', 'what the fleet shall be (docs/fleet-file.md)')
    .option('--kubernetes-version <minor>', 'releases of this version, e.g. 1.35')
    .option('--ami-family <family>', 'AmazonLinux2023 or AmazonLinux2', 'AmazonLinux2023')
    .option('--cluster <name>', 'the node groups of a cluster that exists; with --live')
    .option('--own <id or name>', 'images of the account by name, with * and ?; or any by id')
    .option('--live', 'ask SSM, EKS and EC2 instead of the built-in tables')
    .option('--region <name>', 'Region to ask, when there is no fleet file')
  withAwsOptions(command)
    .option('-o, --output <format>', 'text or json', 'text')
    .addHelpText('after', text)
    .action(async (flags: AmisFlags) => {
      assertOutput(flags.output)
      const { amis } = await import('./amis-run.ts')
      context.done(await amis(flags, context))
    })
}
