/** Sends requests and turns refusals into failures, for all verbs alike. Kube layer. */

import type { Clock } from '../world/clock.ts'
import { RegroupError } from '../world/failure.ts'
import { LapsedRights } from './lapsed-rights.ts'
import type { KubeAnswer, KubeRequest } from './request.ts'
import {
  failureOf,
  isRightMissing,
  type KubeStatus,
  statusOf,
  subjectText,
} from './status-failure.ts'
import type { FlowControl } from './transport/flow-control.ts'
import type { Transport } from './transport/transport.ts'

/** Pause after a refusal by flow control that names none. */
const throttleMsDefault = 1000

/** One cluster to call. */
export class Caller {
  readonly #transport: Transport
  readonly #flow: FlowControl
  readonly #cluster: string
  readonly #clock: Clock
  readonly #rights = new LapsedRights()

  constructor(transport: Transport, flow: FlowControl, cluster: string, clock: Clock) {
    this.#transport = transport
    this.#flow = flow
    this.#cluster = cluster
    this.#clock = clock
  }

  /**
   * The answer, whatever its status; a refusal by the server's flow control slows everything down.
   * @throws RegroupError `unavailable` when a right is missing for a moment that was there before.
   */
  async send(request: KubeRequest): Promise<KubeAnswer> {
    const answer = await this.#transport.call(request)
    if (answer.status === 429) this.#noteThrottling(statusOf(answer))
    if (answer.status < 300) this.#rights.noteAllowed(request.subject)
    if (answer.status === 403) this.#waitForRight(request, answer)
    return answer
  }

  /** The object of a good answer. @throws RegroupError for any other. */
  async object<T>(request: KubeRequest): Promise<T> {
    const answer = await this.send(request)
    return this.objectOf<T>(request, answer)
  }

  /** As {@link object} for an answer that is already there. */
  objectOf<T>(request: KubeRequest, answer: KubeAnswer): T {
    if (answer.status < 200 || answer.status > 299) throw this.failure(request, answer)
    if (answer.json !== undefined) return answer.json as T
    const type = String(answer.headers['content-type'] ?? 'no content type')
    const text = `${subjectText(request.subject)}: the answer is no JSON (${type}): is this an API server?`
    throw new RegroupError('unknown', text, { context: { cluster: this.#cluster } })
  }

  /** What a refusal means. */
  failure({ subject }: KubeRequest, answer: KubeAnswer): RegroupError {
    const requestId = answer.headers['audit-id'] as string | undefined
    return failureOf(statusOf(answer), subject, { cluster: this.#cluster, requestId })
  }

  #waitForRight(request: KubeRequest, answer: KubeAnswer): void {
    if (!isRightMissing(statusOf(answer))) return
    if (!this.#rights.isPassing(request.subject, this.#clock.nowMs())) return
    const { context, message } = this.failure(request, answer)
    const text = `${message}; it was allowed before: an API server that has just started may not know its roles yet`
    throw new RegroupError('unavailable', text, { context })
  }

  /** A budget's 429 is a statement about a pod, not about our rate. */
  #noteThrottling({ details }: KubeStatus): void {
    if (details?.causes?.some((one) => one.reason === 'DisruptionBudget') === true) return
    const seconds = details?.retryAfterSeconds
    this.#flow.throttled(seconds === undefined ? throttleMsDefault : seconds * 1000)
  }
}
