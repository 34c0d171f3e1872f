import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { clientOf, type KubeServer, kubeServer, pem, sendJson } from '../../../test/kube-server.ts'
import { Secret } from '../secret.ts'

const toClose: (() => void)[] = []

afterEach(() => {
  for (const close of toClose.splice(0)) close()
})

const tls = { key: pem('server.key'), cert: pem('server.crt') }

async function apiServer(isSecure: boolean): Promise<KubeServer> {
  const server = await kubeServer((_, answer) => sendJson(answer, 200, { gitVersion: 'v1' }), {
    ...(isSecure ? { tls } : {}),
  })
  toClose.push(() => void server.close())
  return server
}

function listen(server: Server): Promise<number> {
  toClose.push(() => server.close())
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

/** Joins both ends; whoever closes closes the other. */
function join(one: Socket, other: Socket): void {
  one.pipe(other).pipe(one)
  one.on('error', () => other.destroy())
  other.on('error', () => one.destroy())
}

/** The proxied name is `kube.test`; the proxy knows where that is. */
async function connectProxy(
  port: number,
  password?: string,
): Promise<{ url: string; seen: string[] }> {
  const seen: string[] = []
  const proxy = createHttpServer()
  proxy.on('connect', (request, client: Socket) => {
    seen.push(String(request.url))
    const wanted = `Basic ${Buffer.from(`jane:${password}`).toString('base64')}`
    if (password !== undefined && request.headers['proxy-authorization'] !== wanted) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      return
    }
    const server = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      join(client, server)
    })
    server.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'))
  })
  return { url: `127.0.0.1:${await listen(proxy)}`, seen }
}

/** SOCKS 5 with or without a password, as RFC 1928 and 1929 have it. */
async function socksProxy(
  port: number,
  password?: string,
): Promise<{ url: string; seen: string[] }> {
  const seen: string[] = []
  const proxy = createServer((client) => {
    client.on('error', () => undefined)
    const steps = [
      (): void => void client.write(Buffer.from([5, password === undefined ? 0 : 2])),
      (bytes: Buffer): void => {
        const user = bytes.subarray(2, 2 + (bytes[1] ?? 0)).toString()
        const given = bytes.subarray(3 + (bytes[1] ?? 0)).toString()
        client.write(Buffer.from([1, user === 'jane' && given === password ? 0 : 1]))
      },
      (bytes: Buffer): void => {
        seen.push(`${bytes.subarray(5, -2).toString()}:${bytes.readUInt16BE(bytes.length - 2)}`)
        const server = connect(port, '127.0.0.1', () => {
          client.removeAllListeners('data')
          client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
          join(client, server)
        })
        server.on('error', () => client.end(Buffer.from([5, 5, 0, 1, 0, 0, 0, 0, 0, 0])))
      },
    ]
    if (password === undefined) steps.splice(1, 1)
    client.on('data', (bytes: Buffer) => steps.shift()?.(bytes))
  })
  return { url: `127.0.0.1:${await listen(proxy)}`, seen }
}

function through(proxyUrl: string, isSecure: boolean) {
  const url = new URL(`${isSecure ? 'https' : 'http'}://kube.test:6443`)
  return clientOf(url, { endpoint: { caPem: pem('ca.crt'), proxyUrl: new Secret(proxyUrl) } })
    .client
}

describe.each([
  ['http', connectProxy],
  ['socks5', socksProxy],
] as const)('%s proxy', (scheme, start) => {
  it.each([true, false])('to the server it names (TLS: %s)', async (isSecure) => {
    const server = await apiServer(isSecure)
    const { seen, url } = await start(Number(server.url.port))
    const client = through(`${scheme}://${url}`, isSecure)
    expect(await client.serverVersion()).toBe('v1')
    expect(await client.serverVersion()).toBe('v1')
    expect(seen).toEqual(['kube.test:6443'])
  })

  it('with a user and a password', async () => {
    const server = await apiServer(true)
    const { url } = await start(Number(server.url.port), 'pa ss')
    const client = through(`${scheme}://jane:pa%20ss@${url}`, true)
    expect(await client.serverVersion()).toBe('v1')
  })

  it('a wrong password is a failure that does not show it', async () => {
    const server = await apiServer(true)
    const { url } = await start(Number(server.url.port), 'right')
    const call = through(`${scheme}://jane:wrong@${url}`, true).serverVersion()
    await expect(call).rejects.toMatchObject({ code: 'connection' })
    await expect(call).rejects.toThrow(`proxy ${scheme}://${url}: it`)
    await expect(call).rejects.toThrow(expect.not.stringContaining('wrong'))
  })

  it('that does not reach the server', async () => {
    const server = await kubeServer(() => undefined)
    await server.close()
    const { url } = await start(Number(server.url.port))
    const call = through(`${scheme}://${url}`, true).serverVersion()
    await expect(call).rejects.toThrow(/it (?:answered 502|refused the connection)/)
  })

  it('that is not there', async () => {
    const { url } = await start(1)
    for (const close of toClose.splice(0)) close()
    const call = through(`${scheme}://${url}`, true).serverVersion()
    await expect(call).rejects.toMatchObject({ context: { serviceCode: 'ECONNREFUSED' } })
    await expect(call).rejects.toThrow(`proxy ${scheme}://${url}`)
  })

  it('does not change whose certificate is wanted', async () => {
    const server = await apiServer(true)
    const { url } = await start(Number(server.url.port))
    const other = new URL('https://other.test:6443')
    const endpoint = { caPem: pem('ca.crt'), proxyUrl: new Secret(`${scheme}://${url}`) }
    const { client } = clientOf(other, { endpoint })
    await expect(client.serverVersion()).rejects.toThrow('certificate is for another name')
  })
})
