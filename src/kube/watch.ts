/** One watch on an API server, from opening to its end. Kube layer. */

import type { IncomingMessage } from 'node:http'
import type { Clock } from '../world/clock.ts'
import { RegroupError } from '../world/failure.ts'
import type { ListOptions, Watch, WatchEnd, WatchEvent } from '../world/kube-api.ts'
import type { KubeKind, KubeObjectOf } from '../world/kube-objects.ts'
import type { Random } from '../world/random.ts'
import { LineSplitter } from './line-splitter.ts'
import { withoutManagedFields } from './list.ts'
import type { CallSubject } from './request.ts'
import { collectionPath, withQuery } from './resources.ts'
import { failureOf, type KubeStatus, statusOf, subjectText } from './status-failure.ts'
import { connectionFailure } from './transport/connection-failure.ts'
import type { KubeEndpoint } from './transport/endpoint.ts'
import { readAnswer } from './transport/exchange.ts'
import type { WaitListener } from './transport/flow-control.ts'
import type { Transport } from './transport/transport.ts'

/** What a watch works with. */
export interface WatchContext {
  readonly transport: Transport
  readonly clock: Clock
  readonly random: Random
  readonly endpoint: KubeEndpoint
  /** Silence after which the connection counts as dead; bookmarks come about once a minute. @default 120,000 */
  readonly idleMsMax?: number
  /** Told when a silent connection is given up. */
  readonly onWait?: WaitListener
  /** Longest line. @default 16 MiB; an object has at most 1.5 MiB */
  readonly lineBytesMax?: number
}

/** What to watch. */
export interface WatchRequest<K extends KubeKind> {
  readonly kind: K
  readonly options: { readonly resourceVersion: string } & ListOptions<K>
  readonly onEvent: (event: WatchEvent<K>) => void
}

/** The server ends a watch after a random time in this range, seconds: clients do not come back in step. */
const timeoutSecondsMin = 300
const timeoutSecondsMax = 600
/** Given to the server to end it itself. */
const graceMs = 15_000
const idleMsDefault = 120_000
const lineBytesDefault = 16 << 20

interface WatchLine {
  readonly type?: string
  readonly object?: Record<string, unknown> & { metadata?: { resourceVersion?: string } }
}

/** Starts it; nothing is delivered before the caller's turn ends. */
export function startWatch<K extends KubeKind>(
  context: WatchContext,
  request: WatchRequest<K>,
): Watch {
  return new WatchStream(context, request)
}

class WatchStream<K extends KubeKind> implements Watch {
  readonly ended: Promise<WatchEnd>
  readonly opened: Promise<void>
  readonly #context: WatchContext
  readonly #request: WatchRequest<K>
  readonly #subject: CallSubject
  readonly #over = new AbortController()
  readonly #splitter: LineSplitter
  #resolve: (end: WatchEnd) => void = () => undefined
  #reject: (error: unknown) => void = () => undefined
  #isOpen: () => void = () => undefined
  #version: string
  #lastByteMs = 0

  constructor(context: WatchContext, request: WatchRequest<K>) {
    this.#context = context
    this.#request = request
    this.#version = request.options.resourceVersion
    const { kind, options } = request
    this.#subject = { verb: 'watch', kind, namespace: options.namespace }
    this.opened = new Promise((resolve) => {
      this.#isOpen = resolve
    })
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Whoever only stops a watch need not listen to how it failed.
    this.ended.catch(() => undefined)
    const bytesMax = context.lineBytesMax ?? lineBytesDefault
    this.#splitter = new LineSplitter(bytesMax, (line) => this.#takeLine(line))
    void this.#run()
  }

  get resourceVersion(): string {
    return this.#version
  }

  stop(): void {
    this.#end('stopped')
  }

