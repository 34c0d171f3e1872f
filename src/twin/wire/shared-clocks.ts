/** Participants over the control endpoint: an engine in another process on the twin's time. Twin layer. */

import type { ServerResponse } from 'node:http'
import { timeText } from '../kernel/kernel.ts'
import type { TwinHost } from './host.ts'
import type { Participant } from './participants.ts'

/** A client that joined; it stays as long as its connection. */
interface Joined {
  readonly participant: Participant
  readonly sleeps: Set<AbortController>
}

/** Sleeping clients by the id they were given. */
export class SharedClocks {
  private readonly host: TwinHost
  private readonly joined = new Map<string, Joined>()
  private count = 0

  constructor(host: TwinHost) {
    this.host = host
  }

  /**
   * Answers one line `{participant, nowMs}` and keeps the answer open: the client shares the time until its
   * connection ends, so that a killed client never holds it. Resolves then.
   */
  join(response: ServerResponse): Promise<void> {
    this.count += 1
    const id = `client-${this.count}`
    const participant = this.host.pacer.participants.join()
    this.joined.set(id, { participant, sleeps: new Set() })
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    response.write(`${JSON.stringify({ participant: id, nowMs: this.nowMs() })}\n`)
    return new Promise((resolve) => {
      response.once('close', () => {
        this.joined.delete(id)
        participant.leave()
        resolve()
      })
    })
  }

  /** Answers the time at which the sleep ended; undefined for an id that nobody has. */
  async sleep(id: string, untilMs: number): Promise<SharedTime | undefined> {
    const one = this.joined.get(id)
    if (one === undefined) return undefined
    const wake = new AbortController()
    one.sleeps.add(wake)
    await one.participant.wait(untilMs, AbortSignal.any([wake.signal, this.host.worldSignal]))
    one.sleeps.delete(wake)
    return this.now()
  }

  /** Ends every sleep of the client; their answers come on their own. */
  wake(id: string): SharedTime | undefined {
    const one = this.joined.get(id)
    if (one === undefined) return undefined
    for (const sleep of one.sleeps) sleep.abort()
    return this.now()
  }

  private now(): SharedTime {
    return { nowMs: this.nowMs(), now: timeText(this.nowMs()) }
  }

  private nowMs(): number {
    return this.host.twin.kernel.nowMs()
  }
}

/** Virtual time: epoch milliseconds, and as text. */
export interface SharedTime {
  readonly nowMs: number
  readonly now: string
}
