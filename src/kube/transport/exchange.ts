/** One HTTP exchange on a socket: send a request, get the head of the answer. Kube layer. */

import type { EventEmitter } from 'node:events'
import {
  type Agent,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http'
import { request as httpsRequest } from 'node:https'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { RegroupError } from '../../world/failure.ts'
import type { KubeAnswer } from '../request.ts'

/** What goes on the wire. */
export interface Outgoing {
  readonly url: URL
  readonly agent: Agent
  readonly method: string
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string | undefined
  /** Ends the exchange, also while the body is read. */
  readonly signal: AbortSignal
}

/** A page of 500 objects of 100 KB each is half of this. */
const answerBytesMax = 128 << 20

const unzip = promisify(gunzip)

/** Resolves with the head of the answer; its body streams. Rejects with the socket's error. */
export function sendRequest(outgoing: Outgoing): Promise<IncomingMessage> {
  const { agent, body, headers, method, signal, url } = outgoing
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    // Node sends a body without a length as chunks, except for DELETE, where it would not mark its end at all.
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
    const all = { ...headers, ...length } as OutgoingHttpHeaders
    const request = send(url, { agent, method, headers: all })
    request.once('response', (message) => {
      // Readers see errors themselves; one that comes after they left must not end the process.
      message.on('error', () => undefined)
      endWith(signal, message, () => message.destroy())
      resolve(message)
    })
    request.on('error', (error) => {
      reject(Object.assign(error, { isReusedSocket: request.reusedSocket }))
    })
    endWith(signal, request, () => {
      reject(new Error('the exchange was ended'))
      request.destroy()
    })
    request.end(body)
  })
}

/**
 * Not the `signal` option of Node: that destroys the socket with an error, which ends the process when the
 * answer is complete just then and the socket on its way back to the agent, where nobody listens to it.
 */
function endWith(signal: AbortSignal, stream: EventEmitter, end: () => void): void {
  if (signal.aborted) {
    end()
    return
  }
  signal.addEventListener('abort', end, { once: true })
  stream.once('close', () => signal.removeEventListener('abort', end))
}

/** Reads a whole body, up to a bound. Rejects when the connection is cut before its end. */
export async function readAnswer(message: IncomingMessage): Promise<KubeAnswer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of message) {
    length += (chunk as Buffer).length
    if (length > answerBytesMax) {
      message.destroy()
      throw tooLarge()
    }
    chunks.push(chunk as Buffer)
  }
  const bytes = await plain(Buffer.concat(chunks), message.headers['content-encoding'])
  const text = bytes.toString('utf8')
  const type = String(message.headers['content-type'] ?? '')
  const json = type.includes('json') ? parsed(text) : undefined
  return { status: message.statusCode ?? 0, headers: message.headers, text, json }
}

async function plain(bytes: Buffer, encoding: string | undefined): Promise<Buffer> {
  if (encoding !== 'gzip') return bytes
  try {
    return await unzip(bytes, { maxOutputLength: answerBytesMax })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge()
    throw new RegroupError('connection', 'the compressed answer is damaged')
  }
}

function tooLarge(): RegroupError {
  const megabytes = answerBytesMax >> 20
  return new RegroupError('limit-exceeded', `the answer has more than ${megabytes} MiB`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