  #end(end: WatchEnd): void {
    this.#resolve(end)
    this.#over.abort()
  }

  #fail(error: unknown): void {
    this.#reject(error)
    this.#over.abort()
  }

  async #run(): Promise<void> {
    const { clock, endpoint, random, transport } = this.#context
    const { fieldSelector, labelSelector, namespace, resourceVersion } = this.#request.options
    const spread = timeoutSecondsMax - timeoutSecondsMin
    const timeoutSeconds = timeoutSecondsMin + Math.floor(random.next() * spread)
    const path = withQuery(collectionPath(this.#request.kind, namespace), {
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion,
      timeoutSeconds,
      labelSelector,
      fieldSelector,
    })
    try {
      const subject = this.#subject
      const message = await transport.open({ subject, method: 'GET', path }, this.#over.signal)
      if (message.statusCode !== 200) return await this.#refused(message)
      this.#lastByteMs = clock.nowMs()
      this.#isOpen()
      void this.#endWhenSilent(clock.nowMs() + timeoutSeconds * 1000 + graceMs)
      await this.#read(message)
    } catch (error) {
      this.#fail(connectionFailure(error, endpoint, subjectText(this.#subject)))
    }
  }

  /** 410 in place of a stream is one of the three ways to say that the version is too old. */
  async #refused(message: IncomingMessage): Promise<void> {
    const status = statusOf(await readAnswer(message))
    if (status.code === 410) return this.#end('expired')
    const requestId = message.headers['audit-id'] as string | undefined
    this.#fail(this.#failure(status, requestId))
  }

  async #read(message: IncomingMessage): Promise<void> {
    for await (const chunk of message) {
      if (this.#over.signal.aborted) return
      this.#lastByteMs = this.#context.clock.nowMs()
      if (this.#splitter.push(chunk as Buffer)) continue
      const bytes = this.#context.lineBytesMax ?? lineBytesDefault
      const why = `a line has more than ${bytes} bytes`
      return this.#fail(this.#broken('limit-exceeded', why))
    }
    if (this.#splitter.pendingBytes > 0) {
      return this.#fail(this.#broken('connection', 'the stream ended in the middle of a line'))
    }
    this.#end('closed')
  }

  #takeLine(text: string): void {
    if (this.#over.signal.aborted) return
    const line = parsed(text)
    const { object, type } = line ?? {}
    if (line === undefined) {
      this.#fail(this.#broken('unknown', `a line of ${text.length} characters is no JSON`))
    } else if (type === 'ERROR') {
      this.#takeError(object as unknown as KubeStatus)
    } else if (object?.metadata === undefined) {
      this.#fail(this.#broken('unknown', 'an event has no object'))
    } else {
      if (type !== 'BOOKMARK') this.#deliver(type, object)
      this.#version = object.metadata.resourceVersion ?? this.#version
    }
  }

  #deliver(type: string | undefined, object: NonNullable<WatchLine['object']>): void {
    if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') return
    const { onEvent, options } = this.#request
    const whole = withoutManagedFields(object) as unknown as KubeObjectOf<K>
    const { transform } = options
    try {
      onEvent({ type, object: transform === undefined ? whole : transform(whole) })
    } catch (error) {
      // A bug of the listener ends its watch, and only that; it is not translated into a failure.
      this.#fail(error)
    }
  }

  #takeError(status: KubeStatus | undefined): void {
    const code = status?.code ?? 500
    if (code === 410) this.#end('expired')
    else this.#fail(this.#failure({ ...status, code }, undefined))
  }

  /** A peer that is gone does not say so: silence is all there is to see. */
  async #endWhenSilent(endMs: number): Promise<void> {
    const { clock, idleMsMax = idleMsDefault, onWait } = this.#context
    const { signal } = this.#over
    const what = subjectText(this.#subject)
    while (!signal.aborted) {
      const dueMs = Math.min(endMs, this.#lastByteMs + idleMsMax)
      const leftMs = dueMs - clock.nowMs()
      if (leftMs <= 0) {
        if (dueMs < endMs) onWait?.({ what, reason: 'silence', waitMs: idleMsMax })
        return this.#end('closed')
      }
      await clock.sleep(leftMs, signal)
    }
  }

  #failure(status: KubeStatus, requestId: string | undefined): RegroupError {
    return failureOf(status, this.#subject, { cluster: this.#context.endpoint.name, requestId })
  }

  #broken(code: 'connection' | 'unknown' | 'limit-exceeded', why: string): RegroupError {
    const { name, server } = this.#context.endpoint
    return new RegroupError(code, `${subjectText(this.#subject)}: ${server.origin}: ${why}`, {
      retry: 'backoff',
      context: { cluster: name, operation: 'kube:watch' },
    })
  }
}

function parsed(text: string): WatchLine | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
