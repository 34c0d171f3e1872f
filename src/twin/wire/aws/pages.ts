/** Pages of answers, with tokens that mean nothing to clients. Twin layer, pure. */

import { hash32 } from '../../../world/random.ts'
import type { KnownCall } from './known-call.ts'
import { AwsProblem } from './problem.ts'
import type { ServiceName } from './schema/catalogue.ts'
import type { OperationShape } from './schema/shape.ts'

const tokenNames: readonly string[] = ['nextToken', 'NextToken', 'Marker']
const sizeNames: readonly string[] = ['maxResults', 'MaxResults', 'MaxRecords', 'MaxItems']

/** Entries of a page when the client does not say; EC2 then answers everything. */
const defaultSizes: Readonly<Partial<Record<ServiceName, number>>> = {
  autoscaling: 50,
  eks: 100,
  iam: 100,
  ssm: 50,
}

/** How an answer is cut. */
export interface PagePlan {
  /** What the operation gets: the operation's own token instead of ours. */
  readonly input: Record<string, unknown>
  /** Entries to skip of an answer that came whole. */
  readonly offset: number
}

/** Opens the token of a request. @throws AwsProblem when the token is not one of ours for this request. */
export function planPage(call: KnownCall): PagePlan {
  const tokenName = nameIn(call.operation, tokenNames)
  const token = tokenName === undefined ? undefined : call.input[tokenName]
  if (tokenName === undefined || typeof token !== 'string') return { input: call.input, offset: 0 }
  const opened = open(token, fingerprint(call))
  if (opened === undefined) throw invalidToken(call)
  const { [tokenName]: _, ...rest } = call.input
  if (opened.kind === 'own') return { input: { ...rest, [tokenName]: opened.value }, offset: 0 }
  return { input: rest, offset: Number(opened.value) }
}

/** Cuts an answer that came whole and closes the token of one that did not. */
export function cutPage(call: KnownCall, plan: PagePlan, output: unknown): unknown {
  const { output: shape } = call.operation
  const tokenName = nameIn(call.operation, tokenNames)
  if (
    shape === undefined ||
    tokenName === undefined ||
    typeof output !== 'object' ||
    output === null
  )
    return output
  const answer = output as Readonly<Record<string, unknown>>
  const answerTokenName = shape.members.find(({ name }) =>
    ['nextToken', 'NextToken', 'Marker'].includes(name),
  )?.name
  if (answerTokenName === undefined) return output
  const own = answer[answerTokenName]
  if (typeof own === 'string')
    return { ...answer, [answerTokenName]: close('own', own, fingerprint(call)) }
  const list = shape.members.find((member) => member.shape.kind === 'list')?.name
  const all = list === undefined ? undefined : answer[list]
  if (list === undefined || !Array.isArray(all)) return output
  const end = plan.offset + (sizeOf(call) ?? Number.POSITIVE_INFINITY)
  if (plan.offset === 0 && all.length <= end) return output
  const isTruncated = all.length > end
  return {
    ...answer,
    [list]: all.slice(plan.offset, end),
    ...(isTruncated ? { [answerTokenName]: close('cut', String(end), fingerprint(call)) } : {}),
    ...('IsTruncated' in answer ? { IsTruncated: isTruncated } : {}),
  }
}

function sizeOf(call: KnownCall): number | undefined {
  const name = nameIn(call.operation, sizeNames)
  const wanted = name === undefined ? undefined : call.input[name]
  if (typeof wanted === 'number' && wanted > 0) return Math.floor(wanted)
  return defaultSizes[call.service.name]
}

function nameIn({ input }: OperationShape, names: readonly string[]): string | undefined {
  return input.members.find(({ name }) => names.includes(name))?.name
}

/** A token belongs to its Region, operation and filters; the page size may change on the way. */
function fingerprint({ input, operation, scope, service }: KnownCall): string {
  const skipped = new Set([...tokenNames, ...sizeNames])
  const rest = Object.entries(input).filter(([name]) => !skipped.has(name))
  const text = JSON.stringify([scope.region, service.name, operation.name, rest.sort()])
  return hash32(text).toString(36)
}

type TokenKind = 'own' | 'cut'

function close(kind: TokenKind, value: string, mark: string): string {
  return Buffer.from(`regroup ${mark} ${kind} ${value}`).toString('base64')
}

function open(token: string, mark: string): { kind: TokenKind; value: string } | undefined {
  const text = Buffer.from(token, 'base64').toString('utf8')
  const match = /^regroup (\w+) (own|cut) ([\s\S]+)$/.exec(text)
  if (match === null || match[1] !== mark) return undefined
  const kind = match[2] as TokenKind
  const value = match[3] ?? ''
  return kind === 'cut' && !/^\d{1,9}$/.test(value) ? undefined : { kind, value }
}

function invalidToken({ service }: KnownCall): AwsProblem {
  const codes: Readonly<Partial<Record<ServiceName, string>>> = {
    eks: 'InvalidParameterException',
    iam: 'ValidationError',
    sts: 'ValidationError',
    ec2: 'InvalidParameterValue',
  }
  const text = 'The token is not valid for this request.'
  return new AwsProblem(codes[service.name] ?? 'InvalidNextToken', text)
}
