/** What every handler of one cluster's API server works with. Twin layer. */

import type { Kernel } from '../../kernel/kernel.ts'
import type { TwinApiServer } from '../../kube/api-server.ts'
import type { KubeCluster } from '../../kube/cluster.ts'
import type { KubeStore } from '../../kube/store.ts'
import type { Answer } from './answer/answer.ts'
import type { ObjectForm, ObjectWriter } from './answer/objects.ts'
import type { Authorizer } from './auth/authorizer.ts'
import type { ResourcePath, WireRequest, WireUser } from './http/request.ts'
import type { WatchHub } from './read/watch-hub.ts'
import type { Registry } from './resources/registry.ts'
import type { Resource, Subresource } from './resources/resource.ts'
import type { ViewTexts } from './view/view.ts'

/** Time of the clients: their time-outs, tokens and certificates run on it, not on virtual time. */
export interface WireTime {
  /** Epoch milliseconds. */
  nowMs(): number
  /** Runs once after so many milliseconds; returns the way to call it off. */
  after(delayMs: number, run: () => void): () => void
}

/** The parts of one cluster's server. */
export interface WireContext {
  readonly cluster: KubeCluster
  readonly kernel: Kernel
  readonly store: KubeStore
  readonly server: TwinApiServer
  readonly registry: Registry
  readonly authorizer: Authorizer
  readonly hub: WatchHub
  readonly texts: ViewTexts
  readonly writer: ObjectWriter
  readonly time: WireTime
  /** Called when a watcher was told something. */
  readonly onNews: () => void
}

/** One request of a resource, looked up and allowed. */
export interface ResourceCall {
  readonly request: WireRequest
  readonly query: URLSearchParams
  readonly path: ResourcePath
  readonly resource: Resource
  readonly subresource: Subresource | undefined
  readonly user: WireUser
  readonly form: ObjectForm
}

/** An answer that the client gets later, as after a wait of the real server. */
export interface LaterAnswer {
  readonly afterMs: number
  readonly answer: Answer
}

/** The other end of a stream. */
export interface Sink {
  head(code: number, headers: Answer['headers']): void
  write(chunk: string | Buffer): void
  end(): void
  /** Ends the connection at once. */
  cut(): void
  /** Writes the chunk and ends the connection as soon as it is out. */
  breakOff(chunk: string | Buffer): void
  /** Bytes that the client has not taken yet. */
  waitingBytes(): number
  /** Called once when the client has taken what waited; only to be asked for while bytes wait. */
  onDrain(listener: () => void): void
  /** Called once when the client is gone. */
  onClose(listener: () => void): void
}

/** Starts writing a stream; the server is done with the request. */
export type StreamAnswer = (sink: Sink) => void

/** What a handler gives back. */
export type Outcome = Answer | LaterAnswer | StreamAnswer
