/** Raw requests to an API server: what was sent and what came back, nothing interpreted. Test support. */

import { Agent, request as httpsRequest } from 'node:https'
import type { KeyedCertificate } from '../../../src/twin/wire/kube/tls/certificates.ts'

/** An answer. `body` is parsed JSON, or the text when it is none. */
export interface Heard {
  readonly code: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: unknown
}

/** One request; the body is JSON. */
export interface Sent {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  /** @default application/json */
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** How to reach a server. */
export interface RawApiOptions {
  readonly port: number
  readonly caPem: string
  readonly client: KeyedCertificate
}

/** Sends requests on kept-alive connections. */
export interface RawApi {
  send(sent: Sent): Promise<Heard>
  close(): void
}

/** Rejects only when the connection fails. */
export function rawApi({ caPem, client, port }: RawApiOptions): RawApi {
  const agent = new Agent({
    keepAlive: true,
    ca: caPem,
    cert: client.certificatePem,
    key: client.keyPem,
  })
  const send = ({ body, contentType, headers, method, path }: Sent): Promise<Heard> =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body)
      // Node says no length by itself for a DELETE, and the server would read the body as the next request.
      const length = text === undefined ? {} : { 'content-length': Buffer.byteLength(text) }
      const options = {
        agent,
        host: '127.0.0.1',
        port,
        method,
        path,
        headers: { 'content-type': contentType ?? 'application/json', ...length, ...headers },
      }
      const request = httpsRequest(options, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.once('error', reject)
        answer.once('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          resolve({
            code: answer.statusCode ?? 0,
            headers: answer.headers,
            body: parsed(text),
          })
        })
      })
      request.once('error', reject)
      request.end(text)
    })
  return { send, close: () => agent.destroy() }
}

/** JSON, or the text as it is. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
