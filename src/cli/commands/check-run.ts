/** The work of `regroup check`: read, check, print. Cli layer. */

import { type CheckOptions, check } from '../../check/check.ts'
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

/** Prints all findings of all files; the exit code tells whether one is severe enough. @throws Problem */
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
  const findings: CheckFinding[] = []
  for (const file of files) {
    if (isFleetModule(file)) findings.push(...(await checkModule(file, options)))
    else findings.push(...check({ file, bytes: readUserFile(file, 'file') }, options))
  }
  streams.out(render?.(findings) ?? '')
  const isSevere = findings.some(
    ({ severity, waiver }) =>
      waiver === undefined && severities.indexOf(severity) <= severities.indexOf(failOn),
  )
  return isSevere ? exitCode.findings : exitCode.ok
}

/** What a program makes has no lines: findings of it stand at its beginning and name the path. */
async function checkModule(file: string, options: CheckOptions): Promise<readonly CheckFinding[]> {
  const findings = check({ file, bytes: await readFleetModule(file) }, options)
  return findings.map(({ message, path = '', ...one }) => ({
    ...one,
    path,
    message: path === '' ? message : `${path}: ${message}`,
    location: { file, line: 1, column: 1 },
  }))
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
