/** The Kubernetes port over HTTP: one cluster, one user. Kube layer. */

import type { Clock } from '../world/clock.ts'
import type { RegroupError } from '../world/failure.ts'
import type { KubeApi } from '../world/kube-api.ts'
import type { Random } from '../world/random.ts'
import { type SelfReview, selfReviewOf } from './access-review.ts'
import { Caller } from './caller.ts'
import type { KubeConnection } from './config/connection.ts'
import { evictionAnswer, evictionRequest } from './evict.ts'
import { listAll } from './list.ts'
import {
  FlowControl,
  type FlowCounts,
  type FlowLimits,
  type WaitListener,
} from './transport/flow-control.ts'
import { Transport } from './transport/transport.ts'
import { fieldManager, verbsOf } from './verbs.ts'
import { startWatch } from './watch.ts'

/** How a client is made. */
export interface KubeClientOptions {
  readonly connection: KubeConnection
  /**
   * Deadlines, idle timers, flow control and the pauses between repeated pages run on it. Sockets live in real
   * time: against a real network this must be the system's clock, whatever clock the engine runs on.
   */
  readonly clock: Clock
  /** Spreads watch timeouts and pauses. */
  readonly random: Random
  /** @default regroup */
  readonly userAgent?: string
  readonly limits?: Partial<FlowLimits>
  /** Told when a call has to wait for a turn, or for an answer that is late. */
  readonly onWait?: WaitListener
  /** Told when a page of a list failed and is asked for again after `delayMs`. */
  readonly onRetry?: (failure: RegroupError, delayMs: number) => void
  /** Silence after which a watch counts as dead. @default 120,000 */
  readonly watchIdleMsMax?: number
  /** Every answer that takes longer is given up. @default by the kind of call, 30 to 65 s */
  readonly callTimeoutMs?: number
  /** An answer that takes longer is told. @default 5,000 */
  readonly slowAnswerMs?: number
}

/** The port, and what only a real client has. */
export interface KubeClient extends KubeApi, SelfReview {
  /** Calls sent, under way and waiting. */
  flowCounts(): FlowCounts
  /** Ends idle connections. The client may be used again. */
  close(): void
}

/** Nothing is sent before the first call. Holds its secrets where printing it does not show them. */
export function kubeClient(options: KubeClientOptions): KubeClient {
  const { clock, connection, limits, onRetry, onWait, random, userAgent = 'regroup' } = options
  const flow = new FlowControl(clock, limits, onWait)
  const { callTimeoutMs, slowAnswerMs } = options
  const transport = new Transport({
    connection,
    clock,
    flow,
    userAgent,
    ...(onWait === undefined ? {} : { onWait }),
    ...(callTimeoutMs === undefined ? {} : { callTimeoutMs }),
    ...(slowAnswerMs === undefined ? {} : { slowAnswerMs }),
  })
  const { endpoint } = connection
  const caller = new Caller(transport, flow, endpoint.name, clock)
  const retry = { clock, random, ...(onRetry === undefined ? {} : { onRetry }) }
  const idle = {
    ...(options.watchIdleMsMax === undefined ? {} : { idleMsMax: options.watchIdleMsMax }),
    ...(onWait === undefined ? {} : { onWait }),
  }
  return {
    ...verbsOf(caller),
    ...selfReviewOf(caller),
    list: (kind, selection) => listAll({ caller, retry }, kind, selection),
    watch: (kind, selection, onEvent) =>
      startWatch(
        { transport, clock, random, endpoint, ...idle },
        { kind, options: selection, onEvent },
      ),
    evict: async (ref, wanted = {}) => {
      const answer = await caller.send(evictionRequest(ref, wanted, fieldManager))
      return evictionAnswer(ref, answer, endpoint.name)
    },
    flowCounts: () => flow.counts(),
    close: () => transport.close(),
  }
}
