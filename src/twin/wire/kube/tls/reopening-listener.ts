/** A listener that can be closed for a while and comes back on the same port. Twin layer. */

import { assert } from '../../../../world/assert.ts'
import type { WireTime } from '../context.ts'
import { type KubeListener, type KubeListenOptions, listenKube } from './listener.ts'

/** Another program may be given the port in the meantime: tried again so often, so far apart. */
const triesMax = 200
const retryMs = 50

/** One port of one cluster. */
export class ReopeningListener {
  private readonly options: KubeListenOptions
  private readonly time: WireTime
  private listener: KubeListener | undefined
  private lastPort = 0
  private isDown = false
  private isOver = false

  constructor(options: KubeListenOptions, time: WireTime) {
    this.options = options
    this.time = time
  }

  /** 0 before it was opened; stays the same while it is closed for a while. */
  get port(): number {
    return this.lastPort
  }

  /** @throws RegroupError in-use when the port is taken. */
  async open(): Promise<void> {
    this.listener = await listenKube(this.options)
    this.lastPort = this.listener.port
  }

  /** Ends every connection and refuses new ones; false when it was closed already. */
  async goDown(): Promise<boolean> {
    if (this.isDown || this.isOver) return false
    this.isDown = true
    await this.listener?.close()
    return true
  }

  /** Opens the port again; nothing happens where it is open or closed for good. Rejects when it stays taken. */
  async comeBack(): Promise<void> {
    if (!this.isDown) return
    this.isDown = false
    for (let tries = 1; !this.isOver; tries += 1) {
      try {
        this.listener = await listenKube({ ...this.options, port: this.lastPort })
        break
      } catch (error) {
        if (tries >= triesMax) throw error
        await new Promise<void>((resolve) => this.time.after(retryMs, resolve))
      }
    }
    assert(this.listener !== undefined, 'a port that was closed had been open')
    if (this.isOver) await this.listener.close()
  }

  /** For good. */
  async close(): Promise<void> {
    this.isOver = true
    await this.listener?.close()
  }
}
