/** What `regroup twin serve` does: one world behind its ports until Ctrl-C. Cli layer. */

import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { emptyWorld } from '../twin/build/empty-world.ts'
import { startingAt } from '../twin/build/start-at.ts'
import type { WorldSpec } from '../twin/build/world-spec.ts'
import type { Speed } from '../twin/wire/pace.ts'
import { type RunningTwin, serveTwin } from '../twin/wire/serve.ts'
import { nearest } from '../world/documents/nearest.ts'
import { isFailure } from '../world/failure.ts'
import { exitCode } from './exit-code.ts'
import { Problem } from './problem.ts'
import { listUserFiles, readUserFile } from './read-file.ts'
import type { Streams } from './streams.ts'
import { TwinFiles } from './twin-state.ts'
import { wallClock } from './wall-clock.ts'

/** Flags of the command as they were typed. */
export interface ServeFlags {
  readonly scenario?: string
  readonly world?: string
  readonly empty?: boolean
  readonly region: string
  readonly port: string
  readonly controlPort: string
  readonly throttle?: string
  readonly speed: string
  readonly startAt?: string
  readonly seed: string
  readonly listen: string
  readonly output: string
}

/** Serves until the first Ctrl-C or SIGTERM. @throws Problem for wrong flags, files and taken ports. */
export async function serveCommand(flags: ServeFlags, streams: Streams): Promise<void> {
  const { isPaused, speed } = parseSpeed(flags.speed)
  if (!['text', 'json'].includes(flags.output)) {
    throw usage(`output ${flags.output} is not known`, 'Use text or json.')
  }
  const startAt = parseStart(flags.startAt)
  const described = await worldOf(flags, streams)
  const world = startAt === undefined ? described : startingAt(described, startAt)
  const files = new TwinFiles()
  const running = await start(
    {
      world,
      seed: flags.seed,
      wall: wallClock,
      speed,
      isPaused,
      onBroken: (reason) => streams.err(`error: ${reason}\n${brokenRemedy}`),
      address: flags.listen,
      port: parsePort(flags.port),
      controlPort: parsePort(flags.controlPort),
      controlToken: randomBytes(24).toString('base64url'),
      isThrottled: isThrottled(flags.throttle, speed),
      clusterServers: async (host, faults) => {
        const { serveClusters } = await import('../twin/wire/kube/serve-clusters.ts')
        const { writeKubeconfig } = files
        const onBug = (error: unknown): void => streams.err(bugText(error))
        return serveClusters(host, { address: flags.listen, writeKubeconfig, faults, onBug })
      },
    },
    files,
  )
  try {
    files.announce(running.served)
    if (!isLoopback(flags.listen)) {
      streams.err(`warning: anyone who reaches ${flags.listen} can change this world\n`)
    }
    const isJson = flags.output === 'json'
    streams.out(isJson ? `${JSON.stringify(running.served)}\n` : servedText(running))
    await interrupted()
  } finally {
    files.remove()
    await running.stop()
  }
}

async function start(
  options: Parameters<typeof serveTwin>[0],
  files: TwinFiles,
): Promise<RunningTwin> {
  try {
    return await serveTwin(options)
  } catch (error) {
    files.remove()
    if (!isFailure(error)) throw error
    const remedy = isFailure(error, 'in-use')
      ? 'Give --port 0 for any free one.'
      : 'Check --listen.'
    throw new Problem(error.message, remedy)
  }
}

/** The client hears no more than that it was a bug. */
function bugText(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `error: a request met a bug of the twin, please report it:\n${text}\n`
}

const brokenRemedy =
  '    Requests are still answered, but nothing happens any more. Start the twin anew, or POST /reset.\n'

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve())
  })
}

