/** Findings: the user's input is wrong. Data, never thrown. World layer, types only. */

/** A place in a file; line and column count from 1. */
export interface SourceLocation {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** `error` stops the command, `warning` and `info` do not. */
export type FindingSeverity = 'error' | 'warning' | 'info'

/** One thing wrong with the input. All of one run are reported together, in order of position. */
export interface Finding {
  /** Stable, `area/what`, e.g. `fleet/unknown-key`. */
  readonly code: string
  readonly severity: FindingSeverity
  /** What is wrong and why it matters, one sentence. */
  readonly message: string
  /** What to do about it, one sentence in the imperative. */
  readonly remedy: string
  /** Dotted path in the document, e.g. `nodeGroups[0].taints[1].effect`; empty for the whole file. */
  readonly path?: string
  /** Where it stands; undefined when the input has no positions. */
  readonly location?: SourceLocation
}
