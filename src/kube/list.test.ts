import { gzipSync } from 'node:zlib'
import { afterEach, expect, it } from 'vitest'
import {
  type Answer,
  clientOf,
  type KubeServer,
  kubeServer,
  sendJson,
  sendStatus,
  wirePod,
} from '../../test/kube-server.ts'
import { nextTurn } from '../world/turn.ts'

let server: KubeServer | undefined

afterEach(async () => {
  await server?.close()
  server = undefined
})

async function listPods(respond: Answer) {
  server = await kubeServer(respond)
  const { client, clock } = clientOf(server.url)
  return { list: client.list('Pod', { namespace: 'shop', labelSelector: 'a=b' }), clock, client }
}

/** A page of the pods from..to; the last page has no token. */
function page(from: number, to: number, next?: string): unknown {
  const items = []
  for (let index = from; index < to; index += 1) {
    const { apiVersion: _, kind: __, ...item } = wirePod(`p${index}`, String(index))
    const metadata = item.metadata as object
    items.push({ ...item, metadata: { ...metadata, managedFields: [{ manager: 'kubelet' }] } })
  }
  const token = next === undefined ? {} : { continue: next }
  return { kind: 'PodList', metadata: { resourceVersion: '99', ...token }, items }
}

it('asks for pages of 500 and puts them together, with kind and apiVersion, without managedFields', async () => {
  const { list } = await listPods(({ query }, answer) => {
    if (query.get('continue') === null) sendJson(answer, 200, page(0, 500, 'more of it'))
    else sendJson(answer, 200, page(500, 501))
  })
  const { items, resourceVersion } = await list
  expect(resourceVersion).toBe('99')
  expect(items).toHaveLength(501)
  expect(items[500]).toEqual(wirePod('p500', '500'))
  const queries = server?.requests.map(({ query }) => Object.fromEntries(query))
  expect(queries).toEqual([
    { limit: '500', labelSelector: 'a=b' },
    { limit: '500', labelSelector: 'a=b', continue: 'more of it' },
  ])
})

it('takes compressed pages', async () => {
  const { list } = await listPods(({ headers }, answer) => {
    expect(headers['accept-encoding']).toBe('gzip')
    answer.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
    answer.end(gzipSync(JSON.stringify(page(0, 3))))
  })
  expect((await list).items).toHaveLength(3)
})

it('begins anew when the pages expire between two of them (410 on continue)', async () => {
  let count = 0
  const { list } = await listPods(({ query }, answer) => {
    count += 1
    if (query.get('continue') === null) sendJson(answer, 200, page(0, 2, `token ${count}`))
    else if (count === 2) sendStatus(answer, 410, { reason: 'Expired' })
    else sendJson(answer, 200, page(2, 3))
  })
  expect((await list).items.map((pod) => pod.metadata.name)).toEqual(['p0', 'p1', 'p2'])
  expect(count).toBe(4)
})

it('asks for everything at once when the pages expire again and again', async () => {
  const { list } = await listPods(({ query }, answer) => {
    if (query.get('limit') === null) sendJson(answer, 200, page(0, 3))
    else if (query.get('continue') === null) sendJson(answer, 200, page(0, 2, 'token'))
    else sendStatus(answer, 410, { reason: 'Expired' })
  })
  expect((await list).items).toHaveLength(3)
  expect(server?.requests).toHaveLength(5)
})

it('fails as expired when the list itself is 410', async () => {
  const { list } = await listPods((_, answer) => sendStatus(answer, 410, { reason: 'Expired' }))
  await expect(list).rejects.toMatchObject({ code: 'expired', retry: 'never' })
})

it('repeats a page that was refused by flow control, after the time it names, and says so', async () => {
  const { client, clock, list } = await listPods((_, answer) => {
    if (server?.requests.length !== 1) return sendJson(answer, 200, page(0, 1))
    answer.writeHead(429, { 'content-type': 'text/plain', 'retry-after': '3' })
    answer.end('Too many requests, please try again later.\n')
  })
  expect((await list).items).toHaveLength(1)
  expect(clock.slept).toContain(3000)
  expect(client.flowCounts()).toMatchObject({ sentCount: 2, throttledCount: 1 })
})

it('gives up a list that the server never answers, after its deadline', async () => {
  const { clock, list } = await listPods(() => undefined)
  const failed = expect(list).rejects.toMatchObject({
    code: 'timeout',
    message: expect.stringContaining('list pods in namespace shop'),
  })
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    while ((server?.requests.length ?? 0) < attempt) await nextTurn()
    clock.advance(60_000)
    await nextTurn()
  }
  await failed
})

it('waits for a slow list as long as it comes before the deadline', async () => {
  const answers: (() => void)[] = []
  const { clock, list } = await listPods((_, answer) => {
    answers.push(() => sendJson(answer, 200, page(0, 2)))
  })
  while (answers.length === 0) await nextTurn()
  clock.advance(59_000)
  answers[0]?.()
  expect((await list).items).toHaveLength(2)
})

it('an answer that is no list of an API server is a failure that says so', async () => {
  const { list } = await listPods((_, answer) => {
    answer.writeHead(200, { 'content-type': 'text/html' })
    answer.end('<html>please log in</html>')
  })
  await expect(list).rejects.toMatchObject({
    code: 'unknown',
    message: expect.stringContaining('no JSON (text/html)'),
  })
})

it('applies the transform to every object as it arrives', async () => {
  server = await kubeServer((_, answer) => sendJson(answer, 200, page(0, 2)))
  const { client } = clientOf(server.url)
  const { items } = await client.list('Pod', {
    transform: (pod) => ({ ...pod, spec: { containers: [] } }),
  })
  expect(items.map((pod) => pod.spec)).toEqual([{ containers: [] }, { containers: [] }])
})
