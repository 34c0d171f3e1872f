/** restJson1: EKS. Path, query and JSON body. Twin layer, pure. */

import { readJson, writeJson } from '../codec/json.ts'
import { readBoolean, readNumber } from '../codec/scalar.ts'
import { SerializationProblem } from '../codec/serialization-problem.ts'
import { AwsProblem } from '../problem.ts'
import type { WireRequest } from '../request.ts'
import type { Member, OperationShape, ServiceShape, Shape } from '../schema/shape.ts'
import { answerOf, parseJson } from './answer.ts'
import type { Protocol } from './protocol.ts'

/** The protocol. */
export const restJson: Protocol = {
  read: (request, _service, shape) => {
    const found = route(request, shape)
    if (found === undefined) {
      const message = `Unable to determine service/operation name to be authorized: ${request.method} ${request.path}`
      throw new AwsProblem('UnknownOperationException', message, { status: 404 })
    }
    const { labels, operation } = found
    return { operation, input: readInput(operation, labels, request) }
  },
  writeOutput: ({ http, output: shape }, output, requestId) => {
    const body = shape === undefined ? '{}' : writeJson(shape, output)
    return answerOf('application/json', { status: http.code, requestId }, body)
  },
  writeProblem: (problem, requestId) => {
    const { code, members, message, status } = problem
    const headers = { 'x-amzn-errortype': code, ...problem.headers }
    const body = JSON.stringify({ ...members, message })
    return answerOf('application/json', { status, requestId, headers }, body)
  },
}

interface Route {
  readonly operation: OperationShape
  readonly segments: readonly string[]
}

const routesOf = new WeakMap<ServiceShape, ReadonlyMap<string, readonly Route[]>>()

/** Routes by method, the ones with most literal segments first. */
function routes(shape: ServiceShape): ReadonlyMap<string, readonly Route[]> {
  const known = routesOf.get(shape)
  if (known !== undefined) return known
  const made = new Map<string, Route[]>()
  for (const operation of shape.operations.values()) {
    const segments = operation.http.path.split('?')[0]?.split('/').slice(1) ?? []
    made.set(operation.http.method, [
      ...(made.get(operation.http.method) ?? []),
      { operation, segments },
    ])
  }
  for (const list of made.values()) list.sort((a, b) => literals(b) - literals(a))
  routesOf.set(shape, made)
  return made
}

function literals(route: Route): number {
  return route.segments.filter((segment) => !segment.startsWith('{')).length
}

function route(
  request: WireRequest,
  shape: ServiceShape,
): { operation: OperationShape; labels: ReadonlyMap<string, string> } | undefined {
  const parts = request.path.split('/').slice(1)
  for (const { operation, segments } of routes(shape).get(request.method) ?? []) {
    const labels = match(segments, parts)
    if (labels !== undefined) return { operation, labels }
  }
  return undefined
}

function match(
  segments: readonly string[],
  parts: readonly string[],
): ReadonlyMap<string, string> | undefined {
  const labels = new Map<string, string>()
  for (const [index, segment] of segments.entries()) {
    const label = /^\{(\w+)(\+?)\}$/.exec(segment)
    const part = parts[index]
    if (part === undefined) return undefined
    if (label === null) {
      if (segment !== part) return undefined
    } else if (label[2] === '+') {
      labels.set(label[1] ?? '', decodeSegment(parts.slice(index).join('/')))
      return labels
    } else {
      if (part === '') return undefined
      labels.set(label[1] ?? '', decodeSegment(part))
    }
  }
  return parts.length === segments.length ? labels : undefined
}

function decodeSegment(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new SerializationProblem('The path is not correctly URL-encoded.')
  }
}

function readInput(
  operation: OperationShape,
  labels: ReadonlyMap<string, string>,
  request: WireRequest,
): Record<string, unknown> {
  const { input } = operation
  const inBody = input.members.filter(({ traits }) => placeOf(traits) === 'body')
  const found =
    inBody.length > 0 && request.body.trim() !== ''
      ? readJson({ ...input, members: inBody }, parseJson(request.body))
      : {}
  for (const member of input.members) {
    const value = outsideBody(member, labels, request)
    if (value !== undefined) found[member.name] = value
  }
  return found
}

function placeOf(traits: Member['traits']): 'body' | 'label' | 'query' | 'header' {
  if (traits.httpLabel !== undefined) return 'label'
  if (traits.httpQuery !== undefined) return 'query'
  return traits.httpHeader === undefined ? 'body' : 'header'
}

function outsideBody(
  { name, shape, traits }: Member,
  labels: ReadonlyMap<string, string>,
  { headers, query }: WireRequest,
): unknown {
  const place = placeOf(traits)
  if (place === 'label') return scalar(shape, labels.get(name))
  if (place === 'header') return scalar(shape, headers[traits.httpHeader?.toLowerCase() ?? ''])
  if (place === 'body') return undefined
  const key = traits.httpQuery ?? ''
  if (shape.kind !== 'list') return scalar(shape, query.get(key) ?? undefined)
  const texts = query.getAll(key)
  return texts.length === 0 ? undefined : texts.map((text) => scalar(shape.element.shape, text))
}

function scalar(shape: Shape, text: string | undefined): unknown {
  if (text === undefined) return undefined
  if (shape.kind === 'number') return readNumber(text)
  return shape.kind === 'boolean' ? readBoolean(text) : text
}
