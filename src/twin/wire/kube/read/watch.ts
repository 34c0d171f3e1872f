/** Watches: the state first where asked, then every change once and in order. Twin layer. */

import type { KubeObject } from '../../../../world/kube-objects.ts'
import type { ObjectForm } from '../answer/objects.ts'
import type { ResourceCall, Sink, StreamAnswer, WireContext } from '../context.ts'
import { failure, type Status, StatusError } from '../http/status.ts'
import { sealEnvelope, writeStatus } from '../protobuf/envelope.ts'
import { MessageWriter } from '../protobuf/wire-format.ts'
import { writeMessage } from '../protobuf/write-message.ts'
import { apiVersionOf, type Resource } from '../resources/resource.ts'
import { tableCells } from '../table/table.ts'
import { isSelected } from './list.ts'
import { type ListQuery, parseListQuery, versionFault } from './list-options.ts'
import { futureWaitMs, tooLargeVersion } from './too-large.ts'
import { type HubEvent, hubEvent } from './watch-hub.ts'

/** Without a time-out of its own a watch ends after so long. */
const defaultTimeoutMs = 45 * 60_000
const bookmarkMs = 60_000
/** A client that has so much still to read gets no more until it has read it. */
const waitingBytesMax = 256 * 1024
/** A client that is so many changes behind is cut off: nothing piles up for it. */
const changesMax = 20_000
/** Watches of one cluster; more are told to come back. */
const watchesMax = 20_000

/** Starts a watch. @throws StatusError for queries that the server refuses. */
export function watchObjects(context: WireContext, call: ResourceCall): StreamAnswer {
  const query = parseListQuery(call.query, call.resource, true)
  if (!/^\d{0,19}$/.test(query.resourceVersion)) {
    throw new StatusError({ code: 500, message: versionFault(query.resourceVersion) })
  }
  if (context.hub.count >= watchesMax) {
    throw new StatusError(
      { code: 429, message: 'Too many requests, please try again later.\n' },
      true,
    )
  }
  return (sink) => new WatchStream(context, call, query, sink).start()
}

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'

class WatchStream {
  private readonly context: WireContext
  private readonly call: ResourceCall
  private readonly query: ListQuery
  private readonly sink: Sink
  private readonly form: ObjectForm
  private readonly endings: (() => void)[] = []
  /** What is left of the state that a fresh watch begins with; undefined once all of it was sent. */
  private state: Iterator<KubeObject> | undefined
  /** Changes that happened while the client had enough to read; sent up to `changeIndex`. */
  private changes: HubEvent[] = []
  private changeIndex = 0
  private isBehind = false
  private hasColumns = true
  private isOver = false

  constructor(context: WireContext, call: ResourceCall, query: ListQuery, sink: Sink) {
    this.context = context
    this.call = call
    this.query = query
    this.sink = sink
    this.form = { ...call.form, as: partialForm(call.form.as) }
  }

  start(): void {
    const { query, sink } = this
    const isBinary = this.form.encoding === 'protobuf'
    const contentType = isBinary
      ? 'application/vnd.kubernetes.protobuf;stream=watch'
      : 'application/json'
    // Headers at once: Go clients wait for them before their own timers count.
    sink.head(200, { 'content-type': contentType })
    sink.onClose(() => this.finish())
    const timeoutMs =
      query.timeoutSeconds === undefined || query.timeoutSeconds <= 0
        ? defaultTimeoutMs
        : query.timeoutSeconds * 1000
    if (!this.begin()) return
    this.endings.push(this.context.time.after(timeoutMs, () => this.end()))
  }

  /** What comes before the changes; false when the stream ends by itself. */
  private begin(): boolean {
    const { context, query } = this
    const version = Number(query.resourceVersion)
    const current = context.store.resourceVersion
    if (query.sendsInitialEvents === true && version > current) {
      const wait = (): void => this.fail(failure(tooLargeVersion(query.resourceVersion, current)))
      this.endings.push(context.time.after(futureWaitMs, wait))
      return false
    }
    const isFresh = version === 0
    if (query.sendsInitialEvents ?? isFresh) this.startWithState()
    else if (!isFresh && version < current) {
      const missed = context.cluster.changesSince(version)
      if (missed === undefined) {
        const oldest = context.cluster.oldestVersion
        const message = `too old resource version: ${query.resourceVersion} (${oldest})`
        this.fail(failure({ code: 410, reason: 'Expired', message }))
        return false
      }
      for (const event of missed) {
        if (event.kind === this.call.resource.storeKind) this.take(hubEvent(event))
      }
    }
    this.follow()
    return true
  }

  private startWithState(): void {
    const { context, call, query } = this
    const { resourceVersion } = context.store
    const all = context.store.list(call.resource.storeKind)
    this.state = all.filter((object) => isSelected(call, query, object)).values()
    this.isBehind = true
    this.catchUp(resourceVersion)
  }

  /** Sends what is due as long as the client reads; `version` is that of the state. */
  private catchUp(version: number): void {
    while (!this.isOver && this.isBehind) {
      if (this.sink.waitingBytes() > waitingBytesMax) {
        this.sink.onDrain(() => this.catchUp(version))
        return
      }
      this.sendNext(version)
    }
  }

