/** Words of a shell script and what they stand in: what was written, not what it does. Nodes layer, types only. */

/** A piece of a word. `source` is the text as it stands; quotes are removed from `text` only. */
export type WordPart =
  | { readonly kind: 'text'; readonly text: string; readonly isQuoted: boolean }
  | {
      readonly kind: 'variable'
      readonly name: string
      /** `@` and `*` for a whole array; empty for none. */
      readonly index: string
      /** `-`, `:-`, `=`, `:=`, `+`, `:+`, `?`, `:?`; empty for a plain `$NAME`. */
      readonly operator: string
      readonly operand: readonly WordPart[]
      readonly source: string
      /** With braces, so that a template could mean itself by it. */
      readonly isBraced: boolean
      readonly isQuoted: boolean
    }
  | {
      readonly kind: 'command'
      readonly script: string
      readonly source: string
      readonly isQuoted: boolean
    }
  /** Known at boot only: arithmetic, other expansions, process substitution. */
  | { readonly kind: 'opaque'; readonly source: string; readonly isQuoted: boolean }

/** A place in the script: offsets, and lines that count from 1. */
export interface Place {
  readonly start: number
  readonly end: number
  readonly firstLine: number
  /** A here-document belongs to its command. */
  readonly lastLine: number
}

/** One word of a command. */
export interface Word {
  readonly parts: readonly WordPart[]
  readonly start: number
  readonly end: number
  readonly line: number
}

/** `NAME=value` or `NAME+=value` before or instead of a command. */
export interface Assignment {
  readonly name: string
  readonly isAppended: boolean
  /** One for a plain value, any number for an array. */
  readonly values: readonly Word[]
  readonly isArray: boolean
  readonly line: number
}

/** `> file`, `<<EOF` and the like. */
export interface Redirect {
  readonly operator: string
  /** Left of the operator; undefined when not written. */
  readonly descriptor: string | undefined
  readonly target: Word
  /** Content of a here-document; undefined for others. */
  body: readonly WordPart[] | undefined
}
