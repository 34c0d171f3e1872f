/** Sleeping that can be woken. Run layer. */

import type { Clock } from '../world/clock.ts'

/** Waits of one loop; an aborted signal ends every wait. */
export class Pause {
  private readonly clock: Clock
  private readonly signal: AbortSignal | undefined
  private current: AbortController | undefined
  private isWoken = false
  private isWakeable = false

  constructor(clock: Clock, signal?: AbortSignal) {
    this.clock = clock
    this.signal = signal
    signal?.addEventListener('abort', () => this.current?.abort())
  }

  /** Something changed: ends {@link orWoken} now or at its next call. */
  wake(): void {
    this.isWoken = true
    if (this.isWakeable) this.current?.abort()
  }

  /** Waits to a time, whatever changes. */
  async until(atMs: number): Promise<void> {
    await this.sleep(atMs)
  }

  /** Waits to a time or until something changes; true when something did. */
  async orWoken(atMs: number): Promise<boolean> {
    this.isWakeable = true
    if (!this.isWoken) await this.sleep(atMs)
    const { isWoken } = this
    this.isWakeable = false
    this.isWoken = false
    return isWoken
  }

  /** Waits to a time and forgets changes on the way. */
  async quietly(atMs: number): Promise<void> {
    await this.sleep(atMs)
    this.isWoken = false
  }

  private async sleep(atMs: number): Promise<void> {
    const leftMs = atMs - this.clock.nowMs()
    if (leftMs <= 0 || this.signal?.aborted) return
    this.current = new AbortController()
    await this.clock.sleep(leftMs, this.current.signal)
    this.current = undefined
  }
}
