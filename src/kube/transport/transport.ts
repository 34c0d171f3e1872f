/** The way to one API server: who asks, how fast, how long, and over which connections. Kube layer. */

import type { Agent, IncomingMessage } from 'node:http'
import type { Clock } from '../../world/clock.ts'
import { RegroupError } from '../../world/failure.ts'
import type { KubeConnection } from '../config/connection.ts'
import type { Credential } from '../credentials/credentials.ts'
import type { KubeAnswer, KubeRequest } from '../request.ts'
import { subjectText } from '../status-failure.ts'
import { agentFor, closeIdle } from './agent.ts'
import { connectionFailure } from './connection-failure.ts'
import { readAnswer, sendRequest } from './exchange.ts'
import type { FlowControl, WaitListener } from './flow-control.ts'
import { requestHeaders } from './headers.ts'

/** What the transport is made of. */
export interface TransportOptions {
  readonly connection: KubeConnection
  /** Of the sockets: deadlines are waited for on it, so it must run in real time on a real network. */
  readonly clock: Clock
  readonly flow: FlowControl
  readonly userAgent: string
  /** Told when an answer is late. */
  readonly onWait?: WaitListener
  /** Every answer that takes longer is given up. @default by the kind of call, 30 to 65 s */
  readonly callTimeoutMs?: number
  /** An answer that takes longer is told. @default 5 s */
  readonly slowAnswerMs?: number
}

/** Reads are given up after this long. */
const readDeadlineMs = 30_000
/** A page of a list may take the server longer. */
const listDeadlineMs = 60_000
/** The server itself gives a write up after 60 s: its answer is worth hearing. */
const writeDeadlineMs = 65_000
const slowAnswerMsDefault = 5000
/** From opening a watch to the head of its answer. */
const watchOpenDeadlineMs = 30_000

/** A connected server. All calls reject with a RegroupError when there is no answer at all. */
export class Transport {
  readonly #options: TransportOptions
  #agent: Agent | undefined
  #agentCredential: Credential['certificate']

  constructor(options: TransportOptions) {
    this.#options = options
  }

  /** Sends a request and reads the whole answer, whatever its status. */
  call(request: KubeRequest): Promise<KubeAnswer> {
    const what = subjectText(request.subject)
    return this.#options.flow.run(what, () =>
      this.#authenticated(request, (credential) => this.#callOnce(request, credential)),
    )
  }

  /** Opens a stream; `signal` ends it at any time. The caller reads the body. */
  async open(request: KubeRequest, signal: AbortSignal): Promise<IncomingMessage> {
    await this.#options.flow.admit(subjectText(request.subject))
    return this.#authenticated(request, (credential) =>
      this.#withDeadline(
        request,
        this.#options.callTimeoutMs ?? watchOpenDeadlineMs,
        (deadline) => {
          const ends = AbortSignal.any([signal, deadline])
          return this.#send(request, credential, ends)
        },
      ),
    )
  }

  /** Ends all idle connections; calls and watches under way go on. */
  close(): void {
    if (this.#agent !== undefined) closeIdle(this.#agent)
  }

  /** A 401 may only mean that a token ran out: once, with fresh credentials, the same again. */
  async #authenticated<T extends { status?: number } | IncomingMessage>(
    request: KubeRequest,
    attempt: (credential: Credential) => Promise<T>,
  ): Promise<T> {
    const { connection } = this.#options
    const { credentials, endpoint } = connection
    const named = async (): Promise<Credential> => {
      try {
        return await credentials.current()
      } catch (error) {
        throw connectionFailure(error, endpoint, subjectText(request.subject))
      }
    }
    const credential = await named()
    const answer = await attempt(credential)
    if (statusOf(answer) !== 401 || !credentials.renew(credential, dateOf(answer))) return answer
    if ('destroy' in answer) answer.destroy()
    return attempt(await named())
  }

  async #callOnce(request: KubeRequest, credential: Credential): Promise<KubeAnswer> {
    const exchange = (): Promise<KubeAnswer> =>
      this.#withDeadline(
        request,
        this.#options.callTimeoutMs ?? deadlineOf(request),
        async (signal) => readAnswer(await this.#send(request, credential, signal)),
      )
    try {
      return await exchange()
    } catch (error) {
      // The server may close an idle connection just when it is used again: a read is simply sent again.
      if (request.method === 'GET' && isStaleSocket(error)) return exchange()
      throw error
    }
  }

  #send(
    request: KubeRequest,
    credential: Credential,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const { connection, userAgent } = this.#options
    const { server } = connection.endpoint
    return sendRequest({
      url: new URL(`${server.origin}${server.pathname.replace(/\/+$/, '')}${request.path}`),
      agent: this.#agentOf(credential),
      method: request.method,
      headers: requestHeaders(request, credential, connection.impersonation, userAgent),
      body: request.body === undefined ? undefined : JSON.stringify(request.body),
      signal,
    })
  }

  async #withDeadline<T>(
    request: KubeRequest,
    deadlineMs: number,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { clock, connection, onWait, slowAnswerMs = slowAnswerMsDefault } = this.#options
    const what = subjectText(request.subject)
    const late = new AbortController()
    const done = new AbortController()
    const after = (durationMs: number, run: () => void): void => {
      void clock.sleep(durationMs, done.signal).then(() => {
        if (!done.signal.aborted) run()
      })
    }
    after(deadlineMs, () => late.abort())
    if (onWait !== undefined && slowAnswerMs < deadlineMs) {
      const waitMs = deadlineMs - slowAnswerMs
      after(slowAnswerMs, () => onWait({ what, reason: 'answer', waitMs }))
    }
    try {
      return await work(late.signal)
    } catch (error) {
      if (late.signal.aborted) {
        const { name, server } = connection.endpoint
        const text = `${what}: ${server.origin} did not answer within ${deadlineMs / 1000} s`
        const operation = `kube:${request.subject.verb}`
        throw new RegroupError('timeout', text, { context: { operation, cluster: name } })
      }
      throw connectionFailure(error, connection.endpoint, what)
    } finally {
      done.abort()
    }
  }

  /** Connections belong to a client certificate: with another one they are opened anew. */
  #agentOf({ certificate }: Credential): Agent {
    const old = this.#agentCredential
    const isSame =
      old?.certificatePem.reveal() === certificate?.certificatePem.reveal() &&
      old?.keyPem.reveal() === certificate?.keyPem.reveal()
    if (this.#agent !== undefined && isSame) return this.#agent
    if (this.#agent !== undefined) closeIdle(this.#agent)
    this.#agent = agentFor(this.#options.connection.endpoint, certificate)
    this.#agentCredential = certificate
    return this.#agent
  }
}

function statusOf(answer: { status?: number } | IncomingMessage): number | undefined {
  return 'statusCode' in answer ? answer.statusCode : (answer as { status?: number }).status
}

/** When the server answered, by its own clock. */
function dateOf(answer: object): number | undefined {
  const { headers } = answer as Partial<IncomingMessage>
  const atMs = Date.parse(String(headers?.date ?? ''))
  return Number.isNaN(atMs) ? undefined : atMs
}

function deadlineOf({ method, subject }: KubeRequest): number {
  if (method !== 'GET') return writeDeadlineMs
  return subject.verb === 'list' ? listDeadlineMs : readDeadlineMs
}

function isStaleSocket(error: unknown): boolean {
  const cause = error instanceof RegroupError ? error.cause : error
  const { code, isReusedSocket } = (cause ?? {}) as { code?: string; isReusedSocket?: boolean }
  return isReusedSocket === true && (code === 'ECONNRESET' || code === 'EPIPE')
}
