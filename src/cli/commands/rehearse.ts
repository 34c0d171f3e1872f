/** `regroup rehearse migrate`: the whole migration on the twin. Cli layer. */

import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import type { DesiredFleet } from '../../fleet/desired.ts'
import { loadFleet } from '../../fleet/load-fleet.ts'
import { nearest } from '../../fleet/suggest.ts'
import type { RunEvent } from '../../run/events.ts'
import { rehearseMigration } from '../../run/rehearse.ts'
import type { RehearsalReport } from '../../run/report.ts'
import { scenarioNames, scenarioWorld } from '../../twin/build/scenario.ts'
import { scenarioFleetYaml } from '../../twin/build/scenario-fleet.ts'
import { loadWorld } from '../../twin/build/world-file.ts'
import type { WorldSpec } from '../../twin/build/world-spec.ts'
import { exitCode } from '../exit-code.ts'
import { onInterrupt } from '../interrupt.ts'
import { Problem } from '../problem.ts'
import { listUserFiles, readUserFile } from '../read-file.ts'
import { Progress } from '../render/progress.ts'
import { reportText } from '../render/report.ts'
import type { Streams } from '../streams.ts'

interface Flags {
  readonly file?: string
  readonly world?: string
  readonly scenario?: string
  readonly cluster?: string
  readonly seed: string
  readonly output: string
  readonly events?: string
  readonly crashAt?: string
  readonly engine: string
  readonly quiet?: boolean
}

/** Adds the command; `done` gets the exit code. */
export function addRehearse(
  program: Command,
  streams: Streams,
  done: (code: number) => void,
): void {
  const rehearse = program
    .command('rehearse')
    .description('try it on the twin: no account, virtual time, every step judged')
  rehearse
    .command('migrate')
    .description('move a cluster from self-managed groups to managed node groups, on the twin')
    .option('-f, --file <fleet.yaml>', 'what the fleet shall be')
    .option('--world <world.yaml>', 'what the cluster is today')
    .option('--scenario <name>', `a built-in world with its fleet: ${scenarioNames.join(', ')}`)
    .option('--cluster <name>', 'cluster of the fleet file', undefined)
    .option('--seed <text>', 'equal seeds give equal bytes', '1')
    .option('-o, --output <format>', 'text or json', 'text')
    .option('--events <file>', 'write every event as NDJSON')
    .option('--crash-at <N[:before|after]>', 'kill the engine at its N-th call and start another')
    .option('--engine <name>', 'regroup or kubectl-drain (what one would do by hand)', 'regroup')
    .option('-q, --quiet', 'no progress')
    .addHelpText(
      'after',
      '\nExamples:\n  regroup rehearse migrate --scenario seed-web-shop\n  regroup rehearse migrate -f fleet.yaml --world world.yaml -o json\n',
    )
    .action(async (flags: Flags) => done(await rehearseCommand(flags, streams)))
}

async function rehearseCommand(flags: Flags, streams: Streams): Promise<number> {
  checkFlags(flags)
  const { fleet, world } = loadInputs(flags, streams)
  const crashAt = flags.crashAt === undefined ? undefined : parseCrash(flags.crashAt)
  const progress = flags.quiet === true ? undefined : new Progress(streams)
  const lines: string[] = []
  const startedMs = performance.now()
  const interrupt = onInterrupt(
    streams,
    'run the same command again: it goes on from what it finds',
  )
  const report = await rehearseMigration({
    world,
    fleet,
    ...(flags.cluster === undefined ? {} : { clusterName: flags.cluster }),
    seed: flags.seed,
    engine: flags.engine === 'kubectl-drain' ? 'kubectl-drain' : 'regroup',
    ...(crashAt === undefined ? {} : { crashAt }),
    signal: interrupt.signal,
    onEvent: (event: RunEvent) => {
      progress?.take(event)
      if (flags.events !== undefined) lines.push(JSON.stringify(event))
    },
  })
  interrupt.stop()
  progress?.finish()
  if (flags.events !== undefined) writeFileSync(flags.events, `${lines.join('\n')}\n`)
  streams.out(flags.output === 'json' ? `${JSON.stringify(report, null, 2)}\n` : reportText(report))
  streams.err(`took ${((performance.now() - startedMs) / 1000).toFixed(1)} s of wall time\n`)
  return codeOf(report)
}

