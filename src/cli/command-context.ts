/** What every command gets. Cli layer, types only. */

import type { Streams } from './streams.ts'

/** Streams, the way to end with a code, and what was typed. */
export interface CommandContext {
  readonly streams: Streams
  /** Folder of the checkout or the installed package, with a slash at its end. */
  readonly root: string
  /** The command as it was typed, to be shown where it must be run again. */
  readonly typed: string
  /** Sets the exit code; 0 when it is never called. */
  done(code: number): void
}
