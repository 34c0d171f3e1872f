/** The work of `regroup convert user-data`: read, convert, print. Cli layer. */

import { convertUserData } from '../../nodes/convert/convert-user-data.ts'
import { inputCodes } from '../../nodes/convert/input-fault.ts'
import type { Conversion, ConversionTarget } from '../../nodes/convert/verdict.ts'
import { nearest } from '../../world/documents/nearest.ts'
import { exitCode } from '../exit-code.ts'
import { Problem } from '../problem.ts'
import { conversionText } from '../render/conversion.ts'
import type { Streams } from '../streams.ts'
import { readUserData } from '../user-data-input.ts'
import type { ConvertFlags } from './convert.ts'

const targets: readonly ConversionTarget[] = ['AmazonLinux2023', 'Bottlerocket']

/**
 * Prints the result; the code says whether a human must decide something (5) or the input is not user
 * data of Amazon Linux 2 (3). Blocked user data is incomplete: it is printed only when that is asked for,
 * so that a pipe never gets it. @throws Problem
 */
export function runConvert(file: string, flags: ConvertFlags, streams: Streams): number {
  const target = oneOf('family', flags.to, targets)
  const output = oneOf('output', flags.output, ['text', 'json'])
  const { note, text } = readUserData(file)
  const { certificateAuthority, endpoint, serviceCidr } = flags
  const conversion = convertUserData(text, {
    target,
    file: file === '-' ? 'standard input' : file,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
    ...(serviceCidr === undefined ? {} : { serviceCidr }),
  })
  const code = codeOf(conversion)
  if (output === 'json') {
    streams.out(`${JSON.stringify(conversion, undefined, 2)}\n`)
    return code
  }
  const isWhole = code === exitCode.ok
  if (isWhole || flags.incomplete === true) streams.out(conversion.userData)
  streams.err(conversionText(conversion, { note, isPrinted: isWhole || flags.incomplete === true }))
  return code
}

function codeOf({ findings }: Conversion): number {
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return exitCode.ok
  return errors.some(({ code }) => inputCodes.has(code)) ? exitCode.findings : exitCode.blocked
}

function oneOf<Value extends string>(what: string, value: string, known: readonly Value[]): Value {
  const found = known.find((one) => one === value)
  if (found !== undefined) return found
  const near = nearest(value, known)
  const remedy = near === undefined ? `Use one of ${known.join(', ')}.` : `Did you mean ${near}?`
  throw new Problem(`${what} ${value} is not known`, remedy, { code: exitCode.usage })
}
