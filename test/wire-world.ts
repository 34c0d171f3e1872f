/** A served world without sockets: requests in, answers out. */

import { emptyWorld } from '../src/twin/build/empty-world.ts'
import type { WorldSpec } from '../src/twin/build/world-spec.ts'
import { AwsDispatcher } from '../src/twin/wire/aws/dispatch.ts'
import type { WireAnswer, WireRequest } from '../src/twin/wire/aws/request.ts'
import { TwinHost } from '../src/twin/wire/host.ts'
import type { Speed } from '../src/twin/wire/pace.ts'
import { WireFaults } from '../src/twin/wire/wire-faults.ts'
import { HandClock } from './hand-clock.ts'

/** A host on a hand-moved clock with the dispatcher in front. */
export interface WireWorld {
  readonly host: TwinHost
  readonly clock: HandClock
  readonly dispatcher: AwsDispatcher
  readonly faults: WireFaults
  answer(request: WireRequest): Promise<WireAnswer>
  ask(service: string, request: Partial<WireRequest>): Promise<WireAnswer>
}

/** An empty account unless another world is given. */
export function wireWorld(
  options: {
    readonly world?: WorldSpec
    readonly speed?: Speed
    readonly isPaused?: boolean
    readonly isThrottled?: boolean
  } = {},
): WireWorld {
  const clock = new HandClock()
  const host = new TwinHost({
    world: options.world ?? emptyWorld('eu-west-1'),
    seed: 'wire',
    wall: clock,
    speed: options.speed ?? 'max',
    ...(options.isPaused === undefined ? {} : { isPaused: options.isPaused }),
  })
  const faults = new WireFaults('wire')
  const dispatcher = new AwsDispatcher({ host, faults, isThrottled: options.isThrottled === true })
  const answer = async (request: WireRequest): Promise<WireAnswer> =>
    (await dispatcher.dispatch(request)).answer
  const ask: WireWorld['ask'] = (service, part) => answer(signed(service, part))
  return { host, clock, dispatcher, faults, answer, ask }
}

/** A request with a signature for the service in eu-west-1. */
export function signed(service: string, part: Partial<WireRequest>): WireRequest {
  const { headers, ...rest } = part
  return {
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    body: '',
    ...rest,
    headers: { authorization: authorization(service), ...headers },
  }
}

/** What the SDK sends; nobody checks the signature. */
export function authorization(service: string): string {
  const credential = `AKIATWINTWINTWINTWIN/20261124/eu-west-1/${service}/aws4_request`
  return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=0123abcd`
}
