/** Wire faults as clients feel them. Twin layer. */

import { afterEach, describe, expect, it } from 'vitest'
import { control, hear, listClusters, type Served, servedTwin } from '../../../test/served-twin.ts'
import { authorization } from '../../../test/wire-world.ts'

const running: Served[] = []

afterEach(async () => {
  for (const twin of running.splice(0)) await twin.stop()
})

async function withFault(fault: object): Promise<Served> {
  const twin = await servedTwin()
  running.push(twin)
  expect((await control(twin, 'POST /faults', { wire: fault })).status).toBe(200)
  return twin
}

describe('answers instead of the service', () => {
  const rows = [
    {
      name: 'server-error',
      fault: { kind: 'server-error', status: 503 },
      status: 503,
      code: 'InternalFailure',
    },
    { name: 'throttle', fault: { kind: 'throttle' }, status: 429, code: 'ThrottlingException' },
    {
      name: 'expired',
      fault: { kind: 'expired-credentials' },
      status: 403,
      code: 'ExpiredTokenException',
    },
    {
      name: 'unknown',
      fault: { kind: 'unknown-credentials' },
      status: 403,
      code: 'UnrecognizedClientException',
    },
    {
      name: 'denied',
      fault: { kind: 'access-denied' },
      status: 403,
      code: 'AccessDeniedException',
    },
  ]
  it.each(rows)('$name', async ({ code, fault, status }) => {
    const twin = await withFault({ ...fault, count: 1 })
    const answer = await listClusters(twin)
    expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([status, code])
    expect((await listClusters(twin)).status).toBe(200)
  })

  it('access-denied names who and what', async () => {
    const answer = await listClusters(await withFault({ kind: 'access-denied' }))
    expect(JSON.parse(answer.body).message).toMatch(
      /^User: arn:aws:iam::\d{12}:user\/\S+ is not authorized to perform: eks:ListClusters$/,
    )
  })

  it('clock-skew shifts the Date header and refuses signatures of the right time', async () => {
    const twin = await withFault({ kind: 'clock-skew', skewMs: 3_600_000 })
    const headers = { authorization: authorization('eks'), 'x-amz-date': '19700101T001640Z' }
    const answer = await hear(`${twin.served.aws.endpoint}/clusters`, { headers })
    expect(answer.headers['x-amzn-errortype']).toBe('InvalidSignatureException')
    expect(answer.headers.date).toBe('Thu, 01 Jan 1970 01:16:40 GMT')
    const right = { ...headers, 'x-amz-date': '19700101T011640Z' }
    expect((await hear(`${twin.served.aws.endpoint}/clusters`, { headers: right })).status).toBe(
      200,
    )
  })
})

describe('answers that go wrong', () => {
  it('reset: the connection breaks and nothing happened', async () => {
    const twin = await withFault({ kind: 'reset', count: 1 })
    await expect(listClusters(twin)).rejects.toThrow(/ECONNRESET|socket hang up/)
    expect((await control(twin, 'GET /journal?kind=call')).value.entries).toEqual([])
  })

  it('reset-after: it happened, and nobody was told', async () => {
    const twin = await withFault({ kind: 'reset-after', count: 1 })
    await expect(listClusters(twin)).rejects.toThrow(/ECONNRESET|socket hang up/)
    expect((await control(twin, 'GET /journal?kind=call')).value.entries).toHaveLength(1)
  })

  it('truncated-body: half of it, then the connection breaks', async () => {
    await expect(listClusters(await withFault({ kind: 'truncated-body' }))).rejects.toThrow(
      /aborted|ECONNRESET/,
    )
  })

  it('oversized-body: white space first', async () => {
    const { body } = await listClusters(
      await withFault({ kind: 'oversized-body', bytes: 1_000_000 }),
    )
    expect(body.length).toBeGreaterThan(1_000_000)
    expect(JSON.parse(body)).toEqual({ clusters: [] })
  })

  it('wrong-content-type: a page of HTML', async () => {
    const answer = await listClusters(await withFault({ kind: 'wrong-content-type' }))
    expect(answer.headers['content-type']).toBe('text/html')
    expect(answer.body).toContain('<html>')
  })

  it('slow: the answer comes when its time has come', async () => {
    const twin = await withFault({ kind: 'slow', delayMs: 4000 })
    let isAnswered = false
    const answer = listClusters(twin).then((heard) => {
      isAnswered = true
      return heard
    })
    while (twin.clock.timerCount === 0) await control(twin, 'GET /clock')
    twin.clock.advance(3999)
    await control(twin, 'GET /clock')
    expect(isAnswered).toBe(false)
    twin.clock.advance(1)
    expect((await answer).status).toBe(200)
  })

  it('never-ending: a client that gives up leaves nothing behind', async () => {
    const twin = await withFault({ kind: 'never-ending', count: 1 })
    const controller = new AbortController()
    const url = `${twin.served.aws.endpoint}/clusters`
    const response = await fetch(url, {
      headers: { authorization: authorization('eks') },
      signal: controller.signal,
    })
    expect(response.status).toBe(200)
    expect(twin.clock.timerCount).toBe(1)
    controller.abort()
    while (twin.clock.timerCount > 0) await control(twin, 'GET /clock')
    expect((await listClusters(twin)).status).toBe(200)
  })
})

describe('which requests', () => {
  it('only those of the named operation, so many times, until cleared', async () => {
    const twin = await withFault({ kind: 'throttle', operation: 'ec2:*' })
    expect((await listClusters(twin)).status).toBe(200)
    await control(twin, 'POST /faults', {
      wire: { kind: 'throttle', operation: 'eks:ListClusters' },
    })
    expect((await listClusters(twin)).status).toBe(429)
    await control(twin, 'DELETE /faults?wire=2')
    expect((await listClusters(twin)).status).toBe(200)
    expect((await control(twin, 'GET /faults')).value.wire).toHaveLength(1)
    expect((await control(twin, 'DELETE /faults?wire=9')).status).toBe(404)
  })

  it('with a probability, the same ones for the same seed', async () => {
    const pattern = async (): Promise<string> => {
      const twin = await withFault({ kind: 'throttle', probability: 0.5 })
      let text = ''
      for (let call = 0; call < 20; call += 1)
        text += (await listClusters(twin)).status === 200 ? '.' : 'x'
      return text
    }
    const first = await pattern()
    expect(first).toMatch(/\./)
    expect(first).toMatch(/x/)
    expect(await pattern()).toBe(first)
  })

  it('faults of the world reach the wire in its words', async () => {
    const twin = await servedTwin()
    running.push(twin)
    const fault = { operation: 'eks:*', effect: { kind: 'error-before', code: 'unavailable' } }
    await control(twin, 'POST /faults', { twin: fault })
    const answer = await listClusters(twin)
    expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([
      503,
      'ServiceUnavailableException',
    ])
    await control(twin, 'DELETE /faults')
    expect((await listClusters(twin)).status).toBe(200)
  })
})