  private sendNext(version: number): void {
    const next = this.state?.next()
    if (next !== undefined && next.done !== true) {
      this.send('ADDED', next.value)
      return
    }
    if (this.state !== undefined) {
      this.state = undefined
      if (this.query.hasBookmarks) this.bookmark(version, true)
      return
    }
    const change = this.changes[this.changeIndex]
    this.changeIndex += 1
    if (change !== undefined) {
      this.deliver(change)
      return
    }
    this.changes = []
    this.changeIndex = 0
    this.isBehind = false
  }

  private follow(): void {
    if (this.isOver) return
    const { context, call, query } = this
    this.endings.push(context.hub.add(call.resource.storeKind, (event) => this.take(event)))
    if (query.hasBookmarks) this.scheduleBookmark()
  }

  private scheduleBookmark(): void {
    const cancel = this.context.time.after(bookmarkMs, () => {
      // A client that is behind has not heard of everything up to this version.
      if (!this.isBehind) this.bookmark(this.context.store.resourceVersion, false)
      this.scheduleBookmark()
    })
    this.endings.push(cancel)
  }

  private take(change: HubEvent): void {
    if (!this.isBehind && this.sink.waitingBytes() > waitingBytesMax) {
      this.isBehind = true
      this.sink.onDrain(() => this.catchUp(0))
    }
    if (!this.isBehind) this.deliver(change)
    else if (this.changes.push(change) - this.changeIndex > changesMax) {
      this.finish()
      this.sink.cut()
    }
  }

  private deliver({ departed, event }: HubEvent): void {
    const { call, query } = this
    const { object, previous, type } = event
    const isIn = type !== 'DELETED' && isSelected(call, query, object)
    const wasIn = previous !== undefined && isSelected(call, query, previous)
    if (isIn) this.send(wasIn ? 'MODIFIED' : 'ADDED', object)
    else if (wasIn) this.send('DELETED', type === 'DELETED' ? object : departed())
  }

  private send(type: EventType, object: KubeObject): void {
    const { resource } = this.call
    const text = this.context.writer.objectText(resource, object, this.form, this.hasColumns)
    if (this.form.as === 'Table') this.hasColumns = false
    this.write(type, text)
  }

  private bookmark(version: number, isInitialEnd: boolean): void {
    const resourceVersion = String(version)
    const annotations = { 'k8s.io/initial-events-end': 'true' }
    const metadata = { resourceVersion, ...(isInitialEnd ? { annotations } : {}) }
    this.write('BOOKMARK', this.bookmarkText(metadata))
  }

  private bookmarkText(metadata: Readonly<Record<string, unknown>>): string | Buffer {
    const { resource } = this.call
    const { as, encoding, version } = this.form
    if (as === 'Table') {
      const { resourceVersion } = metadata
      const partial = {
        kind: 'PartialObjectMetadata',
        apiVersion: `meta.k8s.io/${version}`,
        metadata,
      }
      const cells = tableCells(resource, { metadata: {} }, this.form)
      const rows = [{ cells, object: partial }]
      const head = { kind: 'Table', apiVersion: `meta.k8s.io/${version}` }
      return JSON.stringify({
        ...head,
        metadata: { resourceVersion },
        columnDefinitions: null,
        rows,
      })
    }
    if (as !== 'object') {
      return JSON.stringify({
        kind: 'PartialObjectMetadata',
        apiVersion: `meta.k8s.io/${version}`,
        metadata,
      })
    }
    return encoding === 'protobuf' && resource.struct !== undefined
      ? binaryBookmark(resource, metadata)
      : JSON.stringify({ kind: resource.kind, apiVersion: apiVersionOf(resource), metadata })
  }

  private fail(status: Status): void {
    if (!this.isOver) this.sink.write(errorEvent(status, this.form.encoding === 'protobuf'))
    this.end()
  }

  private write(type: EventType, object: string | Buffer): void {
    if (this.isOver) return
    this.sink.write(typeof object === 'string' ? line(type, object) : frame(type, object))
    this.context.onNews()
  }

  private end(): void {
    if (this.isOver) return
    this.finish()
    this.sink.end()
  }

  private finish(): void {
    this.isOver = true
    this.state = undefined
    this.changes = []
    for (const stop of this.endings.splice(0)) stop()
  }
}

/** What ends a watch that cannot go on. */
export function errorEvent(status: Status, isBinary: boolean): string | Buffer {
  return isBinary ? frame('ERROR', writeStatus(status)) : line('ERROR', JSON.stringify(status))
}

function line(type: EventType, object: string): string {
  return `{"type":"${type}","object":${object}}\n`
}

/** Four bytes of length, then the WatchEvent. */
function frame(type: EventType, object: Buffer): Buffer {
  const raw = new MessageWriter()
  raw.bytes(1, object)
  const event = new MessageWriter()
  event.bytes(1, type)
  event.bytes(2, raw.finish())
  const body = event.finish()
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

function binaryBookmark(resource: Resource, metadata: Readonly<Record<string, unknown>>): Buffer {
  const raw = writeMessage(resource.struct ?? '', { metadata })
  return sealEnvelope({ apiVersion: apiVersionOf(resource), kind: resource.kind, raw })
}

function partialForm(as: ObjectForm['as']): ObjectForm['as'] {
  return as === 'PartialObjectMetadataList' ? 'PartialObjectMetadata' : as
}
