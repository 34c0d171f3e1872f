/** The flag that all commands share: text for people, or JSON. Cli layer. */

import { exitCode } from './exit-code.ts'
import { Problem } from './problem.ts'

/** @throws Problem for anything but `text` and `json`. */
export function assertOutput(output: string): void {
  if (output === 'text' || output === 'json') return
  const options = { code: exitCode.usage }
  throw new Problem(`output ${output} is not known`, 'Use text or json.', options)
}
