import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

it('documents every code that blocks a pod, and no other', () => {
  const source = readFileSync(new URL('../src/drain/stance.ts', import.meta.url), 'utf8')
  const page = readFileSync(new URL('../docs/drain-codes.md', import.meta.url), 'utf8')
  const codes = [...source.matchAll(/blocked\(\s*'(\w+)'/g)].map((match) => match[1])
  const written = [...page.matchAll(/^\| (\w+) \| (?!The pod)/gm)].map((match) => match[1])
  expect(codes.length).toBeGreaterThan(5)
  expect([...written].sort()).toEqual([...new Set(codes)].sort())
})
