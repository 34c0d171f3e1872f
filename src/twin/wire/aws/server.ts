/** The port of all AWS services. Twin layer. */

import type { ServerResponse } from 'node:http'
import { deliver } from '../deliver.ts'
import type { TwinHost } from '../host.ts'
import { type HeardRequest, type Listener, listen } from '../http-listener.ts'
import { AwsDispatcher, type Dispatched, type DispatchOptions } from './dispatch.ts'
import type { Throttle } from './throttle.ts'

/** The largest AWS request we know of is far below this. */
const bodyBytesMax = 4 * 1024 * 1024

/** How the port behaves. */
export interface AwsServerOptions extends DispatchOptions {
  readonly port: number
  readonly address: string
}

/** The port and what the control endpoint may change about it. */
export interface AwsServer {
  readonly listener: Listener
  readonly throttle: Throttle
}

/** Starts the port. @throws RegroupError in-use */
export async function serveAws(options: AwsServerOptions): Promise<AwsServer> {
  const { address, host, port } = options
  const dispatcher = new AwsDispatcher(options)
  const listener = await listen(
    { address, port, bodyBytesMax: () => bodyBytesMax },
    (request, response) => {
      if (request.path === '/moto-api/reset') return resetAsMoto(host, request, response)
      return serveOne(dispatcher, host, request, response)
    },
  )
  return { listener, throttle: dispatcher.throttle }
}

async function serveOne(
  dispatcher: AwsDispatcher,
  host: TwinHost,
  request: HeardRequest,
  response: ServerResponse,
): Promise<void> {
  const { body } = request
  let dispatched: Dispatched
  host.pacer.begin()
  try {
    dispatched =
      body === undefined
        ? { answer: dispatcher.refuseBytes({ ...request, body: '' }), faults: [] }
        : await dispatcher.dispatch({ ...request, body })
  } finally {
    host.pacer.end()
  }
  await deliver(response, dispatched.answer, dispatched.faults, host.wall)
}

/** moto's own tests reset their server so; a page in a browser may not. */
function resetAsMoto(
  host: TwinHost,
  request: HeardRequest,
  response: ServerResponse,
): Promise<void> {
  const isAllowed = request.method === 'POST' && request.headers.origin === undefined
  if (isAllowed) host.reset()
  const answer = {
    status: isAllowed ? 200 : 403,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ status: isAllowed ? 'ok' : 'refused' }),
  }
  return deliver(response, answer, [], host.wall)
}
