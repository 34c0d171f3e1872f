/** awsJson1.1: Systems Manager. The target header names the operation. Twin layer, pure. */

import { readJson, writeJson } from '../codec/json.ts'
import { AwsProblem } from '../problem.ts'
import type { WireAnswer } from '../request.ts'
import type { Protocol } from './protocol.ts'
import { parseJson } from './rest-json.ts'

/** The protocol. */
export const awsJson: Protocol = {
  read: (request, service, shape) => {
    const target = request.headers['x-amz-target'] ?? ''
    const [prefix, name = ''] = target.split('.')
    const operation = prefix === service.targetPrefix ? shape.operations.get(name) : undefined
    if (operation === undefined) {
      throw new AwsProblem(
        'UnknownOperationException',
        `${target} is not an operation of ${service.name}.`,
      )
    }
    const body = request.body.trim() === '' ? {} : parseJson(request.body)
    return { operation, input: readJson(operation.input, body) }
  },
  writeOutput: (operation, output, requestId) =>
    answer(
      200,
      requestId,
      {},
      operation.output === undefined ? '{}' : writeJson(operation.output, output),
    ),
  writeProblem: (problem, requestId) =>
    answer(
      problem.status,
      requestId,
      { 'x-amzn-errortype': problem.code, ...problem.headers },
      JSON.stringify({ __type: problem.code, ...problem.members, message: problem.message }),
    ),
}

function answer(
  status: number,
  requestId: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): WireAnswer {
  const type = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId }
  return { status, headers: { ...type, ...headers }, body }
}