/** Exit code of a report. */
export function codeOf(report: RehearsalReport): number {
  if (report.result === 'converged') return exitCode.ok
  if (report.result === 'blocked') return exitCode.blocked
  return report.result === 'paused' ? exitCode.paused : exitCode.error
}

function checkFlags(flags: Flags): void {
  const usage = { code: exitCode.usage }
  if (!['text', 'json'].includes(flags.output)) {
    throw new Problem(`output ${flags.output} is not known`, 'Use text or json.', usage)
  }
  if (!['regroup', 'kubectl-drain'].includes(flags.engine)) {
    throw new Problem(`engine ${flags.engine} is not known`, 'Use regroup or kubectl-drain.', usage)
  }
  const hasFiles = flags.file !== undefined && flags.world !== undefined
  if (flags.scenario === undefined && !hasFiles) {
    const remedy = 'Give -f fleet.yaml and --world world.yaml, or --scenario NAME.'
    throw new Problem('nothing to rehearse', remedy, usage)
  }
  if (flags.scenario !== undefined && (flags.file !== undefined || flags.world !== undefined)) {
    throw new Problem(
      '--scenario brings its own fleet and world',
      'Leave -f and --world out.',
      usage,
    )
  }
}

function loadInputs(flags: Flags, streams: Streams): { fleet: DesiredFleet; world: WorldSpec } {
  if (flags.scenario !== undefined) return loadScenario(flags.scenario)
  const fleetPath = flags.file ?? ''
  const worldPath = flags.world ?? ''
  const fleet = fleetOf(fleetPath, readUserFile(fleetPath, 'fleet file'))
  const folder = dirname(worldPath)
  const loaded = loadWorld(worldPath, readUserFile(worldPath, 'world file'), {
    list: (path) => listUserFiles(join(folder, path), ['.yaml', '.yml', '.json']),
    read: (path) => readUserFile(path.startsWith(folder) ? path : join(folder, path), 'manifest'),
  })
  for (const warning of loaded.warnings) streams.err(`warning: ${warning}\n`)
  if (loaded.world === undefined) {
    throw new Problem('the world file is wrong; nothing was done', '', {
      code: exitCode.findings,
      findings: loaded.findings,
    })
  }
  return { fleet, world: loaded.world }
}

/** @throws Problem with all findings when the file is wrong. */
export function fleetOf(file: string, bytes: Uint8Array | string): DesiredFleet {
  const { desired, findings } = loadFleet({ file, bytes })
  if (desired !== undefined) return desired
  throw new Problem('the fleet file is wrong; nothing was done', '', {
    code: exitCode.findings,
    findings,
  })
}

function loadScenario(name: string): { fleet: DesiredFleet; world: WorldSpec } {
  const world = scenarioWorld(name)
  const text = scenarioFleetYaml(name)
  if (world !== undefined && text !== undefined)
    return { world, fleet: fleetOf(`${name}.yaml`, text) }
  const near = nearest(name, scenarioNames)
  const hint = near === undefined ? '' : `Did you mean ${near}? `
  throw new Problem(
    `there is no scenario ${name}`,
    `${hint}There are ${scenarioNames.join(', ')}.`,
    {
      code: exitCode.usage,
    },
  )
}

function parseCrash(text: string): { call: number; when: 'before' | 'after' } {
  const match = /^(\d+)(?::(before|after))?$/.exec(text)
  const call = Number(match?.[1] ?? 0)
  if (match === null || call < 1) {
    throw new Problem(`--crash-at ${text} is not N, N:before or N:after`, 'Count calls from 1.', {
      code: exitCode.usage,
    })
  }
  return { call, when: match[2] === 'before' ? 'before' : 'after' }
}
