/** A shell script as a tree: what was written, not what it does. Nodes layer, types only. */

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

/** A command with words. */
export interface SimpleCommand extends Place {
  readonly kind: 'simple'
  readonly assignments: readonly Assignment[]
  readonly words: readonly Word[]
  readonly redirects: readonly Redirect[]
}

/** `if`, with its `elif` branches in order. */
export interface IfCommand extends Place {
  readonly kind: 'if'
  readonly branches: readonly {
    readonly condition: readonly Statement[]
    readonly body: readonly Statement[]
  }[]
  readonly otherwise: readonly Statement[] | undefined
}

/** `{ }` and `( )`. */
export interface GroupCommand extends Place {
  readonly kind: 'group'
  readonly isSubshell: boolean
  readonly body: readonly Statement[]
  readonly redirects: readonly Redirect[]
}

/** Loops, `case` and functions: nothing looks inside. */
export interface BlockCommand extends Place {
  readonly kind: 'block'
  readonly keyword: 'case' | 'for' | 'function' | 'select' | 'until' | 'while'
  /** Of a function; empty for others. */
  readonly name: string
}

/** Anything that can stand in a pipeline. */
export type Command = SimpleCommand | IfCommand | GroupCommand | BlockCommand

/** Commands joined by `|`. */
export interface Pipeline extends Place {
  readonly isNegated: boolean
  readonly commands: readonly Command[]
}

/** Pipelines joined by `&&` and `||`. */
export interface Statement extends Place {
  readonly items: readonly {
    /** Empty for the first. */
    readonly operator: '' | '&&' | '||'
    readonly pipeline: Pipeline
  }[]
  readonly isBackground: boolean
}

/** A script, as far as it could be read. */
export interface ShellScript {
  readonly text: string
  readonly statements: readonly Statement[]
  /** Why the rest from `line` on could not be read; undefined when all was. */
  readonly fault: { readonly line: number; readonly message: string } | undefined
}
