import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  type Answer,
  clientOf,
  type KubeServer,
  kubeServer,
  sendStatus,
} from '../../test/kube-server.ts'
import { isFailure } from '../world/failure.ts'

interface Case {
  readonly id: string
  readonly title: string
  readonly response: {
    readonly code?: number | string
    readonly status?: string | null
    readonly reason?: string | null
    readonly message?: string | null
    readonly causes?: readonly { readonly reason: string; readonly message: string }[]
    readonly retryAfter?: number | null
    readonly header?: boolean
    readonly plainBody?: boolean
  }
}

const { rows } = JSON.parse(
  readFileSync(new URL('../../data/eviction-cases.json', import.meta.url), 'utf8'),
) as { rows: readonly Case[] }

/** Cases with one answer, as recorded from a real API server. */
const answered = rows.filter(
  ({ response }) => typeof response.code === 'number' && response.message !== undefined,
)

let server: KubeServer
let respond: Answer = () => undefined

beforeAll(async () => {
  server = await kubeServer((request, answer) => respond(request, answer))
})

afterAll(() => server.close())

function answerOf({ response }: Case): Answer {
  const { causes = [], code, header, message, plainBody, reason, retryAfter, status } = response
  const seconds = retryAfter ?? undefined
  const headers =
    header === true && seconds !== undefined ? { 'retry-after': String(seconds) } : undefined
  return (_, answer) => {
    if (plainBody === true) {
      answer.writeHead(Number(code), { 'content-type': 'text/plain', ...headers })
      return answer.end(message ?? '')
    }
    const details = { causes, ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }) }
    const extra = { status, message: message ?? undefined, reason: reason ?? undefined, details }
    sendStatus(answer, Number(code), extra, headers)
  }
}

/** The kind of the result, or the code of the failure. */
function expectedOf({ id, response }: Case): string {
  const { causes = [], code } = response
  const special: Readonly<Record<string, string>> = {
    'EV-07': 'refused',
    'EV-08': 'refused',
    'EV-09': 'multiple-budgets',
    'EV-22': 'failure invalid',
    'EV-26': 'failure unavailable',
    'EV-28': 'namespace-terminating',
    'EV-29': 'denied',
    'EV-30': 'denied',
  }
  if (special[id] !== undefined) return special[id]
  if (code === 201) return 'evicted'
  if (code === 404) return 'gone'
  if (code === 409) return 'precondition-failed'
  if (code !== 429) return 'failure'
  return causes.some((one) => one.reason === 'DisruptionBudget') ? 'refused' : 'failure throttled'
}

it('knows most of the recorded cases', () => {
  expect(answered.length).toBeGreaterThanOrEqual(28)
})

it.each(answered.map((row) => [row.id, row.title, row] as const))('%s %s', async (_id, _t, row) => {
  respond = answerOf(row)
  const { client } = clientOf(server.url)
  const told = client.evict({ namespace: 'shop', name: 'web-1' }, { uid: 'u1' }).then(
    (result) => result.kind,
    (error: unknown) => (isFailure(error) ? `failure ${error.code}` : String(error)),
  )
  expect(await told).toBe(expectedOf(row))
})

it('sends a policy/v1 Eviction with the uid as precondition, as regroup, without a grace period', async () => {
  respond = (_, answer) => sendStatus(answer, 201, { status: 'Success' })
  const { client } = clientOf(server.url)
  await client.evict({ namespace: 'shop', name: 'web-1' }, { uid: 'u1', resourceVersion: '5' })
  const request = server.requests.at(-1)
  expect(request?.method).toBe('POST')
  expect(request?.path).toBe('/api/v1/namespaces/shop/pods/web-1/eviction')
  expect(Object.fromEntries(request?.query ?? [])).toEqual({ fieldManager: 'regroup' })
  expect(request?.body).toEqual({
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: 'web-1', namespace: 'shop' },
    deleteOptions: { preconditions: { uid: 'u1', resourceVersion: '5' } },
  })
})

it('a dry run says so in the query and in the body', async () => {
  respond = (_, answer) => sendStatus(answer, 201, { status: 'Success' })
  const { client } = clientOf(server.url)
  const ref = { namespace: 'shop', name: 'web-1' }
  await client.evict(ref, { dryRun: true, gracePeriodSeconds: 0 })
  const request = server.requests.at(-1)
  expect(request?.query.get('dryRun')).toBe('All')
  expect(request?.body).toMatchObject({
    deleteOptions: { dryRun: ['All'], gracePeriodSeconds: 0 },
  })
})

it("a budget's 429 keeps its Retry-After and does not slow other calls down", async () => {
  respond = (_, answer) =>
    sendStatus(answer, 429, {
      reason: 'TooManyRequests',
      details: {
        causes: [{ reason: 'DisruptionBudget', message: 'is still being processed' }],
        retryAfterSeconds: 10,
      },
    })
  const { client } = clientOf(server.url)
  const result = await client.evict({ namespace: 'shop', name: 'web-1' })
  expect(result).toMatchObject({ kind: 'refused', retryAfterMs: 10_000 })
  expect(client.flowCounts().throttledCount).toBe(0)
})

it("flow control's 429 is a failure with its delay, and everything waits", async () => {
  const waits: string[] = []
  respond = (_, answer) => {
    answer.writeHead(429, { 'content-type': 'text/plain', 'retry-after': '2' })
    answer.end('Too many requests, please try again later.\n')
  }
  const { client, clock } = clientOf(server.url, {
    onWait: ({ reason, waitMs, what }) => waits.push(`${what}: ${reason} ${waitMs}`),
  })
  const ref = { namespace: 'shop', name: 'web-1' }
  const first = client.evict(ref)
  await expect(first).rejects.toMatchObject({ code: 'throttled', retry: { afterMs: 2000 } })
  await expect(client.evict(ref)).rejects.toMatchObject({ code: 'throttled' })
  expect(waits[0]).toBe('create Pod shop/web-1/eviction: server 2000')
  expect(clock.slept).toContain(2000)
  expect(client.flowCounts()).toMatchObject({ throttledCount: 2, waitedCount: 1 })
})

it('an internal error is a failure to be tried again', async () => {
  respond = (_, answer) => sendStatus(answer, 500, { reason: 'InternalError', message: 'oops' })
  const { client } = clientOf(server.url)
  const told = client.evict({ namespace: 'shop', name: 'web-1' })
  await expect(told).rejects.toMatchObject({ code: 'unavailable', retry: 'backoff' })
})
