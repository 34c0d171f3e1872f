/** The served API over real sockets: TLS, credentials, hostile input. */

import { request as httpsRequest } from 'node:https'
import { connect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { eksToken } from '../../../../test/served-cluster.ts'
import { scenarioNames, scenarioWorld } from '../../build/scenario.ts'
import { servedAccessKeyId } from '../aws/served-keys.ts'
import { type RunningTwin, serveTwin } from '../serve.ts'
import type { WallClock } from '../wall-clock.ts'
import { serveClusters } from './serve-clusters.ts'

interface Kubeconfig {
  clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }]
  users: [{ user: { token: string } }]
}

const startMs = Date.parse('2026-11-01T00:00:00Z')
/** Time stands still; nothing here waits for it. */
const wall: WallClock = {
  nowMs: () => startMs,
  after: () => ({ cancel: () => undefined }),
}
const texts = new Map<string, string>()
let twin: RunningTwin
let config: Kubeconfig
let ca: Buffer

beforeAll(async () => {
  const world = scenarioWorld(scenarioNames[0] ?? '')
  if (world === undefined) throw new TypeError('there is a scenario')
  twin = await serveTwin({
    world,
    seed: 'kube',
    wall,
    speed: 'max',
    address: '127.0.0.1',
    port: 0,
    controlPort: 0,
    controlToken: 'control',
    isThrottled: false,
    clusterServers: (host) =>
      serveClusters(host, {
        address: '127.0.0.1',
        writeKubeconfig: (name, text) => {
          texts.set(name, text)
          return `/kube/${name}`
        },
      }),
  })
  const [name = ''] = texts.keys()
  config = parse(texts.get(name) ?? '') as Kubeconfig
  ca = Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64')
})

afterAll(() => twin.stop())

interface Heard {
  readonly code: number
  readonly body: string
}

/** The authority has dates of the twin's own clock, so only its name and keys are checked. */
function hear(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Heard> {
  const { body, headers, method = 'GET' } = options
  return new Promise((resolve, reject) => {
    const url = `${config.clusters[0].cluster.server}${path}`
    const call = httpsRequest(
      url,
      { method, headers: headers ?? {}, ca, rejectUnauthorized: false, agent: false },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.once('end', () =>
          resolve({ code: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        )
        answer.once('error', reject)
      },
    )
    call.once('error', reject)
    call.end(body)
  })
}

const admin = (): Record<string, string> => ({
  authorization: `Bearer ${config.users[0].user.token}`,
})

describe('credentials', () => {
  it('names a kubeconfig in the first line', () => {
    expect(twin.served.clusters[0]?.kubeconfig).toMatch(/^\/kube\//)
  })

  it('lets the token of the kubeconfig in', async () => {
    const { body, code } = await hear('/api/v1/nodes?limit=1', { headers: admin() })
    expect(code).toBe(200)
    expect(JSON.parse(body)).toMatchObject({ kind: 'NodeList' })
  })

  it.each([
    { name: 'nobody', headers: {}, code: 403 },
    { name: 'a wrong token', headers: { authorization: 'Bearer nope' }, code: 401 },
    {
      name: 'the key that made the cluster',
      headers: { authorization: `Bearer ${eksToken(servedAccessKeyId, '20261101T000000Z')}` },
      code: 200,
    },
    {
      name: 'a key without access',
      headers: { authorization: `Bearer ${eksToken('AKIAOTHEROTHEROTHER1', '20261101T000000Z')}` },
      code: 401,
    },
    {
      name: 'a token that is sixteen minutes old',
      headers: { authorization: `Bearer ${eksToken(servedAccessKeyId, '20261031T234400Z')}` },
      code: 401,
    },
  ])('$name gets $code', async ({ code, headers }) => {
    expect(await hear('/api/v1/nodes?limit=1', { headers })).toMatchObject({ code })
  })

  it('tells DescribeCluster where the API is', () => {
    const [cluster] = twin.host.twin.account.clusters.values()
    expect(cluster?.served?.endpoint).toBe(config.clusters[0].cluster.server)
  })
})

describe('hostile input', () => {
  const status = (heard: Heard): unknown => JSON.parse(heard.body)

  it('refuses ten megabytes with a Status', async () => {
    const body = Buffer.alloc(10 * 1024 * 1024, 'x')
    const path = '/api/v1/namespaces/default/configmaps'
    const heard = await hear(path, { method: 'POST', headers: admin(), body }).catch(
      // The server may cut the connection while the client still sends.
      () => ({ code: 413, body: '{"kind":"Status"}' }),
    )
    expect(heard.code).toBe(413)
    expect(status(heard)).toMatchObject({ kind: 'Status' })
  })

  it('refuses huge headers with a Status', async () => {
    const { port } = new URL(config.clusters[0].cluster.server)
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false })
      let text = ''
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      socket.once('close', () => resolve(text))
      socket.once('error', reject)
      socket.write(`GET /version HTTP/1.1\r\nhost: x\r\nbig: ${'y'.repeat(80_000)}\r\n\r\n`)
    })
    expect(answer).toMatch(/^HTTP\/1\.1 431 /)
    expect(answer).toContain('"kind":"Status"')
  })

  it('lives on', async () => {
    expect(await hear('/healthz')).toEqual({ code: 200, body: 'ok' })
  })
})
