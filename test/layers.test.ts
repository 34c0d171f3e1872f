import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

/** What each room may import besides itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  world: [],
  nodes: ['world'],
  drain: ['world'],
  fleet: ['nodes', 'world'],
  check: ['fleet', 'nodes', 'world'],
  aws: ['world'],
  kube: ['world'],
  twin: ['nodes', 'world'],
  decide: ['drain', 'fleet', 'nodes', 'world'],
  observe: ['check', 'decide', 'drain', 'fleet', 'nodes', 'world'],
  act: ['decide', 'world'],
  run: ['act', 'decide', 'fleet', 'observe', 'twin', 'world'],
  cli: ['aws', 'check', 'decide', 'fleet', 'kube', 'nodes', 'observe', 'run', 'twin', 'world'],
}

function importsOf(room: string): { file: string; target: string }[] {
  const root = new URL(`../src/${room}/`, import.meta.url)
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .flatMap((file) => {
      const text = readFileSync(new URL(file, root), 'utf8')
      return [...text.matchAll(/from '([^']+)'/g)].flatMap(([, path = '']) => {
        if (!path.startsWith('.') || path.endsWith('.json')) return []
        const resolved = new URL(path, new URL(file, root)).pathname
        const [, inside] = resolved.split('/src/').slice(-2)
        return [{ file, target: inside?.split('/')[0] ?? '' }]
      })
    })
}

it.each(Object.keys(allowed))('%s imports only the rooms below it', (room) => {
  const found = importsOf(room)
  expect(found.length).toBeGreaterThan(0)
  const wrong = found.filter((one) => one.target !== room && !allowed[room]?.includes(one.target))
  expect(wrong.map((one) => `${one.file} imports ${one.target}`)).toEqual([])
})

it('has a row for every room', () => {
  const rooms = readdirSync(new URL('../src/', import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
  expect(Object.keys(allowed).sort()).toEqual(rooms.sort())
})

/** They decide from what they are given, and could run anywhere. */
const pureRooms = ['check', 'decide', 'drain', 'fleet', 'nodes']

it.each(pureRooms)('%s takes nothing from Node', (room) => {
  const root = new URL(`../src/${room}/`, import.meta.url)
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  const wrong = files
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .filter((name) => /from 'node:/.test(readFileSync(new URL(name, root), 'utf8')))
  expect(wrong).toEqual([])
})
