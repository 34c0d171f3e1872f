/** Opens a connection through a proxy: CONNECT of HTTP proxies, or SOCKS 5. Kube layer. */

import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** What the connection shall reach. */
export interface TunnelTarget {
  readonly host: string
  readonly port: number
}

/** Opening takes at most this long, milliseconds of the socket's own timer. */
const openMsMax = 30_000

/** A plain connection to the target through the proxy. Rejects with an Error that never shows the proxy's password. */
export function openTunnel(proxy: URL, target: TunnelTarget): Promise<Duplex> {
  return proxy.protocol.startsWith('socks') ? openSocks(proxy, target) : openConnect(proxy, target)
}

function openConnect(proxy: URL, { host, port }: TunnelTarget): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
    const isSecure = proxy.protocol === 'https:'
    const request = (isSecure ? httpsRequest : httpRequest)({
      host: bareHost(proxy),
      port: proxy.port || (isSecure ? 443 : 80),
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...proxyAuthorization(proxy) },
      agent: false,
      timeout: openMsMax,
    })
    request.once('connect', (answer: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (answer.statusCode !== 200) {
        socket.destroy()
        return reject(failed(proxy, `it answered ${answer.statusCode} to CONNECT ${authority}`))
      }
      if (head.length > 0) socket.unshift(head)
      resolve(socket)
    })
    request.once('response', (answer) => {
      answer.destroy()
      reject(failed(proxy, `it answered ${answer.statusCode} to CONNECT ${authority}`))
    })
    request.once('timeout', () => request.destroy(failed(proxy, 'it does not answer')))
    request.once('error', (error) => reject(withProxy(proxy, error)))
    request.end()
  })
}

function proxyAuthorization(proxy: URL): { 'proxy-authorization'?: string } {
  if (proxy.username === '') return {}
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` }
}

/** RFC 1928 and 1929; the proxy resolves the name, as for Go clients. */
async function openSocks(proxy: URL, target: TunnelTarget): Promise<Socket> {
  const socket = connect({ host: bareHost(proxy), port: Number(proxy.port || 1080) })
  socket.setTimeout(openMsMax, () => socket.destroy(failed(proxy, 'it does not answer')))
  const read = reader(socket)
  try {
    const hasUser = proxy.username !== ''
    socket.write(Buffer.from(hasUser ? [5, 2, 0, 2] : [5, 1, 0]))
    const method = (await read(2))[1]
    if (method === 2) await authenticate(socket, proxy, read)
    else if (method !== 0) throw failed(proxy, 'it accepts none of our ways to log in')
    const name = Buffer.from(target.host)
    const port = Buffer.from([target.port >> 8, target.port & 255])
    socket.write(Buffer.concat([Buffer.from([5, 1, 0, 3, name.length]), name, port]))
    const [, code = 255, , type] = await read(4)
    if (code !== 0) throw failed(proxy, `it refused the connection with SOCKS code ${code}`)
    const addressLength = type === 1 ? 4 : type === 4 ? 16 : ((await read(1))[0] ?? 0)
    await read(addressLength + 2)
  } catch (error) {
    socket.destroy()
    throw withProxy(proxy, error)
  }
  socket.setTimeout(0)
  return socket
}

async function authenticate(
  socket: Socket,
  proxy: URL,
  read: (length: number) => Promise<Buffer>,
): Promise<void> {
  const [user, password] = [proxy.username, proxy.password].map((text) =>
    Buffer.from(decodeURIComponent(text)),
  )
  if (user === undefined || password === undefined) return
  const lengths = [Buffer.from([1, user.length]), Buffer.from([password.length])] as const
  socket.write(Buffer.concat([lengths[0], user, lengths[1], password]))
  if ((await read(2))[1] !== 0) throw failed(proxy, 'it refused the user name and password')
}

/** Reads exact lengths; what comes after stays in the socket for TLS. */
function reader(socket: Socket): (length: number) => Promise<Buffer> {
  return (length) =>
    new Promise((resolve, reject) => {
      const done = (): void => {
        socket.off('readable', tryRead)
        socket.off('error', fail)
        socket.off('end', ended)
      }
      const tryRead = (): void => {
        const bytes = length === 0 ? Buffer.alloc(0) : (socket.read(length) as Buffer | null)
        if (bytes === null) return
        done()
        resolve(bytes)
      }
      const fail = (error: Error): void => {
        done()
        reject(error)
      }
      const ended = (): void => fail(new Error('the proxy closed the connection'))
      socket.on('readable', tryRead)
      socket.on('error', fail)
      socket.on('end', ended)
      tryRead()
    })
}

function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

function failed(proxy: URL, why: string): Error {
  return new Error(`proxy ${proxy.protocol}//${proxy.host}: ${why}`)
}

/** The system's code stays, so that the failure is still told apart. */
function withProxy(proxy: URL, error: unknown): Error {
  if (error instanceof Error && error.message.startsWith('proxy ')) return error
  const { code, message } = error as NodeJS.ErrnoException
  return Object.assign(failed(proxy, message), code === undefined ? {} : { code })
}
