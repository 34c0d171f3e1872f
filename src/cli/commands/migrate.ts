/** `regroup migrate`: the engine on a real cluster. Cli layer. */

import type { Command } from 'commander'
import { exitCode } from '../exit-code.ts'
import { Problem } from '../problem.ts'
import { readUserFile } from '../read-file.ts'
import type { Streams } from '../streams.ts'
import { fleetOf } from './rehearse.ts'

/** Adds the command. Ports to real endpoints are not part of this release: it says so after the check. */
export function addMigrate(program: Command, streams: Streams): void {
  program
    .command('migrate')
    .description('move a cluster to managed node groups (checks the fleet file; see rehearse)')
    .requiredOption('-f, --file <fleet.yaml>', 'what the fleet shall be')
    .action((flags: { readonly file: string }) => {
      const fleet = fleetOf(flags.file, readUserFile(flags.file, 'fleet file'))
      streams.err(`${flags.file} is fine: ${fleet.clusters.length} clusters\n`)
      throw new Problem(
        'this release has no ports to real AWS and Kubernetes endpoints yet; nothing was touched',
        'Rehearse it: regroup rehearse migrate -f fleet.yaml --world world.yaml',
        { code: exitCode.error },
      )
    })
}
