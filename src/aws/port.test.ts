import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ManualClock } from '../../test/manual-clock.ts'
import { isFailure } from '../world/failure.ts'
import { type AwsConnection, type AwsOptions, connectAws } from './port.ts'

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void

const opened: { server: Server; connection: AwsConnection }[] = []

beforeAll(() => {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
  process.env.AWS_ACCESS_KEY_ID = 'AKIDEXAMPLE'
  process.env.AWS_SECRET_ACCESS_KEY = 'secret-canary'
})

afterEach(async () => {
  for (const { connection, server } of opened.splice(0)) {
    await connection.close()
    server.closeAllConnections()
    server.close()
  }
})

interface Wire {
  readonly connection: AwsConnection
  /** Access keys that signed the requests. */
  readonly keys: string[]
  readonly clock: ManualClock
  /** Paths of the requests that arrived. */
  readonly paths: string[]
}

/** A port in front of a server that answers as told. */
async function wire(answer: Answer, options: Partial<AwsOptions> = {}): Promise<Wire> {
  const paths: string[] = []
  const keys: string[] = []
  const server = createServer((request, response) => {
    paths.push(request.url ?? '')
    keys.push(/Credential=(\w+)/.exec(request.headers.authorization ?? '')?.[1] ?? '')
    request.resume()
    request.on('end', () => answer(request, response, paths.length))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const clock = new ManualClock()
  const random = { next: () => 0 }
  const connection = connectAws({ region: 'eu-west-1', clock, random, endpoint, ...options })
  opened.push({ server, connection })
  return { connection, clock, keys, paths }
}

function json(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(value))
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.statusCode = status
  response.setHeader('x-amzn-errortype', code)
  json(response, { message: `${code} it is` })
}

const describeShop = (one: Wire) => one.connection.api.eks.describeCluster({ name: 'shop' })

async function failureOf(work: Promise<unknown>) {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!isFailure(error)) throw new Error(`not an operational failure: ${String(error)}`)
  return error
}

describe('the AWS port', () => {
  it('asks for new credentials when the old ones are expired', async () => {
    const one = await wire((_request, response, count) => {
      if (count > 1) return json(response, { cluster: { name: 'shop' } })
      process.env.AWS_ACCESS_KEY_ID = 'AKIDRENEWED'
      refuse(response, 403, 'ExpiredTokenException')
    })
    expect((await describeShop(one)).cluster?.name).toBe('shop')
    process.env.AWS_ACCESS_KEY_ID = 'AKIDEXAMPLE'
    expect(one.keys).toEqual(['AKIDEXAMPLE', 'AKIDRENEWED'])
  })

  it('answers what the service answers', async () => {
    const one = await wire((_request, response) => json(response, { cluster: { name: 'shop' } }))
    expect((await describeShop(one)).cluster?.name).toBe('shop')
    expect(one.paths).toEqual(['/clusters/shop'])
  })

  it('repeats reads that were throttled, on the injected clock, and slows down', async () => {
    const one = await wire((_request, response, count) =>
      count < 3 ? refuse(response, 429, 'ThrottlingException') : json(response, { cluster: {} }),
    )
    await describeShop(one)
    expect(one.paths).toHaveLength(3)
    expect(one.clock.nowMs()).toBeGreaterThan(0)
  })

  it.each<{ name: string; answer: Answer; code: string }>([
    { name: '503', answer: (_q, response) => refuse(response, 503, 'X'), code: 'unavailable' },
    { name: 'a reset', answer: (request) => request.socket.resetAndDestroy(), code: 'connection' },
    {
      name: 'a page of HTML',
      answer: (_q, response) => response.end('<html>'),
      code: 'unavailable',
    },
    {
      name: 'a body that is cut off',
      answer: (request, response) => {
        response.setHeader('content-length', '100')
        response.write('{"cluster"', () => request.socket.destroy())
      },
      code: 'connection',
    },
    {
      name: 'an answer without an end',
      answer: (_q, response) => void response.write('{'),
      code: 'timeout',
    },
  ])('gives up after five attempts of a read: $name', async ({ answer, code }) => {
    // Only the answer without an end waits for it; the others must not meet it on a busy machine.
    const one = await wire(answer, { callTimeoutMs: code === 'timeout' ? 500 : 60_000 })
    expect((await failureOf(describeShop(one))).code).toBe(code)
    expect(one.paths).toHaveLength(5)
  })

  it('does not take the page of a proxy for a list in which nothing is', async () => {
    const one = await wire((_request, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8')
      response.end('<html><body>please log in</body></html>')
    })
    const failure = await failureOf(one.connection.api.autoScaling.describeAutoScalingGroups({}))
    expect(failure.code).toBe('unavailable')
    expect(failure.message).toBe(
      'autoscaling:DescribeAutoScalingGroups: the answer (HTTP 200) is not one of AWS: is something ' +
        'else at the endpoint?',
    )
  })

  it('does not repeat a write whose effect is unknown', async () => {
    const one = await wire((_request, response) => refuse(response, 500, 'ServerException'))
    const work = one.connection.api.eks.deleteNodegroup({ clusterName: 'c', nodegroupName: 'n' })
    expect((await failureOf(work)).code).toBe('unavailable')
    expect(one.paths).toHaveLength(1)
  })

  it('refuses writes before they are sent when it is read-only', async () => {
    const one = await wire((_request, response) => json(response, {}), { isReadOnly: true })
    const work = one.connection.api.eks.deleteNodegroup({ clusterName: 'c', nodegroupName: 'n' })
    const failure = await failureOf(work)
    expect(failure.code).toBe('forbidden')
    expect(failure.message).toBe(
      'eks:DeleteNodegroup: refused because of --read-only; nothing was sent',
    )
    expect(one.paths).toEqual([])
  })

  it('follows pages to their end unless one page is asked for', async () => {
    const one = await wire((request, response) =>
      json(
        response,
        request.url?.includes('nextToken=two')
          ? { nodegroups: ['c'] }
          : { nodegroups: ['a', 'b'], nextToken: 'two' },
      ),
    )
    const { eks } = one.connection.api
    expect(await eks.listNodegroups({ clusterName: 'shop' })).toMatchObject({
      nodegroups: ['a', 'b', 'c'],
      nextToken: undefined,
    })
    const page = await eks.listNodegroups({ clusterName: 'shop', maxResults: 2 })
    expect(page).toMatchObject({ nodegroups: ['a', 'b'], nextToken: 'two' })
  })

  it('names the call, the identity and the missing permission', async () => {
    const one = await wire((request, response) => {
      if (request.url !== '/') return refuse(response, 403, 'AccessDeniedException')
      response.end(
        '<GetCallerIdentityResponse><GetCallerIdentityResult>' +
          '<Arn>arn:aws:iam::111122223333:role/viewer</Arn>' +
          '</GetCallerIdentityResult></GetCallerIdentityResponse>',
      )
    })
    const failure = await failureOf(describeShop(one))
    expect(failure.code).toBe('forbidden')
    expect(failure.message).toBe(
      'eks:DescribeCluster: AccessDeniedException: AccessDeniedException it is ' +
        '(as arn:aws:iam::111122223333:role/viewer; needs the permission eks:DescribeCluster)',
    )
  })

  it('never shows the secret key', async () => {
    const one = await wire((_request, response) =>
      refuse(response, 400, 'InvalidParameterException'),
    )
    const failure = await failureOf(describeShop(one))
    expect(JSON.stringify([failure.message, failure.context])).not.toContain('secret-canary')
  })
})
