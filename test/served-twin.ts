/** A twin on real sockets with a clock that the test moves, and a plain HTTP client. */

import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { emptyWorld } from '../src/twin/build/empty-world.ts'
import { type RunningTwin, type ServeOptions, serveTwin } from '../src/twin/wire/serve.ts'
import { HandClock } from './hand-clock.ts'
import { authorization } from './wire-world.ts'

/** A running twin; stop it at the end of the test. */
export interface Served extends RunningTwin {
  readonly clock: HandClock
}

/** What came back; `body` is what arrived of it. */
export interface Heard {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** An empty account on free ports. */
export async function servedTwin(options: Partial<ServeOptions> = {}): Promise<Served> {
  const clock = new HandClock()
  const running = await serveTwin({
    world: emptyWorld('eu-west-1'),
    seed: 'served',
    wall: clock,
    speed: 'max',
    address: '127.0.0.1',
    port: 0,
    controlPort: 0,
    controlToken: 'test-token',
    isThrottled: false,
    ...options,
  })
  return { ...running, clock }
}

/** Sends one request on a connection of its own. Rejects when the connection breaks. */
export function hear(
  url: string,
  options: {
    readonly method?: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string | Buffer
  } = {},
): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const { body, headers, method } = options
    const request = httpRequest(
      url,
      { method: method ?? 'GET', headers, agent: false },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', reject)
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString()
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text })
        })
      },
    )
    request.once('error', reject)
    request.end(body)
  })
}

/** Asks the control endpoint. */
export async function control(
  { served }: RunningTwin,
  line: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly value: Readonly<Record<string, unknown>> }> {
  const [method = 'GET', path = '/'] = line.split(' ')
  const heard = await hear(served.control.endpoint + path, {
    method,
    headers: { authorization: `Bearer ${served.control.token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return {
    status: heard.status,
    value: JSON.parse(heard.body) as Readonly<Record<string, unknown>>,
  }
}

/** Lists clusters with a signature: the simplest call there is. */
export function listClusters({ served }: RunningTwin): Promise<Heard> {
  return hear(`${served.aws.endpoint}/clusters`, {
    headers: { authorization: authorization('eks') },
  })
}
