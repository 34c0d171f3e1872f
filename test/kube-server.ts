/** A small API server that answers what a test tells it, and a client of it. */

import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { type KubeClient, type KubeClientOptions, kubeClient } from '../src/kube/client.ts'
import { fixedCredentials } from '../src/kube/credentials/credentials.ts'
import type { KubeEndpoint } from '../src/kube/transport/endpoint.ts'
import { seededRandom } from '../src/world/random.ts'
import { HeldClock } from './held-clock.ts'

/** One request as it came in. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: unknown
}

/** Answers one request; `answer` is Node's own, so that it can also be cut or left open. */
export type Answer = (request: Received, answer: ServerResponse) => void

/** A server on loopback at a port of its own. */
export interface KubeServer {
  readonly url: URL
  readonly requests: Received[]
  /** Open connections. */
  readonly sockets: ReadonlySet<Socket>
  /** Cuts every connection without a word. */
  cut(): void
  close(): Promise<void>
}

/** Text of a file of test/pem. */
export function pem(name: string): string {
  return readFileSync(new URL(`pem/${name}`, import.meta.url), 'utf8')
}

/** Starts it; with `tls` it speaks HTTPS. `port` 0 = any free one. */
export async function kubeServer(
  respond: Answer,
  options: { readonly tls?: ServerOptions; readonly port?: number } = {},
): Promise<KubeServer> {
  const requests: Received[] = []
  const sockets = new Set<Socket>()
  const take = (message: IncomingMessage, answer: ServerResponse): void => {
    const chunks: Buffer[] = []
    message.on('data', (chunk: Buffer) => chunks.push(chunk))
    message.on('end', () => {
      const url = new URL(message.url ?? '/', 'http://server')
      const text = Buffer.concat(chunks).toString('utf8')
      const received: Received = {
        method: message.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: message.headers,
        body: text === '' ? undefined : JSON.parse(text),
      }
      requests.push(received)
      respond(received, answer)
    })
  }
  const { port = 0, tls } = options
  const server = tls === undefined ? createServer(take) : createTlsServer(tls, take)
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address() as AddressInfo
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: new URL(`${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`),
    requests,
    sockets,
    cut,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        cut()
      }),
  }
}

/** Sends a JSON answer. */
export function sendJson(
  answer: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  answer.writeHead(status, { 'content-type': 'application/json', ...headers })
  answer.end(JSON.stringify(body))
}

/** Sends a Status as an API server words it. */
export function sendStatus(
  answer: ServerResponse,
  code: number,
  extra: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): void {
  const base = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code }
  sendJson(answer, code, { ...base, ...extra }, headers)
}

/** Begins a watch stream: headers at once. */
export function openStream(answer: ServerResponse): ServerResponse {
  answer.writeHead(200, { 'content-type': 'application/json' })
  answer.flushHeaders()
  return answer
}

/** One line of a watch. */
export function eventLine(type: string, object: unknown): string {
  return `${JSON.stringify({ type, object })}\n`
}

/** A pod of namespace shop, as a watch sends it. */
export function wirePod(name: string, resourceVersion: string): Record<string, unknown> {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: 'shop',
      name,
      uid: `uid-${name}`,
      resourceVersion,
      labels: { app: name },
    },
    spec: { nodeName: 'n1', containers: [{ name: 'c' }] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  }
}

/** A client of the server and the clock it runs on: sleeps of up to 10 s pass at once. */
export function clientOf(
  url: URL,
  options: Partial<KubeClientOptions> & { readonly endpoint?: Partial<KubeEndpoint> } = {},
): { readonly client: KubeClient; readonly clock: HeldClock } {
  const clock = new HeldClock(10_000)
  const { endpoint, ...rest } = options
  const client = kubeClient({
    connection: {
      endpoint: { name: 'test', server: url, isTlsVerified: true, ...endpoint },
      credentials: fixedCredentials({}),
    },
    clock,
    random: seededRandom('test'),
    // The clock makes nothing of five seconds: no answer would be in time.
    slowAnswerMs: 60_000,
    ...rest,
  })
  return { client, clock }
}
