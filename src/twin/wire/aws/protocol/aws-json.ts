/** awsJson1.1: Systems Manager. The target header names the operation. Twin layer, pure. */

import { readJson, writeJson } from '../codec/json.ts'
import { AwsProblem } from '../problem.ts'
import { answerOf, parseJson } from './answer.ts'
import type { Protocol } from './protocol.ts'

const contentType = 'application/x-amz-json-1.1'

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
  writeOutput: ({ output: shape }, output, requestId) => {
    const body = shape === undefined ? '{}' : writeJson(shape, output)
    return answerOf(contentType, { status: 200, requestId }, body)
  },
  writeProblem: (problem, requestId) => {
    const { code, members, message, status } = problem
    const headers = { 'x-amzn-errortype': code, ...problem.headers }
    const body = JSON.stringify({ __type: code, ...members, message })
    return answerOf(contentType, { status, requestId, headers }, body)
  },
}
