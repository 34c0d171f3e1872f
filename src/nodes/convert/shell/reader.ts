/** A place in the text of a shell script, and the here-documents that wait for the next line. Nodes layer, pure. */

import type { Redirect, WordPart } from './word-syntax.ts'

/** What the text is not: a shell script that can be read to its end. Caught by readShell. */
export class ShellFault extends Error {
  override readonly name = 'ShellFault'
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

/** A here-document whose body has not been read yet. */
export interface PendingHeredoc {
  readonly redirect: Redirect
  readonly delimiter: string
  readonly isQuoted: boolean
  readonly stripsTabs: boolean
}

/** Deeper nesting is nothing that a person writes. */
const depthMax = 60

/** Moves through a text; every method moves forward or throws. */
export class Reader {
  readonly text: string
  at = 0
  readonly pending: PendingHeredoc[] = []
  readonly #lineStarts: number[]
  #depth = 0

  constructor(text: string) {
    this.text = text
    this.#lineStarts = [0]
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
      this.#lineStarts.push(at + 1)
    }
  }

  /** The character here; empty at the end. */
  get char(): string {
    return this.text[this.at] ?? ''
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length
  }

  startsWith(text: string): boolean {
    return this.text.startsWith(text, this.at)
  }

  /** The match of a sticky expression here; undefined without one. */
  match(form: RegExp): RegExpExecArray | undefined {
    form.lastIndex = this.at
    return form.exec(this.text) ?? undefined
  }

  /** Line of an offset, from 1. */
  lineOf(offset: number): number {
    let low = 0
    let high = this.#lineStarts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return low + 1
  }

  /** Blanks, line continuations and a comment: all that may stand before a word. */
  skipBlanks(): void {
    for (;;) {
      if (this.char === ' ' || this.char === '\t') this.at += 1
      else if (this.startsWith('\\\n')) this.at += 2
      else break
    }
    if (this.char !== '#') return
    const end = this.text.indexOf('\n', this.at)
    this.at = end < 0 ? this.text.length : end
  }

  /** Runs `read` one level deeper. */
  nested<Result>(read: () => Result): Result {
    this.#depth += 1
    if (this.#depth > depthMax) throw new ShellFault('it is nested too deeply', this.at)
    const result = read()
    this.#depth -= 1
    return result
  }

  /** Passes the line break here and reads the bodies of here-documents behind it. */
  newLine(partsOf: (text: string, isQuoted: boolean) => readonly WordPart[]): void {
    this.at += 1
    for (const heredoc of this.pending.splice(0)) {
      const lines: string[] = []
      let isClosed = false
      while (!this.isAtEnd && !isClosed) {
        const end = this.text.indexOf('\n', this.at)
        const stop = end < 0 ? this.text.length : end
        const line = this.text.slice(this.at, stop)
        const bare = heredoc.stripsTabs ? line.replace(/^\t+/, '') : line
        this.at = Math.min(stop + 1, this.text.length)
        isClosed = bare === heredoc.delimiter
        if (!isClosed) lines.push(`${bare}\n`)
      }
      if (!isClosed) {
        throw new ShellFault(`the here-document ${heredoc.delimiter} never ends`, this.at)
      }
      const body = lines.join('')
      heredoc.redirect.body = partsOf(body, heredoc.isQuoted)
    }
  }
}
