/** One cluster's API server without its sockets: a request in, an answer or a stream out. Twin layer. */

import { isFailure } from '../../../world/failure.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { KubeCluster } from '../../kube/cluster.ts'
import { type Answer, statusAnswer, textAnswer } from './answer/answer.ts'
import { ObjectWriter } from './answer/objects.ts'
import {
  authenticate,
  type ClientCertificate,
  type Credentials,
  impersonated,
} from './auth/authenticator.ts'
import { Authorizer } from './auth/authorizer.ts'
import { journalCall } from './call-journal.ts'
import type { Outcome, Sink, WireContext, WireTime } from './context.ts'
import { errorEncoding } from './http/accept.ts'
import { forbidden } from './http/refusals.ts'
import type { WireRequest, WireUser } from './http/request.ts'
import { badRequest, failure, refusal, StatusError } from './http/status.ts'
import { WatchHub } from './read/watch-hub.ts'
import { Registry } from './resources/registry.ts'
import { route } from './route.ts'
import { DecodeError } from './schema/decode.ts'
import { ViewTexts } from './view/view.ts'
import { bodyBytesMax } from './write/body.ts'

/** What a server is made of. */
export interface KubeWireOptions {
  readonly kernel: Kernel
  readonly cluster: KubeCluster
  readonly time: WireTime
  readonly credentials: Credentials
  /** `host:port` as clients reach it, for discovery. */
  readonly serverAddress: string
  /** Called before a request is handled: where a served world catches up with its clock. */
  readonly beforeRequest?: () => void
  /** Called when a watcher was told something: whoever moves time gives it a chance to hear it. */
  readonly onNews?: () => void
  /** Told about bugs: the client gets a 500 and the server goes on. */
  readonly onBug?: (error: unknown) => void
  /** Told about every request of a known user right before it takes effect. */
  readonly onRequest?: (request: WireRequest, user: WireUser) => void
}

/** The API server of one cluster. */
export class KubeWire {
  private readonly context: WireContext
  private readonly options: KubeWireOptions

  constructor(options: KubeWireOptions) {
    const { cluster, kernel, onNews = () => undefined, time } = options
    const texts = new ViewTexts()
    this.options = options
    this.context = {
      cluster,
      kernel,
      time,
      onNews,
      texts,
      store: cluster.store,
      server: cluster.server,
      registry: new Registry(cluster.store),
      authorizer: new Authorizer(cluster.store),
      hub: new WatchHub(cluster.store),
      writer: new ObjectWriter(texts),
    }
  }

  /** Watches open now. */
  get watchCount(): number {
    return this.context.hub.count
  }

  /** Handles one request to its end; never throws. Tokens are read by a clock that is `skewMs` ahead. */
  handle(
    request: WireRequest,
    certificate: ClientCertificate | undefined,
    sink: Sink,
    skewMs = 0,
  ): void {
    this.options.beforeRequest?.()
    const outcome = this.outcomeOf(request, certificate, skewMs)
    if (typeof outcome === 'function') {
      outcome(sink)
    } else if ('afterMs' in outcome) {
      const { afterMs, answer } = outcome
      const cancel = this.context.time.after(afterMs, () => send(answer, request, sink))
      sink.onClose(cancel)
    } else send(outcome, request, sink)
  }

  /** Does once more what a request did, as the user who sent it then; the answer goes to nobody. */
  repeat(request: WireRequest, user: WireUser): void {
    this.routed(request, () => user)
  }

  private outcomeOf(
    request: WireRequest,
    certificate: ClientCertificate | undefined,
    skewMs: number,
  ): Outcome {
    const { credentials, onRequest, time } = this.options
    return this.routed(request, () => {
      const sender = authenticate(request, certificate, credentials, time.nowMs() + skewMs)
      const user = this.actingUser(request, sender)
      onRequest?.(request, user)
      return user
    })
  }

  private routed(request: WireRequest, userOf: () => WireUser): Outcome {
    try {
      if (request.body.length > bodyBytesMax) {
        throw refusal(413, `Request entity too large: limit is ${bodyBytesMax}`)
      }
      const user = userOf()
      const outcome = this.answerTo(request, user)
      journalCall(this.context, request, user, outcome)
      return outcome
    } catch (error) {
      return this.refused(error, request)
    }
  }

  private answerTo(request: WireRequest, user: WireUser): Outcome {
    const { credentials, serverAddress } = this.options
    const { signingKey } = credentials
    try {
      return route(this.context, request, user, { serverAddress, signingKey })
    } catch (error) {
      return this.refused(error, request)
    }
  }

  private actingUser(request: WireRequest, sender: WireUser): WireUser {
    const wanted = impersonated(request)
    if (wanted === undefined) return sender
    const asked = {
      verb: 'impersonate',
      group: '',
      resource: 'users',
      name: wanted.name,
      namespace: undefined,
    }
    if (this.context.authorizer.isAllowed(sender, asked)) return wanted
    const what = 'cannot impersonate resource "users" in API group "" at the cluster scope'
    const subject = { group: '', resource: 'users', name: wanted.name }
    throw forbidden(subject, `User "${sender.name}" ${what}`)
  }

  private refused(error: unknown, request: WireRequest): Answer {
    const encoding = errorEncoding(request.headers.accept)
    if (error instanceof StatusError) {
      const { status } = error
      if (error.isPlainText) {
        const answer = textAnswer(status.code, status.message ?? '')
        const retry = status.code === 429 ? { 'retry-after': '1' } : {}
        return { ...answer, headers: { ...answer.headers, ...retry } }
      }
      return statusAnswer(status, status.code, encoding)
    }
    if (error instanceof DecodeError) return this.refused(badRequest(error.message), request)
    if (!isFailure(error)) this.options.onBug?.(error)
    const message = `Internal error occurred: ${isFailure(error) ? error.message : 'a bug of the twin'}`
    const details = { causes: [{ message }] }
    const status = failure({ code: 500, reason: 'InternalError', message, details })
    return statusAnswer(status, 500, encoding)
  }
}

/** Writes a whole answer. */
export function send({ body, code, headers }: Answer, request: WireRequest, sink: Sink): void {
  sink.head(code, { 'cache-control': 'no-cache, private', ...headers })
  if (body.length > 0 && request.method !== 'HEAD' && code !== 304 && code !== 204) sink.write(body)
  sink.end()
}
