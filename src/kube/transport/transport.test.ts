import { createServer } from 'node:net'
import { inspect } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type Answer,
  clientOf,
  type KubeServer,
  kubeServer,
  openStream,
  pem,
  sendJson,
  sendStatus,
} from '../../../test/kube-server.ts'
import { seededRandom } from '../../world/random.ts'
import { nextTurn } from '../../world/turn.ts'
import { type Credentials, fixedCredentials } from '../credentials/credentials.ts'
import { mintedTokenCredentials } from '../credentials/minted-token.ts'
import { Secret } from '../secret.ts'
import type { KubeEndpoint } from './endpoint.ts'

const servers: KubeServer[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

async function started(
  respond: Answer,
  options?: Parameters<typeof kubeServer>[1],
): Promise<KubeServer> {
  const server = await kubeServer(respond, options)
  servers.push(server)
  return server
}

const sayVersion: Answer = (_, answer) => sendJson(answer, 200, { gitVersion: 'v1.35.4' })

function connected(url: URL, credentials: Credentials, endpoint: Partial<KubeEndpoint> = {}) {
  const whole = { name: 'prod', server: url, isTlsVerified: true, ...endpoint }
  return clientOf(url, { connection: { endpoint: whole, credentials } })
}

describe('connections', () => {
  it('are kept and used again', async () => {
    const server = await started(sayVersion)
    const { client } = clientOf(server.url)
    for (let count = 0; count < 5; count += 1) await client.serverVersion()
    expect(server.sockets.size).toBe(1)
  })

  it('that the server closed while idle do not make a read fail', async () => {
    const server = await started(sayVersion)
    const { client } = clientOf(server.url)
    await client.serverVersion()
    server.cut()
    expect(await client.serverVersion()).toBe('v1.35.4')
  })

  it('are not more than the calls that may be under way', async () => {
    const answers: (() => void)[] = []
    const server = await started((request, answer) => {
      answers.push(() => sayVersion(request, answer))
    })
    const { client } = clientOf(server.url, { limits: { inFlightMax: 3 } })
    const calls = [1, 2, 3, 4, 5].map(() => client.serverVersion())
    while (answers.length < 3) await nextTurn()
    for (let turn = 0; turn < 20; turn += 1) await nextTurn()
    expect(answers).toHaveLength(3)
    expect(client.flowCounts()).toMatchObject({ inFlightCount: 3, waitingCount: 2 })
    let done = 0
    while (done < 5) {
      answers[done]?.()
      if (answers[done] !== undefined) done += 1
      await nextTurn()
    }
    await Promise.all(calls)
    expect(client.flowCounts()).toMatchObject({ inFlightCount: 0, waitingCount: 0, sentCount: 5 })
  })
})

describe('the rate', () => {
  it('beyond the burst calls wait, and who asks can see it', async () => {
    const server = await started(sayVersion)
    const waits: string[] = []
    const { client } = clientOf(server.url, {
      limits: { ratePerSecond: 2, burst: 2 },
      onWait: ({ reason, waitMs }) => waits.push(`${reason} ${waitMs}`),
    })
    for (let count = 0; count < 4; count += 1) await client.serverVersion()
    expect(waits).toEqual(['rate 500', 'rate 500'])
    expect(client.flowCounts()).toMatchObject({ waitedCount: 2, waitedMs: 1000 })
  })
})

describe('no connection', () => {
  it('refused: says where nothing listens', async () => {
    const server = await kubeServer(sayVersion)
    await server.close()
    const { client } = clientOf(server.url)
    await expect(client.serverVersion()).rejects.toMatchObject({
      code: 'connection',
      retry: 'backoff',
      message: expect.stringContaining(`${server.url.origin}: nothing listens there`),
      context: { cluster: 'test', serviceCode: 'ECONNREFUSED' },
    })
  })

  it('a name that does not resolve: names the remedy', async () => {
    const { client } = clientOf(new URL('https://no-such-cluster.invalid'))
    await expect(client.serverVersion()).rejects.toMatchObject({ code: 'connection' })
    await expect(client.serverVersion()).rejects.toThrow('no-such-cluster.invalid')
  })

  it('cut in the middle of an answer', async () => {
    const server = await started((_, answer) => {
      answer.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
      answer.write('{"gitVersion"', () => server.cut())
    })
    const call = clientOf(server.url).client.serverVersion()
    await expect(call).rejects.toMatchObject({ code: 'connection', retry: 'backoff' })
  })

  it('no answer: ends at the deadline, which a write has later than a read', async () => {
    const server = await started(() => undefined)
    const { client, clock } = clientOf(server.url)
    const read = expect(client.serverVersion()).rejects.toMatchObject({ code: 'timeout' })
    const written = client.delete('Node', { name: 'n1' })
    const write = expect(written).rejects.toMatchObject({ code: 'timeout', retry: 'backoff' })
    while (server.requests.length < 2) await nextTurn()
    clock.advance(31_000)
    await read
    clock.advance(35_000)
    await write
    expect(clock.heldCount).toBe(0)
  })

  it('something that does not speak HTTP', async () => {
    const server = createServer((socket) => socket.end('220 mail.example ESMTP\r\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const { client } = clientOf(new URL(`http://127.0.0.1:${port}`))
    await expect(client.serverVersion()).rejects.toThrow('does not answer in HTTP')
    server.close()
  })
})

describe('TLS', () => {
  const tls = { key: pem('server.key'), cert: pem('server.crt') }
  const trusted = { caPem: pem('ca.crt'), tlsServerName: 'kube.test' }

  it('a certificate of the right authority and name', async () => {
    const server = await started(sayVersion, { tls })
    const { client } = clientOf(server.url, { endpoint: trusted })
    expect(await client.serverVersion()).toBe('v1.35.4')
  })

  it.each([
    ['another authority', { caPem: pem('other-ca.crt'), tlsServerName: 'kube.test' }, 'not signed'],
    ['another name', { caPem: pem('ca.crt') }, 'certificate is for another name'],
    ['the authorities of the system', { tlsServerName: 'kube.test' }, 'not signed'],
  ])('%s is refused for good, with a remedy', async (_, endpoint, why) => {
    const server = await started(sayVersion, { tls })
    const { client } = clientOf(server.url, { endpoint })
    await expect(client.serverVersion()).rejects.toMatchObject({
      code: 'connection',
      retry: 'never',
      message: expect.stringContaining(why),
    })
    expect(server.requests).toHaveLength(0)
  })

  it('insecure-skip-tls-verify takes any', async () => {
    const server = await started(sayVersion, { tls })
    const { client } = clientOf(server.url, { endpoint: { isTlsVerified: false } })
    expect(await client.serverVersion()).toBe('v1.35.4')
  })

  it('HTTPS to a server that speaks HTTP', async () => {
    const server = await started(sayVersion)
    const url = new URL(server.url.href.replace('http:', 'https:'))
    await expect(clientOf(url).client.serverVersion()).rejects.toThrow('does not speak TLS')
  })

  it('a client certificate, and another one after it was renewed', async () => {
    const names: unknown[] = []
    const server = await started(
      (request, answer) => {
        const socket = answer.socket as unknown as {
          getPeerCertificate(): { subject?: { CN?: string } }
        }
        names.push(socket.getPeerCertificate().subject?.CN)
        if (names.length === 1) sendStatus(answer, 401, { reason: 'Unauthorized' })
        else sayVersion(request, answer)
      },
      { tls: { ...tls, ca: pem('ca.crt'), requestCert: true, rejectUnauthorized: false } },
    )
    const certificate = {
      certificatePem: new Secret(pem('client.crt')),
      keyPem: new Secret(pem('client.key')),
    }
    const answers = [{}, { certificate }]
    const { client } = connected(
      server.url,
      {
        current: () => Promise.resolve(answers[0] ?? {}),
        renew: () => answers.shift() !== undefined,
      },
      trusted,
    )
    expect(await client.serverVersion()).toBe('v1.35.4')
    expect(names).toEqual([undefined, 'jane'])
  })
})

describe('a token that ran out', () => {
  /** Takes only the newest of the tokens t1, t2, ... */
  async function renewing(respond: Answer = sayVersion) {
    let minted = 0
    let accepted = 't2'
    const server = await started((request, answer) => {
      const isGood = request.headers.authorization === `Bearer ${accepted}`
      if (isGood) respond(request, answer)
      else sendStatus(answer, 401, { message: 'Unauthorized', reason: 'Unauthorized' })
    })
    const { client, clock } = clientOf(server.url)
    const credentials = mintedTokenCredentials({
      clock,
      random: seededRandom('x'),
      mint: (aheadMs) => {
        minted += 1
        const expiresAtMs = clock.nowMs() + aheadMs + 840_000
        return Promise.resolve({ token: `t${minted}`, expiresAtMs })
      },
    })
    client.close()
    return {
      server,
      client: connected(server.url, credentials).client,
      mintedCount: () => minted,
      accept: (token: string) => {
        accepted = token
      },
    }
  }

  it('is renewed once on 401, and the call sent again', async () => {
    const { client, mintedCount, server } = await renewing()
    expect(await client.serverVersion()).toBe('v1.35.4')
    expect(server.requests).toHaveLength(2)
    expect(mintedCount()).toBe(2)
  })

  it('is signed by the clock of a server that refused it with another date', async () => {
    const aheads: number[] = []
    const server = await started((_, answer) => {
      answer.setHeader('date', new Date(clock.nowMs() - 7_200_000).toUTCString())
      if (aheads.length < 2) sendStatus(answer, 401, { reason: 'Unauthorized' })
      else sendJson(answer, 200, { gitVersion: 'v1.35.4' })
    })
    const { clock } = clientOf(server.url)
    const credentials = mintedTokenCredentials({
      clock,
      random: seededRandom('x'),
      mint: (aheadMs) => {
        aheads.push(aheadMs)
        return Promise.resolve({ token: 't', expiresAtMs: clock.nowMs() + aheadMs + 840_000 })
      },
    })
    const { client } = connected(server.url, credentials)
    for (let count = 0; count < 3; count += 1) await client.serverVersion()
    expect(aheads).toEqual([0, -7_200_000])
  })

  it('calls at once share the renewal', async () => {
    const { client, mintedCount } = await renewing()
    await Promise.all([1, 2, 3, 4, 5, 6].map(() => client.serverVersion()))
    expect(mintedCount()).toBe(2)
  })

  it('a second 401 is the answer', async () => {
    const { accept, client, server } = await renewing()
    accept('never')
    await expect(client.serverVersion()).rejects.toMatchObject({
      code: 'unauthenticated',
      message: expect.stringContaining('access entries'),
    })
    expect(server.requests).toHaveLength(2)
  })

  it('a watch opens with the fresh one', async () => {
    const { client, server } = await renewing((_, answer) => {
      openStream(answer)
    })
    const watch = client.watch('Pod', { resourceVersion: '1' }, () => undefined)
    await watch.opened
    expect(server.requests).toHaveLength(2)
    watch.stop()
  })

  it('a token that never changes is not sent again', async () => {
    const server = await started((_, answer) => sendStatus(answer, 401, {}))
    const credentials = fixedCredentials({ authorization: new Secret('Bearer fixed') })
    const { client } = connected(server.url, credentials)
    await expect(client.serverVersion()).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(server.requests).toHaveLength(1)
  })
})

describe('impersonation', () => {
  it('goes with every request', async () => {
    const server = await started(sayVersion)
    const { client } = clientOf(server.url, {
      connection: {
        endpoint: { name: 'test', server: server.url, isTlsVerified: true },
        credentials: fixedCredentials({}),
        impersonation: {
          user: 'jane',
          uid: 'u-1',
          groups: ['a', 'b'],
          extra: { 'example.com/reason': ['drill'] },
        },
      },
    })
    await client.serverVersion()
    expect(server.requests[0]?.headers).toMatchObject({
      'impersonate-user': 'jane',
      'impersonate-uid': 'u-1',
      'impersonate-group': 'a, b',
      'impersonate-extra-example.com%2freason': 'drill',
    })
  })

  it('a name with a line break is refused before anything is sent', async () => {
    const server = await started(sayVersion)
    const { client } = clientOf(server.url, {
      connection: {
        endpoint: { name: 'test', server: server.url, isTlsVerified: true },
        credentials: fixedCredentials({}),
        impersonation: { user: 'jane\r\nx: y', groups: [], extra: {} },
      },
    })
    await expect(client.serverVersion()).rejects.toMatchObject({ code: 'invalid' })
    expect(server.requests).toHaveLength(0)
  })
})

describe('secrets', () => {
  it('stand in no message, no cause and no print of the client', async () => {
    const token = 'k8s-aws-v1.c2VjcmV0LXRva2Vu'
    const key = pem('client.key')
    const credentials = fixedCredentials({
      authorization: new Secret(`Bearer ${token}`),
      certificate: { certificatePem: new Secret(pem('client.crt')), keyPem: new Secret(key) },
    })
    const server = await started((_, answer) => sendStatus(answer, 500, { message: 'oops' }))
    const closed = await kubeServer(sayVersion)
    await closed.close()
    const texts: string[] = [inspect(credentials, { depth: 9 }), JSON.stringify(credentials)]
    for (const url of [server.url, closed.url]) {
      const proxyUrl = new Secret('http://user:hunter2@127.0.0.1:1')
      for (const endpoint of [{}, { proxyUrl }]) {
        const { client } = connected(url, credentials, endpoint)
        const error: unknown = await client.serverVersion().catch((one: unknown) => one)
        texts.push(inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error))
        texts.push(inspect(client, { depth: 9, showHidden: true }))
      }
    }
    const all = texts.join('\n')
    expect(all).toContain('oops')
    expect(all).not.toContain('c2VjcmV0')
    expect(all).not.toContain('hunter2')
    expect(all).not.toContain(key.split('\n')[1])
  })
})
