/** One plain line per change, for logs and pipes. Cli layer, pure. */

import type { RunEvent } from '../../run/events.ts'
import { outsideReason } from '../../run/narrator.ts'
import { clockText } from './duration.ts'
import { RunState } from './run-state.ts'
import { shortNames } from './short-names.ts'
import { stageLabels, stageOf } from './stages.ts'

/** A wait is told when nothing else has been told for so long: short ones are not worth a line. */
const quietSecondsMax = 120
/** Waits for someone outside are told at once, but one that flaps only so often. */
const outsideSecondsMin = 30

/** Lines for events taken in order; none for what only repeats. */
export class ChangeLines {
  private readonly state = new RunState()
  private readonly toldStages = new Set<string>()
  private pending: { readonly text: string; readonly line: string } | undefined
  private toldWait = ''
  private lastSeconds = 0
  private outsideSeconds = Number.NEGATIVE_INFINITY

  take(event: RunEvent): readonly string[] {
    this.state.take(event)
    if (event.data?.reason === outsideReason) return this.outsideWait(event)
    if (event.type === 'wait') {
      const text = event.message
      this.pending ??= { text, line: this.line(event, `waiting: ${text}`) }
    }
    const late = this.lateWait(event.seconds)
    if (event.type === 'wait' || event.type === 'pod') return late
    this.pending = undefined
    if (event.type === 'stage') return [...late, ...this.stageDone(event)]
    this.lastSeconds = event.seconds
    const code = event.type === 'blocked' ? `blocked, ${event.data?.code}: ${event.object} ` : ''
    return [...late, this.line(event, `${code}${event.message}`)]
  }

  private outsideWait(event: RunEvent): readonly string[] {
    if (event.seconds - this.outsideSeconds < outsideSecondsMin) return []
    this.outsideSeconds = event.seconds
    this.lastSeconds = event.seconds
    return [this.line(event, event.message)]
  }

  private lateWait(seconds: number): readonly string[] {
    const { pending } = this
    if (pending === undefined || seconds - this.lastSeconds < quietSecondsMax) return []
    this.pending = undefined
    if (pending.text === this.toldWait) return []
    this.toldWait = pending.text
    this.lastSeconds = seconds
    return [pending.line]
  }

  private stageDone(event: RunEvent): readonly string[] {
    const { doneCount, totalCount } = event.data ?? {}
    if (doneCount !== totalCount || this.toldStages.has(event.object)) return []
    this.toldStages.add(event.object)
    this.lastSeconds = event.seconds
    return [this.line(event, 'done')]
  }

  private line(event: RunEvent, text: string): string {
    const stage = stageOf(event)
    const label = event.type === 'summary' ? '' : (stageLabels[stage] ?? stage)
    const counts = this.state.stages.get(stage)
    const count =
      counts === undefined || event.type === 'summary'
        ? ''
        : `${counts.doneCount}/${counts.totalCount}`
    const time = clockText(event.seconds).padStart(11)
    return `${time}  ${label.padEnd(13)} ${count.padStart(5)}  ${shortNames(text)}`
  }
}
