/** The port of all AWS services. Twin layer. */

import type { ServerResponse } from 'node:http'
import type { TwinHost } from '../host.ts'
import { type HeardRequest, type Listener, listen } from '../http-listener.ts'
import { AwsDispatcher } from './dispatch.ts'
import type { WireAnswer } from './request.ts'

/** The largest AWS request we know of is far below this. */
const bodyBytesMax = 4 * 1024 * 1024

/** Starts the port. @throws RegroupError in-use */
export function serveAws(
  host: TwinHost,
  where: { readonly port: number; readonly address: string },
): Promise<Listener> {
  const dispatcher = new AwsDispatcher(host)
  return listen({ ...where, bodyBytesMax }, async (request, response) => {
    if (request.path === '/moto-api/reset') return resetAsMoto(host, request, response)
    host.pacer.begin()
    try {
      const { body } = request
      const answer =
        body === undefined
          ? dispatcher.refuseBytes({ ...request, body: '' })
          : await dispatcher.answer({ ...request, body })
      send(response, answer)
    } finally {
      host.pacer.end()
    }
  })
}

function send(response: ServerResponse, { body, headers, status }: WireAnswer): void {
  const bytes = Buffer.from(body)
  response.writeHead(status, { ...headers, 'content-length': bytes.length })
  response.end(bytes)
}

/** moto's own tests reset their server so; a page in a browser may not. */
function resetAsMoto(host: TwinHost, request: HeardRequest, response: ServerResponse): void {
  const isAllowed = request.method === 'POST' && request.headers.origin === undefined
  if (isAllowed) host.reset()
  send(response, {
    status: isAllowed ? 200 : 403,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ status: isAllowed ? 'ok' : 'refused' }),
  })
}
