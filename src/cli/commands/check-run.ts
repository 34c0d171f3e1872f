/** The work of `regroup check`: read, check, print. Cli layer. */

import { type CheckInput, type CheckOptions, check, type LiveOf } from '../../check/check.ts'
import type { CheckFinding } from '../../check/check-finding.ts'
import { amiFamilies } from '../../nodes/ami-parameters.ts'
import { nearest } from '../../world/documents/nearest.ts'
import type { FindingSeverity } from '../../world/finding.ts'
import { exitCode } from '../exit-code.ts'
import { isFleetModule, readFleetModule } from '../fleet-module.ts'
import { Problem } from '../problem.ts'
import { readUserFile } from '../read-file.ts'
import { checkGithub } from '../render/check-github.ts'
import { checkJson } from '../render/check-json.ts'
import { checkSarif } from '../render/check-sarif.ts'
import { checkText } from '../render/check-text.ts'
import type { Streams } from '../streams.ts'
import { wallClock } from '../wall-clock.ts'
import type { CheckFlags } from './check.ts'

const severities: readonly FindingSeverity[] = ['error', 'warning', 'info']

const renderers: Readonly<Record<string, (findings: readonly CheckFinding[]) => string>> = {
  github: checkGithub,
  json: checkJson,
  sarif: checkSarif,
  text: checkText,
}

/**
 * Prints all findings of all files; the exit code tells whether one is severe enough.
 * @throws Problem, with `--live` RegroupError without credentials
 */
export async function runCheck(
  files: readonly string[],
  flags: CheckFlags,
  streams: Streams,
): Promise<number> {
  const render = renderers[oneOf('output', flags.output, Object.keys(renderers))]
  const failOn = oneOf('severity', flags.failOn, severities)
  const amiFamily =
    flags.amiFamily === undefined ? undefined : oneOf('AMI family', flags.amiFamily, amiFamilies)
  const options = { today: today(), ...(amiFamily === undefined ? {} : { amiFamily }) }
  const inputs: CheckInput[] = []
  for (const file of files) {
    const isModule = isFleetModule(file)
    inputs.push({
      file,
      bytes: isModule ? await readFleetModule(file) : readUserFile(file, 'file'),
    })
  }
  const liveOf = flags.live === true ? await look(inputs, { flags, options, streams }) : undefined
  const all = liveOf === undefined ? options : { ...options, liveOf }
  const findings = inputs.flatMap((input) =>
    isFleetModule(input.file) ? checkModule(input, all) : check(input, all),
  )
  streams.out(render?.(findings) ?? '')
  const isSevere = findings.some(
    ({ severity, waiver }) =>
      waiver === undefined && severities.indexOf(severity) <= severities.indexOf(failOn),
  )
  return isSevere ? exitCode.findings : exitCode.ok
}

/** What a program makes has no lines: findings of it stand at its beginning and name the path. */
function checkModule(input: CheckInput, options: CheckOptions): readonly CheckFinding[] {
  return check(input, options).map(({ message, path = '', ...one }) => ({
    ...one,
    path,
    message: path === '' ? message : `${path}: ${message}`,
    location: { file: input.file, line: 1, column: 1 },
  }))
}

/** Only now the SDK and the ports are loaded. */
async function look(
  inputs: readonly CheckInput[],
  { flags, options, streams }: { flags: CheckFlags; options: CheckOptions; streams: Streams },
): Promise<LiveOf> {
  const { liveTargets } = await import('../../check/live/live-targets.ts')
  const { lookLive } = await import('./check-live.ts')
  const targets = inputs.flatMap((input) => liveTargets(input, options))
  return lookLive(targets, flags, (text) => streams.err(text))
}

/** The UTC day: support of versions and waivers end on days. */
function today(): string {
  return new Date(wallClock.nowMs()).toISOString().slice(0, 10)
}

function oneOf<Value extends string>(what: string, value: string, known: readonly Value[]): Value {
  const found = known.find((one) => one === value)
  if (found !== undefined) return found
  const near = nearest(value, known)
  const remedy = near === undefined ? `Use one of ${known.join(', ')}.` : `Did you mean ${near}?`
  throw new Problem(`${what} ${value} is not known`, remedy, { code: exitCode.usage })
}
