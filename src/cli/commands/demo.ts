/** `regroup demo`: the example migrated twice, by Regroup and by hand. Cli layer. */

import { join } from 'node:path'
import type { Command } from 'commander'
import { rehearseMigration } from '../../run/rehearse.ts'
import { loadWorld } from '../../twin/build/world-file.ts'
import { exitCode } from '../exit-code.ts'
import { Problem } from '../problem.ts'
import { listUserFiles, readUserFile } from '../read-file.ts'
import { Progress } from '../render/progress.ts'
import { comparisonText, reportText } from '../render/report.ts'
import type { Streams } from '../streams.ts'
import { codeOf, fleetOf } from './rehearse.ts'

/** Adds the command; `root` is the checkout or the installed package. */
export function addDemo(
  program: Command,
  streams: Streams,
  context: { readonly root: string; readonly done: (code: number) => void },
): void {
  program
    .command('demo')
    .description('migrate the example cluster on the twin, then do it by hand, and compare')
    .option('--seed <text>', 'equal seeds give equal bytes', '1')
    .action(async (flags: { readonly seed: string }) => {
      context.done(await demo(join(context.root, 'examples', 'seed-web-shop'), flags.seed, streams))
    })
}

async function demo(folder: string, seed: string, streams: Streams): Promise<number> {
  const fleetPath = join(folder, 'fleet.yaml')
  const worldPath = join(folder, 'world.yaml')
  const fleet = fleetOf(fleetPath, readUserFile(fleetPath, 'fleet file'))
  const { findings, world } = loadWorld(worldPath, readUserFile(worldPath, 'world file'), {
    list: (path) => listUserFiles(join(folder, path), ['.yaml', '.yml', '.json']),
    read: (path) => readUserFile(join(folder, path), 'manifest'),
  })
  if (world === undefined) {
    throw new Problem('the world of the demo is wrong', '', { code: exitCode.findings, findings })
  }
  streams.out(
    'A cluster on Kubernetes 1.32 with six self-managed AL2 groups moves to managed node groups on 1.35.\n' +
      'AWS, Kubernetes and time are simulated; a judge checks 26 safety rules after every event.\n\n',
  )
  const progress = new Progress(streams)
  const ours = await rehearseMigration({
    world,
    fleet,
    seed,
    engine: 'regroup',
    onEvent: (event) => progress.take(event),
  })
  progress.finish()
  streams.out(`Regroup:\n${reportText(ours)}\n`)
  const theirs = await rehearseMigration({ world, fleet, seed, engine: 'kubectl-drain' })
  streams.out(
    'The same world and seed, by hand: new groups, kubectl drain --selector, groups deleted:\n',
  )
  streams.out(`${reportText(theirs)}\nSide by side:\n${comparisonText(ours, theirs)}`)
  return codeOf(ours)
}
