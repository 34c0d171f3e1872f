/** The HTTPS server in front of one cluster: bounded bodies, headers and connections. Twin layer. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { RegroupError } from '../../../../world/failure.ts'
import type { ClientCertificate } from '../auth/authenticator.ts'
import type { Sink } from '../context.ts'
import type { WireRequest } from '../http/request.ts'
import { failure } from '../http/status.ts'
import { bodyBytesMax } from '../write/body.ts'
import type { KeyedCertificate } from './certificates.ts'

/** Gets whole requests. `whenHead` of the sink is when an answer begins. */
export type KubeHandler = (
  request: WireRequest,
  certificate: ClientCertificate | undefined,
  sink: Sink,
) => void

/** How to listen. */
export interface KubeListenOptions {
  readonly address: string
  /** 0 = any free port. */
  readonly port: number
  readonly certificate: KeyedCertificate
  /** Authority of client certificates. */
  readonly clientCaPem: string
  readonly handle: KubeHandler
  /** A request has come; called with the way to say that it is answered. */
  readonly onRequest: () => () => void
}

/** A listening server. */
export interface KubeListener {
  readonly port: number
  close(): Promise<void>
}

const connectionsMax = 8192
const headerBytesMax = 64 * 1024

/** Starts a server. @throws RegroupError in-use when the port is taken. */
export async function listenKube(options: KubeListenOptions): Promise<KubeListener> {
  const server = createServer(
    {
      key: options.certificate.keyPem,
      cert: options.certificate.certificatePem,
      ca: options.clientCaPem,
      requestCert: true,
      rejectUnauthorized: false,
      maxHeaderSize: headerBytesMax,
      headersTimeout: 15_000,
      requestTimeout: 60_000,
      keepAliveTimeout: 65_000,
      noDelay: true,
    },
    (request, response) => {
      hear(request, response, options)
    },
  )
  server.maxConnections = connectionsMax
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    refuseClient(error, socket)
  })
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  // Streams over websocket or SPDY are answered like any other request: with a Status.
  await bind(server, options)
  const { port } = server.address() as AddressInfo
  return { port, close: () => closeServer(server) }
}

function bind(server: Server, { address, port }: KubeListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const code = cause.code === 'EADDRINUSE' ? 'in-use' : 'invalid'
      const text = `cannot listen on ${address}:${port}: ${cause.message}`
      reject(new RegroupError(code, text, { retry: 'never', cause }))
    })
    server.listen({ port, host: address, backlog: 1024 }, resolve)
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/** What cannot be parsed as HTTP at all still gets a Status. */
function refuseClient(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const isLarge = error.code === 'HPE_HEADER_OVERFLOW'
  const code = isLarge ? 431 : 400
  const message = isLarge
    ? `request header fields too large: limit is ${headerBytesMax}`
    : 'malformed HTTP request'
  const body = `${JSON.stringify(failure({ code, reason: 'BadRequest', message }))}\n`
  const head = [
    `HTTP/1.1 ${code} ${isLarge ? 'Request Header Fields Too Large' : 'Bad Request'}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

function hear(
  request: IncomingMessage,
  response: ServerResponse,
  { handle, onRequest }: KubeListenOptions,
): void {
  const done = onRequest()
  response.once('close', done)
  const chunks: Buffer[] = []
  let size = 0
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    // One byte too many is kept: the size is refused with a Status, the rest is not read.
    if (size <= bodyBytesMax + chunk.length) chunks.push(chunk)
    if (size > bodyBytesMax && !response.headersSent) answer()
  })
  request.once('end', () => {
    if (!response.headersSent) answer()
  })
  request.once('error', () => response.destroy())
  const answer = (): void => {
    if (size > bodyBytesMax) {
      response.setHeader('connection', 'close')
      response.once('finish', () => request.destroy())
    }
    handle(
      requestOf(request, Buffer.concat(chunks)),
      certificateOf(request),
      sinkOf(response, done),
    )
  }
}

function requestOf(request: IncomingMessage, body: Buffer): WireRequest {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (name === '__proto__') continue
    if (typeof value === 'string') headers[name] = value
    else if (value !== undefined) headers[name] = value.join(', ')
  }
  return { method: request.method ?? 'GET', url: request.url ?? '/', headers, body }
}

function certificateOf(request: IncomingMessage): ClientCertificate | undefined {
  const socket = request.socket as TLSSocket
  if (!socket.authorized) return undefined
  const { subject } = socket.getPeerCertificate()
  if (subject === undefined) return undefined
  const organization = subject.O as string | readonly string[] | undefined
  const organizations =
    typeof organization === 'string' ? [organization] : [...(organization ?? [])]
  const [commonName = ''] = [subject.CN].flat()
  return { commonName, organizations }
}

function sinkOf(response: ServerResponse, done: () => void): Sink {
  return {
    head: (code, headers) => {
      if (response.destroyed) return
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
      response.writeHead(code)
      response.flushHeaders()
      done()
    },
    write: (chunk) => {
      if (!response.destroyed) response.write(chunk)
    },
    end: () => {
      response.end()
    },
    cut: () => {
      response.destroy()
    },
    breakOff: (chunk) => {
      if (!response.destroyed) response.write(chunk, () => response.destroy())
    },
    waitingBytes: () => response.writableLength,
    onDrain: (listener) => {
      response.once('drain', listener)
    },
    onClose: (listener) => {
      response.once('close', listener)
    },
  }
}
