/** What the answers of all protocols share. Twin layer, pure. */

import { SerializationProblem } from '../codec/serialization-problem.ts'
import type { WireAnswer } from '../request.ts'

/** Status, request id and further headers of an answer. */
interface AnswerHead {
  readonly status: number
  readonly requestId: string
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer; its request id is also a header. */
export function answerOf(contentType: string, head: AnswerHead, body: string): WireAnswer {
  const { headers, requestId, status } = head
  return {
    status,
    headers: { 'content-type': contentType, 'x-amzn-requestid': requestId, ...headers },
    body,
  }
}

/** An XML answer with its declaration. */
export function xmlAnswer(head: AnswerHead, body: string): WireAnswer {
  const declared = `<?xml version="1.0" encoding="UTF-8"?>\n${body}`
  return answerOf('text/xml;charset=UTF-8', head, declared)
}

/** @throws SerializationProblem */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new SerializationProblem('The body is not valid JSON.')
  }
}
