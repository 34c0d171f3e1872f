/** `regroup demo`: its flags. The work is loaded when it is asked for. Cli layer. */

import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'

/** Adds the command. */
export function addDemo(program: Command, context: CommandContext): void {
  program
    .command('demo')
    .description('migrate the example cluster on the twin, then do it by hand, and compare')
    .option('--seed <text>', 'equal seeds give equal bytes', '1')
    .action(async ({ seed }: { readonly seed: string }) => {
      const { demo } = await import('./demo-run.ts')
      context.done(await demo(seed, context))
    })
}