function servedText({ served }: RunningTwin): string {
  const { aws, clusters, control } = served
  const names = clusters.map((one) => one.name).join(', ')
  const files = clusters.flatMap(({ kubeconfig, name }) =>
    kubeconfig === undefined ? [] : [`kubectl   --kubeconfig ${kubeconfig} (${name})`],
  )
  return [
    `AWS       ${aws.endpoint} (${aws.region})`,
    `control   ${control.endpoint}`,
    `clusters  ${names === '' ? 'none' : names}`,
    ...files,
    '',
    'In another shell:  eval "$(regroup twin env)"',
    'Ctrl-C ends it; nothing is kept.',
    '',
  ].join('\n')
}

async function worldOf(flags: ServeFlags, streams: Streams): Promise<WorldSpec> {
  const given = [flags.scenario, flags.world, flags.empty].filter((one) => one !== undefined)
  if (given.length !== 1) {
    throw usage('which world?', 'Give one of --scenario NAME, --world FILE and --empty.')
  }
  if (flags.scenario !== undefined) return scenarioOf(flags.scenario)
  if (flags.world !== undefined) return fileOf(flags.world, streams)
  if (!/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(flags.region)) {
    throw usage(`${flags.region} is not a Region`, 'For example --region eu-west-1.')
  }
  return emptyWorld(flags.region)
}

/** Scenarios bring large tables: they are loaded only when asked for. */
async function scenarioOf(name: string): Promise<WorldSpec> {
  const { scenarioNames, scenarioWorld } = await import('../twin/build/scenario.ts')
  const world = scenarioWorld(name)
  if (world !== undefined) return world
  const near = nearest(name, scenarioNames)
  const hint = near === undefined ? '' : `Did you mean ${near}? `
  throw usage(`there is no scenario ${name}`, `${hint}There are ${scenarioNames.join(', ')}.`)
}

async function fileOf(path: string, streams: Streams): Promise<WorldSpec> {
  const { loadWorld } = await import('../twin/build/world-file.ts')
  const folder = dirname(path)
  const { findings, warnings, world } = loadWorld(path, readUserFile(path, 'world file'), {
    list: (name) => listUserFiles(join(folder, name), ['.yaml', '.yml', '.json']),
    read: (name) => readUserFile(name.startsWith(folder) ? name : join(folder, name), 'manifest'),
  })
  for (const warning of warnings) streams.err(`warning: ${warning}\n`)
  if (world !== undefined) return world
  throw new Problem('the world file is wrong; nothing is served', '', {
    code: exitCode.findings,
    findings,
  })
}

function parseSpeed(text: string): { readonly speed: Speed; readonly isPaused: boolean } {
  if (text === 'max') return { speed: 'max', isPaused: false }
  if (text === 'paused') return { speed: 'max', isPaused: true }
  const speed = Number(text)
  if (/^\d+(?:\.\d+)?$/.test(text) && speed > 0 && speed <= 1e6) return { speed, isPaused: false }
  throw usage(`--speed ${text} is not known`, 'Use 1, a positive number, max or paused.')
}

/** Real controllers compare times of the world with their own clock: for them it starts now. */
function parseStart(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text)
  const startMs = text === 'now' ? wallClock.nowMs() : Date.parse(isTime ? text : '')
  if (!Number.isNaN(startMs)) return `${new Date(startMs).toISOString().slice(0, 19)}Z`
  throw usage(
    `--start-at ${text} is not a time`,
    'Use now, or a time such as 2026-11-24T08:00:00Z.',
  )
}

/** Budgets make sense where waiting takes as long as on AWS: not while time jumps. */
function isThrottled(text: string | undefined, speed: Speed): boolean {
  if (text === undefined) return speed !== 'max'
  if (text === 'on' || text === 'off') return text === 'on'
  throw usage(`--throttle ${text} is not known`, 'Use on or off.')
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw usage(`--port ${text} is not a port`, 'Use 0 to 65535; 0 = any free one.')
}

function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^127\./.test(address)
}

function usage(message: string, remedy: string): Problem {
  return new Problem(message, remedy, { code: exitCode.usage })
}
