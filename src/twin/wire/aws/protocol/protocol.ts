/** What a protocol can do; one file per protocol beside this one. Twin layer, types only. */

import type { AwsProblem } from '../problem.ts'
import type { WireAnswer, WireRequest } from '../request.ts'
import type { WireService } from '../schema/catalogue.ts'
import type { OperationShape, ServiceShape } from '../schema/shape.ts'

/** An operation and its input, typed as the SDK types it. */
export interface ReadRequest {
  readonly operation: OperationShape
  readonly input: Record<string, unknown>
}

/** One wire protocol. */
export interface Protocol {
  /** @throws AwsProblem for unknown operations, SerializationProblem for unreadable bodies. */
  read(request: WireRequest, service: WireService, shape: ServiceShape): ReadRequest
  writeOutput(
    operation: OperationShape,
    output: unknown,
    requestId: string,
    service: WireService,
  ): WireAnswer
  writeProblem(problem: AwsProblem, requestId: string, service: WireService): WireAnswer
}
