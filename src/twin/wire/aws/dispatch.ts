/** From an HTTP request to an answer: the way every AWS call takes. Twin layer. */

import type { TwinHost } from '../host.ts'
import type { WireFault } from '../wire-fault.ts'
import type { WireFaults } from '../wire-faults.ts'
import { SerializationProblem } from './codec/serialization-problem.ts'
import { TokenMemory } from './idempotency.ts'
import type { KnownCall } from './known-call.ts'
import { cutPage, planPage } from './pages.ts'
import { AwsProblem, problemOf } from './problem.ts'
import { protocols } from './protocol/all.ts'
import type { Protocol } from './protocol/protocol.ts'
import { refusalOf, skewedDate } from './refuse.ts'
import type { WireAnswer, WireRequest } from './request.ts'
import { type ProtocolName, type WireService, wireServices } from './schema/catalogue.ts'
import { type CredentialScope, scopeOf, userOfKey } from './scope.ts'
import { Throttle } from './throttle.ts'
import { validateInput } from './validate.ts'

/** What stands between clients and the world besides the protocols. */
export interface DispatchOptions {
  readonly host: TwinHost
  readonly faults: WireFaults
  /** True = request budgets are kept. */
  readonly isThrottled: boolean
}

/** An answer and the faults that concern its delivery. */
export interface Dispatched {
  readonly answer: WireAnswer
  readonly faults: readonly WireFault[]
}

/** Answers requests of all services. */
export class AwsDispatcher {
  readonly throttle: Throttle
  private readonly host: TwinHost
  private readonly faults: WireFaults
  private readonly tokens = new TokenMemory()

  constructor({ faults, host, isThrottled }: DispatchOptions) {
    this.host = host
    this.faults = faults
    // Clients wait in wall time unless virtual time runs along with it.
    const nowMs = (): number =>
      host.pacer.hasLatency ? host.twin.kernel.nowMs() : host.wall.nowMs()
    this.throttle = new Throttle({ isOn: isThrottled, nowMs })
    host.whenReplaced(() => this.tokens.clear())
  }

  /** Never rejects: every fault is an answer. */
  async dispatch(request: WireRequest): Promise<Dispatched> {
    const requestId = this.host.twin.kernel.uuid('wire-request')
    let service: WireService | undefined
    try {
      const scope = scopeOf(request)
      service = wireServices.get(scope.service)
      if (service === undefined) throw unknownService(scope.service)
      return await this.dispatchTo(request, requestId, { scope, service })
    } catch (error) {
      const [protocol, spoken] = protocolFor(service, request)
      const problem = error instanceof AwsProblem ? error : asProblem(error, spoken.protocol)
      return { answer: protocol.writeProblem(problem, requestId, spoken), faults: [] }
    }
  }

  /** The answer to a body that is not text. */
  refuseBytes(request: WireRequest): WireAnswer {
    const service = wireServices.get(scopeNameOf(request))
    const [protocol, spoken] = protocolFor(service, request)
    const unreadable = new SerializationProblem('The body is not valid UTF-8.')
    const problem = asProblem(unreadable, spoken.protocol)
    return protocol.writeProblem(problem, this.host.twin.kernel.uuid('wire-request'), spoken)
  }

  private async dispatchTo(
    request: WireRequest,
    requestId: string,
    { scope, service }: { readonly scope: CredentialScope; readonly service: WireService },
  ): Promise<Dispatched> {
    const protocol = protocols[service.protocol]
    const shape = await service.load()
    const call: KnownCall = { ...protocol.read(request, service, shape), scope, service, shape }
    const { input, operation } = call
    const faults = this.faults.hit(`${service.name}:${operation.name}`)
    const wallMs = this.host.wall.nowMs()
    let answer: WireAnswer
    try {
      const refusal = refusalOf(faults, call, request, wallMs)
      if (refusal !== undefined) throw refusal
      const isCut = faults.some((fault) => fault.kind === 'reset')
      const output = isCut ? {} : await this.perform(call)
      answer = protocol.writeOutput(operation, output, requestId, service)
    } catch (error) {
      const problem = problemOf(error, { protocol: service.protocol, shape, input })
      answer = protocol.writeProblem(problem, requestId, service)
    }
    if (faults.length === 0) return { answer, faults }
    const headers = { ...answer.headers, ...skewedDate(faults, wallMs) }
    return { answer: { ...answer, headers }, faults }
  }

  private async perform(call: KnownCall): Promise<unknown> {
    const { operation, scope, service } = call
    this.throttle.take(call)
    validateInput(service, operation.name, call.input)
    const repeated = this.tokens.recall(call)
    if (repeated !== undefined) return repeated.answer
    const plan = planPage(call)
    const output = await this.host.call({
      client: userOfKey(scope.accessKeyId),
      region: service.isGlobal ? this.host.twin.account.region : scope.region,
      service: service.name,
      operation: operation.name,
      input: plan.input,
    })
    const page = cutPage(call, plan, output)
    this.tokens.keep(call, page)
    return page
  }
}

function unknownService(name: string): AwsProblem {
  const known = [...wireServices.keys()].join(', ')
  const text = `The twin has no service '${name}'. It has ${known}.`
  return new AwsProblem('UnknownService', text, { status: 404 })
}

function scopeNameOf(request: WireRequest): string {
  try {
    return scopeOf(request).service
  } catch {
    return ''
  }
}

const unreadableCodes: Readonly<Record<ProtocolName, string>> = {
  'rest-json': 'SerializationException',
  'aws-json': 'SerializationException',
  'aws-query': 'MalformedInput',
  'ec2-query': 'InvalidParameterValue',
}

/** Faults outside of any operation. */
function asProblem(error: unknown, protocol: ProtocolName): AwsProblem {
  const text = error instanceof Error ? error.message : String(error)
  if (error instanceof SerializationProblem) return new AwsProblem(unreadableCodes[protocol], text)
  return new AwsProblem('InternalFailure', `this is a bug in the twin: ${text}`, { status: 500 })
}

/** For requests of no known service: XML to whoever sent a form, JSON to all others. */
function protocolFor(
  service: WireService | undefined,
  request: WireRequest,
): readonly [Protocol, WireService] {
  if (service !== undefined) return [protocols[service.protocol], service]
  const isForm = (request.headers['content-type'] ?? '').startsWith(
    'application/x-www-form-urlencoded',
  )
  const name: ProtocolName = isForm ? 'aws-query' : 'rest-json'
  const stand = wireServices.get(isForm ? 'sts' : 'eks')!
  return [protocols[name], stand]
}
