import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type Answer,
  clientOf,
  eventLine,
  type KubeServer,
  kubeServer,
  openStream,
  sendStatus,
  wirePod,
} from '../../test/kube-server.ts'
import { nextTurn } from '../world/turn.ts'
import type { KubeClientOptions } from './client.ts'

let server: KubeServer | undefined

afterEach(async () => {
  await server?.close()
  server = undefined
})

/** A running watch of pods; `stream` is the server's end of it. */
async function watched(
  respond?: Answer,
  options: Partial<KubeClientOptions> = {},
): Promise<{
  seen: string[]
  watch: ReturnType<ReturnType<typeof clientOf>['client']['watch']>
  clock: ReturnType<typeof clientOf>['clock']
  stream: ServerResponse
}> {
  const streams: ServerResponse[] = []
  server = await kubeServer((request, answer) => {
    streams.push(answer)
    if (respond === undefined) openStream(answer)
    else respond(request, answer)
  })
  const { client, clock } = clientOf(server.url, options)
  const seen: string[] = []
  const watch = client.watch('Pod', { resourceVersion: '7', namespace: 'shop' }, (event) => {
    seen.push(`${event.type} ${event.object.metadata.name}`)
  })
  while (streams.length === 0) await nextTurn()
  if (respond === undefined) await watch.opened
  return { seen, watch, clock, stream: streams[0] as ServerResponse }
}

/** Settles when more can be written, or nothing any more. */
async function writable(stream: ServerResponse): Promise<void> {
  const over = new AbortController()
  const { signal } = over
  await Promise.race([once(stream, 'drain', { signal }), once(stream, 'close', { signal })])
  over.abort()
}

/** Writes and waits until the client has read it. */
async function write(stream: ServerResponse, text: string | Buffer): Promise<void> {
  await new Promise<void>((resolve) => stream.write(text, () => resolve()))
  for (let turn = 0; turn < 20; turn += 1) await nextTurn()
}

describe('what is asked for', () => {
  it('has bookmarks, the version, a timeout by lot, and no compression', async () => {
    const { watch } = await watched()
    const [request] = server?.requests ?? []
    expect(request?.path).toBe('/api/v1/namespaces/shop/pods')
    expect(request?.query.get('watch')).toBe('true')
    expect(request?.query.get('allowWatchBookmarks')).toBe('true')
    expect(request?.query.get('resourceVersion')).toBe('7')
    const seconds = Number(request?.query.get('timeoutSeconds'))
    expect(seconds).toBeGreaterThanOrEqual(300)
    expect(seconds).toBeLessThan(600)
    expect(request?.headers['accept-encoding']).toBeUndefined()
    watch.stop()
    expect(await watch.ended).toBe('stopped')
  })
})

describe('events', () => {
  it('come in order, whole, whatever the chunks, also when a character is cut in two', async () => {
    const { seen, stream, watch } = await watched()
    const bytes = Buffer.from(
      eventLine('ADDED', wirePod('größe', '8')) + eventLine('MODIFIED', wirePod('b', '9')),
    )
    const cut = bytes.indexOf('ö') + 1
    await write(stream, bytes.subarray(0, cut))
    await write(stream, bytes.subarray(cut, cut + 40))
    await write(stream, bytes.subarray(cut + 40))
    expect(seen).toEqual(['ADDED größe', 'MODIFIED b'])
    expect(watch.resourceVersion).toBe('9')
  })

  it('bookmarks only move the version on', async () => {
    const { seen, stream, watch } = await watched()
    await write(stream, eventLine('BOOKMARK', { metadata: { resourceVersion: '4711' } }))
    expect(seen).toEqual([])
    expect(watch.resourceVersion).toBe('4711')
  })

  it('duplicates and events out of order are passed on as they come; versions are never compared', async () => {
    const { seen, stream, watch } = await watched()
    const lines = [
      eventLine('MODIFIED', wirePod('a', '12')),
      eventLine('MODIFIED', wirePod('a', '12')),
      eventLine('DELETED', wirePod('never-seen', '11')),
      eventLine('ADDED', wirePod('a', '10')),
    ]
    await write(stream, lines.join(''))
    expect(seen).toEqual(['MODIFIED a', 'MODIFIED a', 'DELETED never-seen', 'ADDED a'])
    expect(watch.resourceVersion).toBe('10')
  })

  it('none comes after stop', async () => {
    const { seen, stream, watch } = await watched()
    watch.stop()
    stream.write(eventLine('ADDED', wirePod('late', '8')))
    expect(await watch.ended).toBe('stopped')
    expect(seen).toEqual([])
  })
})

