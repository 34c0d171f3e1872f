/** From an HTTP request to an answer: the way every AWS call takes. Twin layer. */

import type { TwinHost } from '../host.ts'
import { SerializationProblem } from './codec/serialization-problem.ts'
import { AwsProblem, problemOf } from './problem.ts'
import { protocols } from './protocol/all.ts'
import type { Protocol, ReadRequest } from './protocol/protocol.ts'
import type { WireAnswer, WireRequest } from './request.ts'
import { type ProtocolName, type WireService, wireServices } from './schema/catalogue.ts'
import type { ServiceShape } from './schema/shape.ts'
import { type CredentialScope, scopeOf } from './scope.ts'

/** A request of which we know what it wants. */
export interface KnownCall extends ReadRequest {
  readonly scope: CredentialScope
  readonly service: WireService
  readonly shape: ServiceShape
}

/** Access key that `twin env` hands out; any other is let in too. */
export const servedAccessKeyId = 'AKIATWINTWINTWINTWIN'
/** Its secret: signatures are not verified. */
export const servedSecretAccessKey = 'twin-secret-access-key-not-a-secret-0000'

/** Answers requests of all services. */
export class AwsDispatcher {
  private readonly host: TwinHost

  constructor(host: TwinHost) {
    this.host = host
  }

  /** Never rejects: every fault is an answer. */
  async answer(request: WireRequest): Promise<WireAnswer> {
    const requestId = this.host.twin.kernel.uuid('wire-request')
    let service: WireService | undefined
    try {
      const scope = scopeOf(request)
      service = wireServices.get(scope.service)
      if (service === undefined) throw unknownService(scope.service)
      return await this.answerFor(request, requestId, { scope, service })
    } catch (error) {
      const [protocol, spoken] = protocolFor(service, request)
      const problem = error instanceof AwsProblem ? error : asProblem(error, spoken.protocol)
      return protocol.writeProblem(problem, requestId, spoken)
    }
  }

  /** The answer to a body that is not text. */
  refuseBytes(request: WireRequest): WireAnswer {
    const service = wireServices.get(scopeNameOf(request))
    const [protocol, spoken] = protocolFor(service, request)
    const problem = asProblem(
      new SerializationProblem('The body is not valid UTF-8.'),
      spoken.protocol,
    )
    return protocol.writeProblem(problem, this.host.twin.kernel.uuid('wire-request'), spoken)
  }

  private async answerFor(
    request: WireRequest,
    requestId: string,
    { scope, service }: { readonly scope: CredentialScope; readonly service: WireService },
  ): Promise<WireAnswer> {
    const protocol = protocols[service.protocol]
    const shape = await service.load()
    const read = protocol.read(request, service, shape)
    const call: KnownCall = { ...read, scope, service, shape }
    try {
      const output = await this.perform(call)
      return protocol.writeOutput(call.operation, output, requestId, service)
    } catch (error) {
      const context = { protocol: service.protocol, shape, input: call.input }
      return protocol.writeProblem(problemOf(error, context), requestId, service)
    }
  }

  private perform(call: KnownCall): Promise<unknown> {
    const { input, operation, scope, service } = call
    return this.host.call({
      client: scope.accessKeyId === servedAccessKeyId ? 'operator' : scope.accessKeyId,
      region: service.isGlobal ? this.host.twin.account.region : scope.region,
      service: service.name,
      operation: operation.name,
      input,
    })
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
