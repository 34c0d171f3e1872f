/** The one event queue of a twin, ordered by (time, sequence). Twin layer. */

/** A scheduled event that can be taken back. */
export interface Timer {
  /** Takes the event back; idempotent, also after it ran. */
  cancel(): void
}

/** One entry; `run` is undefined once it was cancelled. */
export interface QueuedEvent {
  readonly atMs: number
  readonly sequence: number
  readonly label: string
  /** Background events (heartbeats, idle loops) alone do not count as something to wait for. */
  readonly isBackground: boolean
  run: (() => void) | undefined
  /** It was taken out: cancelling it no longer changes anything. */
  isTaken: boolean
}

/** Binary heap; equal times run in the order in which they were scheduled. */
export class EventQueue {
  private readonly heap: QueuedEvent[] = []
  private sequence = 0
  private foregroundCount = 0

  /** Number of events that are neither background nor cancelled. */
  get pendingForeground(): number {
    return this.foregroundCount
  }

  push(atMs: number, label: string, isBackground: boolean, run: () => void): Timer {
    const { sequence } = this
    const event: QueuedEvent = { atMs, sequence, label, isBackground, run, isTaken: false }
    this.sequence += 1
    if (!isBackground) this.foregroundCount += 1
    this.heap.push(event)
    this.siftUp(this.heap.length - 1)
    return {
      cancel: () => {
        if (event.isTaken || event.run === undefined) return
        if (!isBackground) this.foregroundCount -= 1
        event.run = undefined
      },
    }
  }

  /** Time of the next live event, undefined when the queue is empty. */
  peekMs(): number | undefined {
    this.dropCancelled()
    return this.heap[0]?.atMs
  }

  /** Takes the next live event out. */
  pop(): QueuedEvent | undefined {
    this.dropCancelled()
    const event = this.removeFirst()
    if (event === undefined) return undefined
    event.isTaken = true
    if (!event.isBackground) this.foregroundCount -= 1
    return event
  }

  private dropCancelled(): void {
    while (this.heap[0] !== undefined && this.heap[0].run === undefined) this.removeFirst()
  }

  private removeFirst(): QueuedEvent | undefined {
    const first = this.heap[0]
    const last = this.heap.pop()
    if (first !== undefined && last !== undefined && this.heap.length > 0 && first !== last) {
      this.heap[0] = last
      this.siftDown(0)
    }
    return first
  }

  private siftUp(start: number): void {
    let index = start
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.isBefore(index, parent)) return
      this.swap(index, parent)
      index = parent
    }
  }

  private siftDown(start: number): void {
    let index = start
    for (;;) {
      const left = 2 * index + 1
      const right = left + 1
      let smallest = index
      if (left < this.heap.length && this.isBefore(left, smallest)) smallest = left
      if (right < this.heap.length && this.isBefore(right, smallest)) smallest = right
      if (smallest === index) return
      this.swap(index, smallest)
      index = smallest
    }
  }

  private isBefore(a: number, b: number): boolean {
    const left = this.heap[a]!
    const right = this.heap[b]!
    return left.atMs < right.atMs || (left.atMs === right.atMs && left.sequence < right.sequence)
  }

  private swap(a: number, b: number): void {
    const held = this.heap[a]!
    this.heap[a] = this.heap[b]!
    this.heap[b] = held
  }
}
