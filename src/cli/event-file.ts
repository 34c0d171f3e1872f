/** `--events FILE`: one line of JSON per event, on disk as the run goes. Cli layer. */

import { closeSync, openSync, writeSync } from 'node:fs'
import { exitCode } from './exit-code.ts'
import { Problem } from './problem.ts'

/** Characters collected before they are written, where a whole run takes seconds. */
const chunkCharsDefault = 1 << 16

/** A file that is open for the length of a run; `close` writes what is left. */
export class EventFile {
  private readonly descriptor: number
  private readonly chunkChars: number
  private pending = ''

  /**
   * `chunkChars` 0 = every event is on disk before the run goes on.
   * @throws Problem when the file cannot be written; nothing has been started then.
   */
  constructor(path: string, chunkChars = chunkCharsDefault) {
    this.chunkChars = chunkChars
    try {
      this.descriptor = openSync(path, 'w')
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      const remedy = 'Name a file in a folder that exists and that you may write to.'
      throw new Problem(`--events ${path} cannot be written: ${why}`, remedy, {
        code: exitCode.usage,
      })
    }
  }

  write(event: object): void {
    this.pending += `${JSON.stringify(event)}\n`
    if (this.pending.length >= this.chunkChars) this.flush()
  }

  close(): void {
    this.flush()
    closeSync(this.descriptor)
  }

  private flush(): void {
    writeSync(this.descriptor, this.pending)
    this.pending = ''
  }
}
