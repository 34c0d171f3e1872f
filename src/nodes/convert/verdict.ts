/** What becomes of each line of a script, and what a human must know about it. Nodes layer, types and order. */

import type { Finding } from '../../world/finding.ts'

/** `blocking` needs a human; `dropped` is no longer needed; `carried` is in the result. */
export type Verdict = 'carried' | 'dropped' | 'blocking'

/** One line of the input. */
export interface ConvertedLine {
  /** From 1. */
  readonly line: number
  readonly verdict: Verdict
  readonly text: string
  /** One or more short sentences; never empty. */
  readonly why: string
}

/** The answer to `convert user-data`. */
export interface Conversion {
  /** Plain text for EC2, before base64. Incomplete when a finding is an error. */
  readonly userData: string
  /** All lines of the input, in order. */
  readonly lines: readonly ConvertedLine[]
  /** In order of their lines. Errors block: a human must decide something. */
  readonly findings: readonly Finding[]
}

/** Families that scripts can be converted to. */
export type ConversionTarget = 'AmazonLinux2023' | 'Bottlerocket'

const weights: Readonly<Record<Verdict, number>> = { dropped: 0, carried: 1, blocking: 2 }

/** Several verdicts on one line: the gravest counts, every reason of it is told. */
export class LineNotes {
  readonly #notes = new Map<number, { verdict: Verdict; reasons: Set<string> }>()

  /** Notes a range of lines. */
  add(firstLine: number, lastLine: number, verdict: Verdict, why: string): void {
    for (let line = firstLine; line <= lastLine; line += 1) {
      const known = this.#notes.get(line)
      if (known === undefined || weights[verdict] > weights[known.verdict]) {
        this.#notes.set(line, { verdict, reasons: new Set([why]) })
      } else if (known.verdict === verdict) known.reasons.add(why)
    }
  }

  /** Undefined for a line that nobody spoke about. */
  of(line: number): { readonly verdict: Verdict; readonly why: string } | undefined {
    const note = this.#notes.get(line)
    if (note === undefined) return undefined
    const all = [...note.reasons]
    const shown = all.slice(0, 4).join('; ')
    return {
      verdict: note.verdict,
      why: all.length > 4 ? `${shown}; and ${all.length - 4} more` : shown,
    }
  }
}

/** What a script does not say and a person may. */
export interface ConvertOptions {
  readonly target: ConversionTarget
  /** Named in findings; e.g. the path of the file. */
  readonly file: string
  readonly endpoint?: string
  /** Base64. */
  readonly certificateAuthority?: string
  readonly serviceCidr?: string
}
