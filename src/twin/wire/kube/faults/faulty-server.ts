/** Stands between a cluster's listener and its server: lets requests through, or does what a fault says. Twin layer. */

import type { KubeAsked, KubeFault } from '../../kube-fault.ts'
import type { KubeFaults } from '../../kube-faults.ts'
import type { ClientCertificate } from '../auth/authenticator.ts'
import type { Sink, WireTime } from '../context.ts'
import type { WireRequest } from '../http/request.ts'
import { send } from '../kube-wire.ts'
import { askedOf } from './asked.ts'
import { type FaultAnswer, refusalOf, unauthorized } from './refusals.ts'
import { dated, delaying, silent, truncating } from './sinks.ts'

/** A request with the certificate of its sender, on a server whose clock is so far ahead. */
export type FaultedRequest = [
  request: WireRequest,
  certificate: ClientCertificate | undefined,
  sink: Sink,
  skewMs: number,
]

/** The server behind it. */
export interface FaultedServer {
  readonly clusterName: string
  readonly time: WireTime
  handle(...request: FaultedRequest): void
  /** All connections end, and for so many virtual milliseconds nobody is let in. */
  restart(downMs: number): void
  takeLease(holder: string): void
}

const slowMs = 5000
const aheadMs = 900_000
const restartMs = 20_000

/** The faults of one cluster. */
export class FaultyServer {
  private readonly faults: KubeFaults
  private readonly server: FaultedServer
  /** Tokens that ran out by a fault, with its number: they stay refused while it is there. */
  private readonly refusedTokens = new Map<string, KubeFault>()

  constructor(faults: KubeFaults, server: FaultedServer) {
    this.faults = faults
    this.server = server
  }

  /** One request to whatever end the faults leave it. */
  take(request: WireRequest, certificate: ClientCertificate | undefined, sink: Sink): void {
    const { server } = this
    const asked = askedOf(server.clusterName, request)
    const hits = this.faults.hit(asked)
    const has = (wanted: KubeFault['kind']): boolean => hits.some(({ kind }) => kind === wanted)
    const taken = hits.find(({ kind }) => kind === 'lease-taken')
    if (taken !== undefined) server.takeLease(taken.holder ?? 'someone-else')
    const restart = hits.find(({ kind }) => kind === 'restart')
    const answer = this.answerInstead(request, asked, hits)
    if (restart !== undefined) server.restart(restart.downMs ?? restartMs)
    else if (answer !== undefined) this.answer(answer, request, sink)
    else if (has('reset')) sink.cut()
    // Nothing was heard, and nothing is said: the client waits for as long as it likes.
    else if (has('half-open') && asked.verb !== 'watch') return
    else {
      const skewMs = hits.reduce((sum, fault) => sum + skewOf(fault), 0)
      server.handle(request, certificate, this.delivery(hits, asked, sink, skewMs), skewMs)
    }
  }

  private answerInstead(
    request: WireRequest,
    asked: KubeAsked,
    hits: readonly KubeFault[],
  ): FaultAnswer | undefined {
    if (this.isTokenRefused(request, hits)) return { answer: unauthorized(request), afterMs: 0 }
    for (const fault of hits) {
      const refused = refusalOf(fault, asked, request)
      if (refused !== undefined) return refused
    }
    return undefined
  }

  private delivery(
    hits: readonly KubeFault[],
    { verb }: KubeAsked,
    sink: Sink,
    skewMs: number,
  ): Sink {
    const { time } = this.server
    const isWatch = verb === 'watch'
    let through = skewMs === 0 ? sink : dated(sink, time.nowMs() + skewMs)
    for (const { delayMs = slowMs, eventCount = 0, kind } of hits) {
      if (kind === 'slow') through = delaying(through, delayMs, time)
      if (kind === 'truncated') through = truncating(through, isWatch ? eventCount : 0)
      if (kind === 'reset-after')
        through = { ...through, head: () => sink.cut(), write: drop, end: drop }
      if (kind === 'half-open' || kind === 'half-open-after') {
        through = silent(through, isWatch ? eventCount : 0, isWatch)
      }
    }
    return through
  }

  private answer({ afterMs, answer }: FaultAnswer, request: WireRequest, sink: Sink): void {
    const run = (): void => {
      if (typeof answer === 'function') answer(sink)
      else send(answer, request, sink)
    }
    if (afterMs === 0) run()
    else sink.onClose(this.server.time.after(afterMs, run))
  }

  private isTokenRefused({ headers }: WireRequest, hits: readonly KubeFault[]): boolean {
    const { authorization } = headers
    if (authorization === undefined) return false
    const expiring = hits.find(({ kind }) => kind === 'expired-token')
    if (expiring !== undefined) this.refusedTokens.set(authorization, expiring)
    const refusing = this.refusedTokens.get(authorization)
    if (refusing === undefined) return false
    if (this.faults.list().some(({ fault }) => fault === refusing)) return true
    this.refusedTokens.delete(authorization)
    return false
  }
}

function drop(): void {
  // The client is gone.
}

function skewOf({ kind, skewMs = aheadMs }: KubeFault): number {
  return kind === 'clock-skew' ? skewMs : 0
}
