/** Progress of a run: lines that change on a terminal, one line per change elsewhere. Cli layer. */

import type { RunEvent } from '../../run/events.ts'
import type { Streams } from '../streams.ts'
import { durationText } from './duration.ts'

/** Redraws are at least this many events apart: the twin runs thousands a second. */
const redrawEvery = 20

/** Shows events; `finish` leaves the terminal clean. */
export class Progress {
  private readonly streams: Streams
  private readonly stages = new Map<string, string>()
  private waitText = ''
  private lastText = ''
  private drawnLines = 0
  private podCount = 0
  private seen = 0

  constructor(streams: Streams) {
    this.streams = streams
  }

  take(event: RunEvent): void {
    this.seen += 1
    if (event.type === 'pod') this.podCount += event.data?.['kind'] === 'evict' ? 1 : 0
    else if (event.type === 'stage') this.stages.set(event.object, event.message)
    else if (event.type === 'wait') this.waitText = event.message
    else this.lastText = event.message
    if (this.streams.isTerminal) {
      if (this.seen % redrawEvery === 1) this.draw(event.seconds)
    } else if (event.type !== 'pod') this.streams.err(`${lineOf(event)}\n`)
  }

  finish(): void {
    if (this.drawnLines === 0) return
    this.streams.err(`\u001b[${this.drawnLines}A\u001b[0J`)
    this.drawnLines = 0
  }

  private draw(seconds: number): void {
    const lines = [
      `time ${durationText(seconds)}   pods moved ${this.podCount}`,
      ...[...this.stages].map(
        ([stage, text]) => `  ${stage.padEnd(14)} ${text.padStart(9)} ${barOf(text)}`,
      ),
      `  doing   ${this.lastText}`,
      `  waiting ${this.waitText}`,
    ].map((line) => line.slice(0, this.streams.columns - 1))
    const up = this.drawnLines > 0 ? `\u001b[${this.drawnLines}A\u001b[0J` : ''
    this.streams.err(`${up}${lines.join('\n')}\n`)
    this.drawnLines = lines.length
  }
}

function barOf(text: string): string {
  const [done = 0, total = 0] = text.split('/').map(Number)
  const full = total === 0 ? 0 : Math.round((20 * done) / total)
  return '#'.repeat(full) + '.'.repeat(20 - full)
}

/** One line: virtual time, what, message. */
export function lineOf(event: RunEvent): string {
  const subject = event.type === 'stage' ? `${event.object} ` : ''
  return `${durationText(event.seconds).padStart(8)}  ${event.type.padEnd(10)} ${subject}${event.message}`
}
