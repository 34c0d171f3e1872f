/** An HTTP server that bad clients cannot bring down: bounded bodies, headers, connections, time. Twin layer. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RegroupError } from '../../world/failure.ts'

/** Where and how a server listens. */
export interface ListenOptions {
  /** 0 = any free port. */
  readonly port: number
  /** Loopback unless the user asked for more. */
  readonly address: string
  /** Larger bodies are refused with 413 and the connection closed, bytes; by the head of the request. */
  readonly bodyBytesMax: (headers: RequestHeaders) => number
}

/** Headers by their names in small letters. */
export type RequestHeaders = Readonly<Record<string, string | undefined>>

/** A request with its body read; `body` is undefined where the bytes are not UTF-8. */
export interface HeardRequest {
  readonly method: string
  /** Path without the query, as it came. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: RequestHeaders
  readonly body: string | undefined
}

/** Handles one request; may write to the response in any way. Rejections close the connection. */
export type Handler = (request: HeardRequest, response: ServerResponse) => Promise<void>

/** A listening server. */
export interface Listener {
  readonly port: number
  /** e.g. `http://127.0.0.1:4599`. */
  readonly url: string
  /** Closes the port and every connection. */
  close(): Promise<void>
}

/** More sockets than this are closed at once: some kilobytes each, bounded in sum. */
const connectionsMax = 4096
const headersTimeoutMs = 15_000
const requestTimeoutMs = 60_000
/** Longer than the pauses of clients that poll, so that their connections live on. */
const keepAliveTimeoutMs = 65_000

const badRequest = 'HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'

/** Starts a server. @throws RegroupError in-use when the port is taken. */
export async function listen(options: ListenOptions, handle: Handler): Promise<Listener> {
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: 5000,
    },
    (request, response) => {
      serve(request, response, options, handle).catch(() => response.destroy())
    },
  )
  server.maxConnections = connectionsMax
  server.keepAliveTimeout = keepAliveTimeoutMs
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end(badRequest, () => socket.destroy())
    // A peer that does not read would keep the socket half open for ever.
    else socket.destroy()
  })
  await bind(server, options)
  const { port } = server.address() as AddressInfo
  const host = options.address.includes(':') ? `[${options.address}]` : options.address
  return { port, url: `http://${host}:${port}`, close: () => closeServer(server) }
}

function bind(server: Server, { address, port }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(bindFailure(error, address, port)),
    )
    server.listen({ port, host: address, backlog: 1024 }, resolve)
  })
}

function bindFailure(error: NodeJS.ErrnoException, address: string, port: number): Error {
  const options = { retry: 'never' as const, cause: error }
  if (error.code === 'EADDRINUSE') {
    return new RegroupError(
      'in-use',
      `port ${port} on ${address} is in use by another program`,
      options,
    )
  }
  if (error.code === 'EACCES') {
    return new RegroupError(
      'forbidden',
      `port ${port} on ${address} may not be opened by this user`,
      options,
    )
  }
  return new RegroupError(
    'invalid',
    `cannot listen on ${address}:${port}: ${error.message}`,
    options,
  )
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: ListenOptions,
  handle: Handler,
): Promise<void> {
  const headers = request.headers as RequestHeaders
  const bodyBytesMax = options.bodyBytesMax(headers)
  const bytes = await readBody(request, bodyBytesMax)
  if (bytes === undefined) {
    response.writeHead(413, { connection: 'close', 'content-type': 'application/json' })
    response.end(
      JSON.stringify({
        __type: 'RequestEntityTooLarge',
        message: `The body is larger than ${bodyBytesMax} bytes.`,
      }),
    )
    // What is still coming is not read: the connection ends with the answer.
    response.once('finish', () => request.destroy())
    return
  }
  const url = request.url ?? '/'
  const mark = url.indexOf('?')
  const heard: HeardRequest = {
    method: request.method ?? 'GET',
    path: mark === -1 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1)),
    headers,
    body: decode(bytes),
  }
  await handle(heard, response)
}

/** Undefined when the body is too large; what was read of it is dropped at once. */
function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) return Promise.resolve(undefined)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > bytesMax) {
        chunks.length = 0
        request.pause()
        resolve(undefined)
      } else chunks.push(chunk)
    })
    request.once('end', () => resolve(Buffer.concat(chunks)))
    request.once('error', reject)
    request.once('close', () => reject(new Error('the client left')))
  })
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decode(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}
