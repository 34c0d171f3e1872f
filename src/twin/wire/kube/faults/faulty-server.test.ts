/** What a client meets when a fault hits its request, and whether it happened all the same. */

import { afterEach, describe, expect, it } from 'vitest'
import {
  type Answered,
  ask,
  eksToken,
  type ServedCluster,
  servedCluster,
} from '../../../../../test/served-cluster.ts'
import { control } from '../../../../../test/served-twin.ts'
import { nextTurn } from '../../../../world/turn.ts'
import { servedAccessKeyId } from '../../aws/served-keys.ts'
import type { KubeFault } from '../../kube-fault.ts'

const running: ServedCluster[] = []

afterEach(async () => {
  for (const one of running.splice(0)) await one.stop()
})

type Wanted = Partial<KubeFault> & Pick<KubeFault, 'kind'>

/** A cluster with these faults, set through the control endpoint. */
async function faulty(...faults: readonly Wanted[]): Promise<ServedCluster> {
  const cluster = await servedCluster()
  running.push(cluster)
  for (const kube of faults) {
    const { status } = await control(cluster, 'POST /faults', { kube })
    expect(status).toBe(200)
  }
  return cluster
}

const maps = '/api/v1/namespaces/default/configmaps'
const pods = '/api/v1/pods'
const node = (cluster: ServedCluster): string => {
  const [one] = [...cluster.host.twin.clusters.values()]
  return `/api/v1/nodes/${one?.store.list('Node')[0]?.metadata.name ?? ''}`
}

function create(cluster: ServedCluster, name = 'm'): Promise<Answered> {
  return ask(cluster, maps, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ metadata: { name } }),
  })
}

function isThere(cluster: ServedCluster, name = 'm'): boolean {
  const [one] = [...cluster.host.twin.clusters.values()]
  return one?.store.get('ConfigMap', 'default', name) !== undefined
}

