/** `regroup migrate`: the engine on a real cluster. Cli layer. */

import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { exitCode } from '../exit-code.ts'
import { Problem } from '../problem.ts'

/** Adds the command. Ports to real endpoints are not part of this release: it says so after the check. */
export function addMigrate(program: Command, context: CommandContext): void {
  program
    .command('migrate')
    .description('move a cluster to managed node groups (checks the fleet file; see rehearse)')
    .requiredOption('-f, --file <fleet.yaml>', 'what the fleet shall be (docs/fleet-file.md)')
    .action(async (flags: { readonly file: string }) => {
      const { readFleet } = await import('../inputs.ts')
      const { clusters } = readFleet(flags.file)
      const count = `${clusters.length} ${clusters.length === 1 ? 'cluster' : 'clusters'}`
      context.streams.err(`${flags.file}: nothing wrong, ${count}\n`)
      throw new Problem(
        'this release cannot reach real AWS and Kubernetes endpoints; nothing was touched',
        'Rehearse it: regroup rehearse migrate -f fleet.yaml --world world.yaml',
        { code: exitCode.error },
      )
    })
}
