import type { ServerResponse } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import {
  clientOf,
  eventLine,
  type KubeServer,
  kubeServer,
  openStream,
  sendJson,
  sendStatus,
  wirePod,
} from '../../test/kube-server.ts'
import type { Pod } from '../world/kube-objects.ts'
import { nextTurn } from '../world/turn.ts'
import { Reflector } from './reflector.ts'

/** What the server of a test does: the pods it has, and what it says to the n-th watch. */
interface Script {
  pods: Record<string, unknown>[]
  version: string
  watches: ((stream: ServerResponse) => void)[]
  lists: ((answer: ServerResponse) => void)[]
}

let server: KubeServer | undefined
let reflector: Reflector<'Pod'> | undefined

afterEach(async () => {
  reflector?.stop()
  await server?.close()
})

async function reflected(script: Partial<Script>) {
  const whole: Script = { pods: [], version: '10', watches: [], lists: [], ...script }
  const start = (port = 0) =>
    kubeServer(
      ({ query }, answer) => {
        const next = query.has('watch') ? whole.watches.shift() : whole.lists.shift()
        if (next !== undefined) return next(answer)
        if (query.has('watch')) return void openStream(answer)
        const metadata = { resourceVersion: whole.version }
        return sendJson(answer, 200, { kind: 'PodList', metadata, items: whole.pods })
      },
      { port },
    )
  server = await start()
  const { client, clock } = clientOf(server.url)
  const known = new Map<string, string>()
  let resetCount = 0
  reflector = new Reflector({
    kube: client,
    clock: { nowMs: () => clock.nowMs(), sleep: (ms, signal) => clock.sleep(ms, signal) },
    kind: 'Pod',
    projection: {
      reset: () => {
        resetCount += 1
        known.clear()
      },
      put: ({ metadata }: Pod) => void known.set(metadata.name, metadata.uid ?? ''),
      remove: ({ metadata }: Pod) => void known.delete(metadata.name),
    },
    onChange: () => undefined,
  })
  return {
    script: whole,
    clock,
    known,
    reflector,
    start,
    resetCount: () => resetCount,
    watches: () => (server?.requests ?? []).filter(({ query }) => query.has('watch')),
    lists: () => (server?.requests ?? []).filter(({ query }) => !query.has('watch')),
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2000; turn += 1) {
    if (isTrue()) return
    await nextTurn()
  }
  throw new Error('it did not come to pass')
}

it('after a cut it goes on from the last event, and after a restart of the server too', async () => {
  const streams: ServerResponse[] = []
  const keep = (answer: ServerResponse): void => void streams.push(openStream(answer))
  const world = await reflected({ pods: [wirePod('a', '5')], watches: [keep, keep] })
  await world.reflector.start()
  await until(() => streams.length === 1)
  streams[0]?.write(eventLine('ADDED', wirePod('b', '11')))
  await until(() => world.known.size === 2)
  server?.cut()
  await until(() => streams.length === 2)
  expect(world.watches()[1]?.query.get('resourceVersion')).toBe('11')
  await until(() => world.reflector.failure === undefined)

  const port = Number(server?.url.port)
  await server?.close()
  await until(() => world.reflector.failure?.includes('nothing listens there') === true)
  world.script.pods = [wirePod('a', '5'), wirePod('c', '20')]
  world.script.version = '30'
  server = await world.start(port)
  await until(() => world.reflector.failure === undefined)
  await until(() => world.known.has('c'))
  expect([...world.known.keys()]).toEqual(['a', 'c'])
})

it('bookmarks carry it on: the next watch begins there', async () => {
  const bookmark = eventLine('BOOKMARK', { metadata: { resourceVersion: '500' } })
  const world = await reflected({
    watches: [(answer) => void openStream(answer).end(bookmark)],
  })
  await world.reflector.start()
  await until(() => world.watches().length === 2)
  expect(world.watches()[1]?.query.get('resourceVersion')).toBe('500')
  expect(world.lists()).toHaveLength(1)
})

