/** A user's mistake or a world's refusal, as the command line shows it. Cli layer. */

import type { Finding } from '../world/finding.ts'
import { exitCode } from './exit-code.ts'

/** Ends a command with a text and a code; findings are printed below the text. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: number
  readonly remedy: string
  readonly findings: readonly Finding[]

  constructor(
    message: string,
    remedy: string,
    options: { code?: number; findings?: readonly Finding[] } = {},
  ) {
    super(message)
    this.remedy = remedy
    this.code = options.code ?? exitCode.error
    this.findings = options.findings ?? []
  }
}
