/** Many watchers: each sees every event once and in order; too many are refused; all can leave. */

import { describe, expect, it } from 'vitest'
import { type Seen, textOf, wireWorld } from './wire-world.ts'

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
