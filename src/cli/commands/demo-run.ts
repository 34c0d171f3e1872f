/** The demo: the example migrated twice, by Regroup and by hand. Cli layer. */

import { join } from 'node:path'
import type { CommandContext } from '../command-context.ts'
import { readInputs } from '../inputs.ts'
import { comparisonText, reportText } from '../render/report.ts'
import { codeOf, judged } from './rehearse-migrate.ts'

const introduction = `A cluster on Kubernetes 1.32 with six self-managed Auto Scaling groups (Amazon Linux 2) moves to
managed node groups on 1.35 (Amazon Linux 2023). AWS, Kubernetes and time are simulated: nothing
outside of this process is touched. A judge checks 26 safety rules after every event.

`

/** Runs it; the result is the exit code. */
export async function demo(seed: string, context: CommandContext): Promise<number> {
  const { root, streams } = context
  const startedMs = streams.wallMs()
  const folder = join(root, 'examples', 'seed-web-shop')
  const { fleet, world } = readInputs(join(folder, 'fleet.yaml'), join(folder, 'world.yaml'))
  streams.out(introduction)
  const ours = await judged(context, false, { world, fleet, seed, engine: 'regroup' })
  streams.out(`Regroup\n${reportText(ours)}\n`)
  if (ours.result === 'paused') return codeOf(ours)
  streams.err('the same world and seed again, by hand ...\n')
  const byHand = { world, fleet, seed, engine: 'kubectl-drain' as const }
  const theirs = await judged(context, !streams.isTerminal, byHand)
  streams.out(
    `By hand: new groups, kubectl drain --selector, old groups deleted\n${reportText(theirs)}\n`,
  )
  if (theirs.result === 'paused') return codeOf(theirs)
  streams.out(`Side by side\n${comparisonText(ours, theirs)}\n`)
  streams.out(
    `Your own cluster: copy examples/seed-web-shop/ and read docs/rehearse.md. Then\n  regroup rehearse migrate -f fleet.yaml --world world.yaml\n`,
  )
  streams.err(`took ${((streams.wallMs() - startedMs) / 1000).toFixed(1)} s of wall time\n`)
  return codeOf(ours)
}