describe('ends', () => {
  it('closed, when the server ends it between two lines', async () => {
    const { seen, stream, watch } = await watched()
    stream.end(eventLine('ADDED', wirePod('a', '8')))
    expect(await watch.ended).toBe('closed')
    expect(seen).toEqual(['ADDED a'])
    expect(watch.resourceVersion).toBe('8')
  })

  it('connection, when it is cut in mid-line: the half line is nothing', async () => {
    const { seen, stream, watch } = await watched()
    const line = eventLine('MODIFIED', wirePod('b', '9'))
    await write(stream, eventLine('ADDED', wirePod('a', '8')) + line.slice(0, 30))
    server?.cut()
    await expect(watch.ended).rejects.toMatchObject({ code: 'connection', retry: 'backoff' })
    expect(seen).toEqual(['ADDED a'])
    expect(watch.resourceVersion).toBe('8')
  })

  it('connection, when the stream ends properly in mid-line', async () => {
    const { stream, watch } = await watched()
    stream.end(eventLine('ADDED', wirePod('a', '8')).slice(0, 30))
    await expect(watch.ended).rejects.toMatchObject({ code: 'connection' })
  })

  it('expired, when the answer is 410', async () => {
    const { watch } = await watched((_, answer) =>
      sendStatus(answer, 410, { reason: 'Expired', message: 'too old resource version' }),
    )
    expect(await watch.ended).toBe('expired')
  })

  it('expired, when an ERROR event says 410', async () => {
    const { stream, watch } = await watched()
    const status = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old: 1 (9)' }
    await write(stream, eventLine('ERROR', status))
    expect(await watch.ended).toBe('expired')
  })

  it('with the failure of any other ERROR event', async () => {
    const { stream, watch } = await watched()
    await write(stream, eventLine('ERROR', { kind: 'Status', code: 500, message: 'etcd is away' }))
    await expect(watch.ended).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('with a failure at a garbage line, which is not repeated in the text', async () => {
    const { stream, watch } = await watched()
    await write(stream, '<html>token=abc</html>\n')
    await expect(watch.ended).rejects.toMatchObject({
      code: 'unknown',
      retry: 'backoff',
      message: expect.not.stringContaining('abc'),
    })
  })

  it.each(['null', '7', '{}', '{"type":"ADDED"}', '{"type":"ADDED","object":null}'])(
    'with a failure at the line %s',
    async (line) => {
      const { stream, watch } = await watched()
      await write(stream, `${line}\n`)
      await expect(watch.ended).rejects.toMatchObject({ code: 'unknown' })
    },
  )

  it('with a failure at a line without end, at a bounded size', async () => {
    const { stream, watch } = await watched()
    const chunk = Buffer.alloc(1 << 20, 'x')
    const ended = expect(watch.ended).rejects.toMatchObject({ code: 'limit-exceeded' })
    for (let count = 0; count < 18 && !stream.destroyed; count += 1) {
      if (!stream.write(chunk)) await writable(stream)
    }
    await ended
  })

  it('closed, when a half-open socket stays silent longer than bookmarks do', async () => {
    const { clock, watch } = await watched()
    clock.advance(119_000)
    let end: string | undefined
    void watch.ended.then((how) => {
      end = how
    })
    for (let turn = 0; turn < 5; turn += 1) await nextTurn()
    expect(end).toBeUndefined()
    clock.advance(2000)
    expect(await watch.ended).toBe('closed')
  })

  it('closed, when the server does not end it after its timeout, though bytes still come', async () => {
    const { clock, stream, watch } = await watched()
    const bookmark = eventLine('BOOKMARK', { metadata: { resourceVersion: '8' } })
    let end: string | undefined
    void watch.ended.then((how) => {
      end = how
    })
    let minutes = 0
    for (; end === undefined && minutes < 12; minutes += 1) {
      await write(stream, bookmark)
      clock.advance(60_000)
      await nextTurn()
    }
    expect(end).toBe('closed')
    expect(minutes).toBeGreaterThan(5)
  })

  it('timeout, when the server accepts the connection and never answers', async () => {
    const { clock, watch } = await watched(() => undefined)
    clock.advance(31_000)
    await expect(watch.ended).rejects.toMatchObject({ code: 'timeout' })
  })

  it('with the error of a listener that throws, and the process lives', async () => {
    server = await kubeServer((_, answer) => {
      openStream(answer).write(eventLine('ADDED', wirePod('a', '8')))
    })
    const { client } = clientOf(server.url)
    const watch = client.watch('Pod', { resourceVersion: '7' }, () => {
      throw new TypeError('a bug')
    })
    await expect(watch.ended).rejects.toThrow('a bug')
  })
})
