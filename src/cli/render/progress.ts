/** Progress of a run: a picture that changes on a terminal, one line per change elsewhere. Cli layer. */

import type { RunEvent } from '../../run/events.ts'
import type { Streams } from '../streams.ts'
import { ChangeLines } from './change-lines.ts'
import { liveLines, stageLines } from './live-view.ts'
import { RunState } from './run-state.ts'

/** Wall time between two pictures: the twin makes thousands of events a second. */
const redrawMs = 80

/** Shows events; `finish` leaves how far each stage came on the terminal. */
export class Progress {
  private readonly streams: Streams
  private readonly state = new RunState()
  private readonly changes = new ChangeLines()
  private drawnLines = 0
  private drawnAtMs = Number.NEGATIVE_INFINITY

  constructor(streams: Streams) {
    this.streams = streams
  }

  take(event: RunEvent): void {
    if (!this.streams.isTerminal) {
      for (const line of this.changes.take(event)) this.streams.err(`${line}\n`)
      return
    }
    this.state.take(event)
    const nowMs = this.streams.wallMs()
    if (nowMs - this.drawnAtMs < redrawMs) return
    this.drawnAtMs = nowMs
    this.draw(liveLines(this.state, this.streams.columns))
  }

  /** A text above the picture, which is drawn again below it. */
  say(text: string): void {
    this.draw([])
    this.streams.err(text)
  }

  finish(): void {
    if (this.drawnLines > 0) this.draw(stageLines(this.state))
    this.drawnLines = 0
  }

  private draw(lines: readonly string[]): void {
    const up = this.drawnLines > 0 ? `\u001b[${this.drawnLines}A\u001b[0J` : ''
    this.streams.err(up + lines.map((line) => `${line}\n`).join(''))
    this.drawnLines = lines.length
  }
}
