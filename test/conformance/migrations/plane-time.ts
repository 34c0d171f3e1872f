/** Time of a real control plane under a twin that jumps: while it works both run alike. Test support. */

import type { Kernel } from '../../../src/twin/kernel/kernel.ts'
import type { Pacer } from '../../../src/twin/wire/pace.ts'

interface Anchor {
  readonly wallMs: number
  readonly virtualMs: number
  readonly isRunning: boolean
}

/** Timestamps of the API server have whole seconds: what happened in one is taken to be its last. */
const secondMs = 999

/**
 * Virtual time runs as fast as the wall clock while the control plane has work, and jumps from event to event
 * while it has none. Its objects carry wall times; {@link toVirtual} says when that was for the engine.
 */
export class PlaneTime {
  private readonly pacer: Pacer
  private readonly kernel: Kernel
  private readonly anchors: Anchor[] = []
  private isRunningNow = false
  private ranMs = 0

  constructor(pacer: Pacer, kernel: Kernel) {
    this.pacer = pacer
    this.kernel = kernel
    this.mark(false)
  }

  /** Wall milliseconds during which both ran alike. */
  get sharedMs(): number {
    return this.ranMs
  }

  /** As fast as the wall clock from now on; idempotent. */
  run(): void {
    if (this.isRunningNow) return
    this.isRunningNow = true
    // The slice under way must not go on jumping.
    this.pacer.told()
    this.pacer.setSpeed(1)
    this.mark(true)
  }

  /** From event to event from now on; idempotent. */
  jump(): void {
    if (!this.isRunningNow) return
    this.isRunningNow = false
    this.ranMs += Date.now() - (this.anchors.at(-1)?.wallMs ?? 0)
    this.pacer.setSpeed('max')
    this.mark(false)
  }

  /** The virtual moment of a wall moment, both epoch milliseconds; never later than now. */
  toVirtual(secondsMs: number): number {
    const wallMs = Math.min(Date.now(), secondsMs + secondMs)
    let index = this.anchors.length - 1
    while (index > 0 && (this.anchors[index]?.wallMs ?? 0) > wallMs) index -= 1
    const anchor = this.anchors[index]
    if (anchor === undefined) return wallMs
    const endMs = this.anchors[index + 1]?.virtualMs ?? this.kernel.nowMs()
    if (!anchor.isRunning) return anchor.virtualMs
    return Math.min(endMs, anchor.virtualMs + Math.max(0, wallMs - anchor.wallMs))
  }

  private mark(isRunning: boolean): void {
    this.anchors.push({ wallMs: Date.now(), virtualMs: this.kernel.nowMs(), isRunning })
  }
}
