/** Many watchers: each sees every event once and in order; too many are refused; all can leave. */

import { describe, expect, it } from 'vitest'
import { type Seen, textOf, type WireWorld, wireWorld } from './wire-world.ts'

interface Line {
  readonly type: string
  readonly object: {
    readonly metadata: { readonly name?: string; readonly resourceVersion: string }
  }
}

const linesOf = (seen: Seen): readonly Line[] =>
  textOf(seen)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)

describe('a watcher that does not read', () => {
  const path = '/api/v1/namespaces/default/configmaps'
  const large = 'x'.repeat(200_000)
  const send = (world: WireWorld, method: string, url: string, body: object): void => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const { code } = world.ask(method, url, {
      body: JSON.stringify(body),
      headers: { 'content-type': type },
    })
    expect(code).toBeLessThan(300)
  }
  const sizeOf = (seen: Seen): number => textOf(seen).length

  it('is sent little more than a quarter of a megabyte, and nothing is lost when it reads again', () => {
    const world = wireWorld()
    const names = Array.from({ length: 30 }, (_, index) => `m${String(index).padStart(2, '0')}`)
    for (const name of names) send(world, 'POST', path, { metadata: { name }, data: { a: large } })
    const query = 'watch=1&resourceVersion=0&allowWatchBookmarks=true&sendInitialEvents=true'
    const url = `${path}?${query}&resourceVersionMatch=NotOlderThan`
    const seen = world.ask('GET', url, { isUnread: true })
    expect(sizeOf(seen)).toBeLessThan(700_000)
    for (const name of names) send(world, 'PATCH', `${path}/${name}`, { data: { b: name } })
    // No bookmark says that it has heard what still waits.
    world.advance(10 * 60_000)
    expect(sizeOf(seen)).toBeLessThan(700_000)
    const before = linesOf(seen).length
    seen.read()
    expect(linesOf(seen).length).toBeGreaterThan(before)
    expect(sizeOf(seen)).toBeLessThan(1_400_000)
    for (let turn = 0; turn < 30; turn += 1) seen.read()
    const heard = linesOf(seen)
      .filter(({ object }) => object.metadata.name !== 'kube-root-ca.crt')
      .map(({ object, type }) => `${type} ${object.metadata.name ?? ''}`)
    expect(heard).toEqual([
      ...names.map((name) => `ADDED ${name}`),
      'BOOKMARK ',
      ...names.map((name) => `MODIFIED ${name}`),
    ])
    const versions = linesOf(seen).map(({ object }) => Number(object.metadata.resourceVersion))
    const after = versions.slice(heard.indexOf('BOOKMARK '))
    expect(after).toEqual([...after].sort((one, other) => one - other))
    send(world, 'PATCH', `${path}/m00`, { data: { c: 'live' } })
    expect(linesOf(seen).length).toBe(versions.length + 1)
  })

  it('is cut off when it is twenty thousand changes behind', () => {
    const world = wireWorld()
    for (let index = 0; index < 8; index += 1) {
      send(world, 'POST', path, { metadata: { name: `m${index}` }, data: { a: large } })
    }
    send(world, 'POST', path, { metadata: { name: 'small' } })
    const seen = world.ask('GET', `${path}?watch=1`, { isUnread: true })
    const { store } = world.cluster
    for (let count = 0; seen.isOpen && count < 30_000; count += 1) {
      const small = store.get('ConfigMap', 'default', 'small')
      if (small !== undefined) store.replace('ConfigMap', { ...small, data: { count: `${count}` } })
    }
    expect(seen.isOpen).toBe(false)
    expect(sizeOf(seen)).toBeLessThan(700_000)
  })
})

describe('watchers', () => {
  it('see each event once, in order', () => {
    const { ask, bugs, wire } = wireWorld()
    const path = '/api/v1/namespaces/default/configmaps'
    const list = JSON.parse(textOf(ask('GET', path))) as Line['object']
    const { resourceVersion } = list.metadata
    const open = (): Seen => ask('GET', `${path}?watch=1&resourceVersion=${resourceVersion}`)
    const early = Array.from({ length: 100 }, open)
    const wanted: string[] = []
    for (let index = 0; index < 50; index += 1) {
      const body = JSON.stringify({ metadata: { name: `m${index}` }, data: { a: '1' } })
      ask('POST', path, { body, headers: { 'content-type': 'application/json' } })
      wanted.push(`ADDED m${index}`)
    }
    const late = Array.from({ length: 100 }, open)
    for (let index = 0; index < 50; index += 1) {
      ask('PATCH', `${path}/m${index}`, {
        body: '{"data":{"a":"2"}}',
        headers: { 'content-type': 'application/merge-patch+json' },
      })
      ask('DELETE', `${path}/m${index}`)
      wanted.push(`MODIFIED m${index}`, `DELETED m${index}`)
    }
    for (const watcher of [...early, ...late]) {
      const lines = linesOf(watcher)
      expect(lines.map(({ object, type }) => `${type} ${object.metadata.name}`)).toEqual(wanted)
      const versions = lines.map(({ object }) => Number(object.metadata.resourceVersion))
      expect(versions).toEqual([...new Set(versions)].sort((one, other) => one - other))
    }
    expect(wire.watchCount).toBe(200)
    for (const watcher of [...early, ...late]) watcher.close()
    expect(wire.watchCount).toBe(0)
    expect(bugs).toEqual([])
  })

  it('are bounded in number', () => {
    const { ask, wire } = wireWorld()
    const watchers: Seen[] = []
    let refused: Seen | undefined
    while (refused === undefined && watchers.length < 30_000) {
      const seen = ask('GET', '/api/v1/nodes?watch=1')
      if (seen.code === 429) refused = seen
      else watchers.push(seen)
    }
    expect(refused?.code).toBe(429)
    expect(wire.watchCount).toBe(watchers.length)
    for (const watcher of watchers) watcher.close()
    expect(wire.watchCount).toBe(0)
  })
})