/** Turns until it is so; the sockets are real. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextTurn()
}

describe('in place of an answer', () => {
  it.each([
    {
      fault: { kind: 'flow-control', retryAfterSeconds: 7 } as const,
      code: 429,
      body: 'Too many requests, please try again later.\n',
      retryAfter: '7',
    },
    {
      fault: { kind: 'server-error' } as const,
      code: 500,
      body: 'Internal error occurred: etcdserver: leader changed',
    },
    {
      fault: { kind: 'server-error', status: 503 } as const,
      code: 503,
      body: 'the server is currently unable to handle the request',
    },
    {
      fault: { kind: 'server-error', status: 504 } as const,
      code: 504,
      body: 'Timeout: request did not complete',
    },
    { fault: { kind: 'unauthorized' } as const, code: 401, body: 'Unauthorized' },
    {
      fault: { kind: 'webhook-denied' } as const,
      code: 403,
      body: 'admission webhook \\"guard.example.com\\" denied the request: not now',
    },
    {
      fault: { kind: 'webhook-timeout', delayMs: 0 } as const,
      code: 500,
      body: 'failed to call webhook: Post \\"https://guard.policy.svc:443/admit?timeout=10s\\": context deadline exceeded',
    },
  ])('$fault.kind: $code, and nothing happens', async ({ body, code, fault, retryAfter }) => {
    const cluster = await faulty({ ...fault, verb: 'create' })
    const answer = await create(cluster)
    expect(answer.code).toBe(code)
    expect(answer.body).toContain(body)
    expect(answer.headers['retry-after']).toBe(retryAfter)
    expect(isThere(cluster)).toBe(false)
  })

  it('reset: the connection breaks, and nothing happens', async () => {
    const cluster = await faulty({ kind: 'reset', count: 1, resource: 'configmaps' })
    await expect(create(cluster)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(isThere(cluster)).toBe(false)
    expect((await create(cluster)).code).toBe(201)
  })

  it('half-open: no answer ever, and nothing happens', async () => {
    const cluster = await faulty({ kind: 'half-open', resource: 'configmaps' })
    const leaving = new AbortController()
    const answer = create(cluster, 'm')
    void answer.catch(() => undefined)
    const given = ask(cluster, maps, { signal: leaving.signal }).catch(() => 'given up')
    expect((await ask(cluster, '/version')).code).toBe(200)
    leaving.abort()
    expect(await given).toBe('given up')
    expect(isThere(cluster)).toBe(false)
  })

  it('webhook-timeout: the answer takes as long as the webhook has', async () => {
    const cluster = await faulty({ kind: 'webhook-timeout', verb: 'create' })
    let isAnswered = false
    const answer = create(cluster).finally(() => {
      isAnswered = true
    })
    for (let turn = 0; turn < 50; turn += 1) await nextTurn()
    expect((await ask(cluster, '/version')).code).toBe(200)
    expect(isAnswered).toBe(false)
    await until(() => {
      cluster.clock.advance(10_000)
      return isAnswered
    })
    expect((await answer).code).toBe(500)
  })
})

describe('after it happened', () => {
  it('reset-after: the answer is lost', async () => {
    const cluster = await faulty({ kind: 'reset-after', verb: 'create' })
    await expect(create(cluster)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(isThere(cluster)).toBe(true)
  })

  it('half-open-after: the answer never comes', async () => {
    const cluster = await faulty({ kind: 'half-open-after', verb: 'create' })
    void create(cluster).catch(() => undefined)
    await until(() => isThere(cluster))
  })

  it('truncated: half an answer', async () => {
    const cluster = await faulty({ kind: 'truncated', verb: 'list' })
    const { body, code, isWhole } = await ask(cluster, pods)
    expect({ code, isWhole }).toEqual({ code: 200, isWhole: false })
    expect(body.length).toBeGreaterThan(100)
    expect(() => JSON.parse(body)).toThrow()
  })

  it('slow: it comes later', async () => {
    const cluster = await faulty({ kind: 'slow', verb: 'list', delayMs: 2000 })
    let isAnswered = false
    const answer = ask(cluster, pods).finally(() => {
      isAnswered = true
    })
    expect((await ask(cluster, '/version')).code).toBe(200)
    expect(isAnswered).toBe(false)
    await until(() => {
      cluster.clock.advance(2000)
      return isAnswered
    })
    expect((await answer).isWhole).toBe(true)
  })
})

describe('watches', () => {
  it('truncated: whole events, then half of one, then the connection breaks', async () => {
    const cluster = await faulty({ kind: 'truncated', verb: 'watch', eventCount: 2 })
    const { body, isWhole } = await ask(cluster, `${pods}?watch=true`)
    const lines = body.split('\n')
    expect(isWhole).toBe(false)
    expect(lines).toHaveLength(3)
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ type: 'ADDED' })
    expect(() => JSON.parse(lines[2] ?? '')).toThrow()
  })

  it('half-open: whole events, then silence', async () => {
    const cluster = await faulty({ kind: 'half-open', verb: 'watch', eventCount: 1 })
    const leaving = new AbortController()
    let heard = ''
    const watch = ask(cluster, `${maps}?watch=true`, {
      signal: leaving.signal,
      onData: (text) => {
        heard += text
      },
    })
    await until(() => heard.includes('\n'))
    expect((await create(cluster)).code).toBe(201)
    expect((await ask(cluster, '/version')).code).toBe(200)
    leaving.abort()
    expect((await watch).body.match(/\n/g)).toHaveLength(1)
  })

  it('expired-version: 200 and one ERROR event; a page after the first gets 410 and a fresh token', async () => {
    const cluster = await faulty({ kind: 'expired-version' })
    const watch = await ask(cluster, `${pods}?watch=true&resourceVersion=5`)
    expect(watch.code).toBe(200)
    expect(JSON.parse(watch.body)).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired' },
    })
    const first = JSON.parse((await ask(cluster, `${pods}?limit=2`)).body)
    expect(first.items).toHaveLength(2)
    const second = await ask(cluster, `${pods}?limit=2&continue=${first.metadata.continue}`)
    expect(second.code).toBe(410)
    expect(JSON.parse(second.body)).toMatchObject({
      reason: 'Expired',
      metadata: { continue: expect.stringMatching(/^ey/) },
    })
  })
})

describe('identity and time', () => {
  it('expired-token: that token stays refused, another works', async () => {
    const cluster = await faulty({ kind: 'expired-token', count: 1, verb: 'create' })
    expect((await ask(cluster, pods)).code).toBe(200)
    expect((await create(cluster)).code).toBe(401)
    expect((await ask(cluster, pods)).code).toBe(401)
    const minted = `Bearer ${eksToken(servedAccessKeyId, '19700101T001640Z')}`
    expect((await ask(cluster, pods, { headers: { authorization: minted } })).code).toBe(200)
    await control(cluster, 'DELETE /faults?kube=1')
    expect((await ask(cluster, pods)).code).toBe(200)
  })

  it('clock-skew: the date is off, and a token made now is an hour old', async () => {
    const cluster = await faulty({ kind: 'clock-skew', skewMs: 3_600_000, resource: 'pods' })
    const { headers } = await ask(cluster, pods)
    expect(Date.parse(String(headers.date)) - cluster.clock.nowMs()).toBe(3_600_000)
    const minted = `Bearer ${eksToken(servedAccessKeyId, '19700101T001640Z')}`
    const codes: number[] = []
    for (const path of [maps, pods]) {
      codes.push((await ask(cluster, path, { headers: { authorization: minted } })).code)
    }
    expect(codes).toEqual([200, 401])
  })

  it('lease-taken: the lease is someone else’s before the request is answered', async () => {
    const cluster = await faulty({ kind: 'lease-taken', resource: 'pods', count: 1, holder: 'her' })
    await ask(cluster, pods)
    const [one] = [...cluster.host.twin.clusters.values()]
    expect(one?.store.get('Lease', 'kube-system', 'regroup')?.spec).toMatchObject({
      holderIdentity: 'her',
      leaseDurationSeconds: 60,
    })
  })
})

describe('restart', () => {
  it('cuts all, refuses for a while, comes back on the same port and has forgotten its history', async () => {
    const cluster = await faulty({ kind: 'restart', verb: 'create', downMs: 5000, count: 1 })
    const list = JSON.parse((await ask(cluster, maps)).body)
    let isOpen = false
    const watch = ask(cluster, `${pods}?watch=true`, {
      onData: () => {
        isOpen = true
      },
    })
    await until(() => isOpen)
    await expect(create(cluster)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect((await watch).isWhole).toBe(false)
    await until(() => cluster.host.pacer.status().requestCount === 0)
    await expect(ask(cluster, '/version')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await control(cluster, 'POST /step', { ms: 5000 })
    await until(() => cluster.host.pacer.status().requestCount === 0)
    expect((await create(cluster)).code).toBe(201)
    const version = Number(list.metadata.resourceVersion) - 1
    const old = await ask(cluster, `${maps}?watch=true&resourceVersion=${version}`)
    expect(JSON.parse(old.body)).toMatchObject({ type: 'ERROR', object: { code: 410 } })
  })

  it('a reset of the world opens the port at once', async () => {
    const cluster = await faulty({ kind: 'restart', verb: 'create', count: 1 })
    await expect(create(cluster)).rejects.toMatchObject({ code: 'ECONNRESET' })
    await until(() => cluster.host.pacer.status().requestCount === 0)
    await control(cluster, 'POST /reset')
    await until(() => cluster.host.pacer.status().requestCount === 0)
    expect((await ask(cluster, '/version')).code).toBe(200)
  })
})

describe('which requests', () => {
  it('by cluster, verb, resource; after so many; so often; listed with its count', async () => {
    const cluster = await faulty(
      { kind: 'server-error', verb: 'list', resource: 'configmaps', skip: 1, count: 1 },
      { kind: 'server-error', cluster: 'another' },
      { kind: 'webhook-denied', resource: 'nodes' },
    )
    const codes: number[] = []
    for (const path of [maps, pods, maps, maps, node(cluster)]) {
      codes.push((await ask(cluster, path)).code)
    }
    expect(codes).toEqual([200, 200, 500, 200, 200])
    const { value } = await control(cluster, 'GET /faults')
    const counts = (value.kube as { firedCount: number }[]).map((one) => one.firedCount)
    expect(counts).toEqual([1, 0, 0])
    expect((await control(cluster, 'DELETE /faults?kube=9')).status).toBe(404)
    await control(cluster, 'DELETE /faults?kube=1')
    await control(cluster, 'DELETE /faults')
    expect((await control(cluster, 'GET /faults')).value.kube).toEqual([])
  })

  it('equal seeds draw equal lots', async () => {
    const runs: number[][] = []
    for (let run = 0; run < 2; run += 1) {
      const cluster = await faulty({ kind: 'server-error', probability: 0.5, verb: 'list' })
      const codes: number[] = []
      for (let count = 0; count < 12; count += 1) codes.push((await ask(cluster, maps)).code)
      runs.push(codes)
    }
    expect(new Set(runs[0])).toEqual(new Set([200, 500]))
    expect(runs[0]).toEqual(runs[1])
  })
})
