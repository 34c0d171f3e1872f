/** What the converter makes of one command. Nodes layer, types and phrases. */

import type { SimpleCommand } from './shell/syntax.ts'
import type { Redirect } from './shell/word-syntax.ts'
import type { Piece } from './state-parts.ts'

/** A command with its words evaluated. */
export interface Ran {
  /** The program, without path; empty for a bare assignment or redirection. */
  readonly name: string
  readonly path: string
  readonly args: readonly string[]
  readonly node: SimpleCommand
  /** As it stands in the script. */
  readonly source: string
  readonly redirects: readonly Redirect[]
}

/** Why a human must look, and at what. */
export interface Blocking {
  readonly verdict: 'blocking'
  readonly why: string
  readonly code: string
  /** One sentence in the imperative. */
  readonly remedy: string
}

/** The end of a command's reading. */
export type Outcome =
  | { readonly verdict: 'carried' | 'dropped'; readonly why: string }
  | Blocking
  /** It is told when the whole script is read. */
  | { readonly verdict: 'later' }
  | {
      /** It stays in the script, where the family has one. */
      readonly verdict: 'script'
      readonly why: string
      readonly role: Piece['role']
      readonly defines?: readonly string[]
      readonly path?: string
    }

/** It is in the result, in another form. */
export function carried(why: string): Outcome {
  return { verdict: 'carried', why }
}

/** It is no longer needed. */
export function dropped(why: string): Outcome {
  return { verdict: 'dropped', why }
}

/** A human must decide. */
export function blocking(code: string, why: string, remedy: string): Outcome {
  return { verdict: 'blocking', code, why, remedy }
}

/** It does something and stays as it is. */
export function kept(why = 'stays in the script, which runs before the kubelet'): Outcome {
  return { verdict: 'script', why, role: 'does' }
}