it.each([
  [
    'as the answer',
    (answer: ServerResponse) => sendStatus(answer, 410, { reason: 'Expired', message: 'too old' }),
  ],
  [
    'as an event',
    (answer: ServerResponse) =>
      void openStream(answer).end(eventLine('ERROR', { kind: 'Status', code: 410 })),
  ],
])('410 %s: lists anew at once; what is gone meanwhile goes', async (_, expire) => {
  const world = await reflected({ pods: [wirePod('old', '5')], watches: [expire] })
  await world.reflector.start()
  world.script.pods = [{ ...wirePod('old', '20'), metadata: { name: 'old', uid: 'another' } }]
  await until(() => world.lists().length === 2 && world.known.get('old') === 'another')
  expect(world.resetCount()).toBe(2)
  expect(world.clock.slept.filter((ms) => ms < 30_000)).toEqual([])
})

it('a version that always expires is no hot loop', async () => {
  const expire = (answer: ServerResponse) => sendStatus(answer, 410, { reason: 'Expired' })
  const world = await reflected({ watches: Array.from({ length: 4 }, () => expire) })
  await world.reflector.start()
  await until(() => world.watches().length === 5)
  const pauses = world.clock.slept.filter((ms) => ms < 30_000)
  expect(pauses.length).toBe(3)
  expect(pauses.at(-1)).toBeGreaterThan(pauses[0] ?? 0)
})

it('watches that fail again and again end in a new list', async () => {
  const refuse = (answer: ServerResponse) =>
    sendStatus(answer, 500, { message: 'Invalid value: "10"' })
  const world = await reflected({ watches: [refuse, refuse, refuse] })
  await world.reflector.start()
  await until(() => world.lists().length === 2)
  expect(world.watches().length).toBe(3)
  await until(() => world.watches().length === 4 && world.reflector.failure === undefined)
})

it('a quiet watch after a failure clears it: nothing need happen first', async () => {
  const world = await reflected({
    watches: [(answer) => sendStatus(answer, 503, { message: 'starting' })],
  })
  await world.reflector.start()
  await until(() => world.reflector.failure !== undefined)
  expect(world.reflector.failure).toContain('starting')
  await until(() => world.reflector.failure === undefined)
  expect(world.lists()).toHaveLength(1)
})

it('a first list that fails can be tried again, and nothing is followed twice', async () => {
  const refuse = (answer: ServerResponse) => sendStatus(answer, 403, { message: 'no' })
  const world = await reflected({ lists: [refuse] })
  await expect(world.reflector.start()).rejects.toMatchObject({ code: 'forbidden' })
  await world.reflector.start()
  await world.reflector.start()
  await until(() => world.watches().length === 1)
  for (let turn = 0; turn < 20; turn += 1) await nextTurn()
  expect(world.watches()).toHaveLength(1)
  expect(world.lists()).toHaveLength(2)
})

it('duplicates and events out of order leave what the last event said', async () => {
  const lines = [
    eventLine('ADDED', wirePod('a', '11')),
    eventLine('ADDED', wirePod('a', '11')),
    eventLine('DELETED', wirePod('unknown', '9')),
    eventLine('MODIFIED', wirePod('b', '13')),
    eventLine('DELETED', wirePod('a', '12')),
  ]
  const world = await reflected({
    watches: [(answer) => void openStream(answer).write(lines.join(''))],
  })
  await world.reflector.start()
  await until(() => world.known.has('b') && !world.known.has('a'))
  expect([...world.known.keys()]).toEqual(['b'])
})

it('stopped it asks no more', async () => {
  const world = await reflected({})
  await world.reflector.start()
  await until(() => world.watches().length === 1)
  world.reflector.stop()
  await until(() => server?.sockets.size !== undefined)
  for (let turn = 0; turn < 20; turn += 1) await nextTurn()
  expect(server?.requests).toHaveLength(2)
})
