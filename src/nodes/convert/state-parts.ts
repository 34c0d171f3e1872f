/** What lines of a script leave behind while it is read. Nodes layer, types only. */

import type { FindingSeverity } from '../../world/finding.ts'
import type { Json } from './marks.ts'

/** Lines of the input, both included. */
export interface Lines {
  readonly firstLine: number
  readonly lastLine: number
}

/** A finding before its place is written out. */
export interface Told {
  readonly code: string
  readonly severity: FindingSeverity
  readonly message: string
  readonly remedy: string
  /** 0 = the file as a whole. */
  readonly line: number
}

/** Part of a script that may stay. */
export interface Piece extends Lines {
  readonly text: string
  readonly why: string
  /** Stays only when a piece that does something needs it. */
  readonly role: 'does' | 'assigns' | 'exports' | 'mode' | 'prepares'
  readonly defines: readonly string[]
  /** The program; empty for blocks. */
  readonly name: string
  /** A file that it writes. */
  readonly path: string | undefined
  /** Which shell text of the input it comes from. */
  readonly section: number
}

/** Kubelet fields that some lines set. */
export interface KubeletEdit {
  readonly fields: Json
  readonly lines: Lines
  readonly isAfterCall: boolean
}

/** The call of bootstrap.sh, before its arguments are read. */
export interface Call {
  readonly words: readonly { readonly text: string; readonly line: number }[]
  /** Variables that bootstrap.sh reads from its environment. */
  readonly environment: Readonly<Record<string, string>>
  readonly lines: Lines
  /** Extra arguments that patches of bootstrap.sh and unit files add. */
  readonly moreArguments: readonly string[]
}

/** A file that the script has written and whose content is constant. */
export interface KnownFile {
  readonly content: string
  readonly lines: Lines
  /** Line of the input on which the content begins; undefined when it is not there line by line. */
  readonly contentLine?: number
  isUsed: boolean
  /** A script of it was walked line by line. */
  readonly wasRun?: boolean
}
