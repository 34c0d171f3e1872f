/** A checked fleet from a file that the user names. Cli layer. */

import type { DesiredFleet } from '../fleet/desired.ts'
import { loadFleet } from '../fleet/load-fleet.ts'
import { exitCode } from './exit-code.ts'
import { Problem } from './problem.ts'
import { readUserFile } from './read-file.ts'

/** A fleet file alone. @throws Problem with all findings when the file is wrong. */
export function readFleet(file: string): DesiredFleet {
  return fleetOf(file, readUserFile(file, 'fleet file'))
}

/** From the bytes of a file; `file` is the name for positions. @throws Problem with all findings. */
export function fleetOf(file: string, bytes: Uint8Array | string): DesiredFleet {
  const { desired, findings } = loadFleet({ file, bytes })
  if (desired !== undefined) return desired
  throw findingsProblem(findings)
}

/** Ends a command because of its input. */
export function findingsProblem(findings: Problem['findings']): Problem {
  const files = [...new Set(findings.flatMap((one) => one.location?.file ?? []))].join(' and ')
  const text = `${files === '' ? 'the input' : files} cannot be used as it is; nothing was touched`
  return new Problem(text, '', { code: exitCode.findings, findings })
}
