import { expect, it } from 'vitest'
import { sourceAt, typeScriptFiles } from './sources.ts'

it('documents every code that blocks a migration, and no other', () => {
  const deciders = typeScriptFiles(['src/drain', 'src/decide']).filter(
    ({ path }) => !path.endsWith('.test.ts'),
  )
  const codes = deciders.flatMap(({ text }) =>
    [...text.matchAll(/\bblocked\(\s*'(\w+)'|\bcode: '([\w/-]+)'/g)].map(
      ([, called, named]) => called ?? named,
    ),
  )
  const { text } = sourceAt('docs/drain-codes.md')
  const written = [...text.matchAll(/^\| ([\w/-]+) \| (?!The pod …|Cause)/gm)].map(
    ([, code]) => code,
  )
  expect(codes.length).toBeGreaterThan(20)
  expect(written.sort()).toEqual([...new Set(codes)].sort())
})
