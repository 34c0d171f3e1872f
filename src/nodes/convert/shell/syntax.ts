/** A shell script as a tree: what was written, not what it does. Nodes layer, types only. */

import type { Assignment, Place, Redirect, Word } from './word-syntax.ts'

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
