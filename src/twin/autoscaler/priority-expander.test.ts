/** The priority expander against cluster-autoscaler.md sections 1.2 and 1.3. */

import { describe, expect, it } from 'vitest'
import { choosePriority, parsePriorities } from './priority-expander.ts'
import { compileRe2 } from './re2.ts'

/** Priorities with the sources of their rules; `invalid` for a map that is ignored. */
function read(text: string, minor: number): unknown {
  const parsed = parsePriorities(text, minor)
  if (parsed.kind === 'invalid') return 'invalid'
  return Object.fromEntries([...parsed.config].map(([key, rules]) => [key, rules.map(String)]))
}

describe('parsing, with yaml.v2 (1.34) and sigs yaml (1.35)', () => {
  const rows: readonly (readonly [string, string, unknown, unknown])[] = [
    ['block style', "10:\n  - '.*spot.*'\n  - b\n", { 10: ['/.*spot.*/', '/b/'] }, 'same'],
    ['quoted key', '"10":\n  - a\n', 'invalid', { 10: ['/a/'] }],
    ['single-quoted key', "'10':\n  - a\n", 'invalid', { 10: ['/a/'] }],
    ['key 010', '010:\n  - a\n', { 8: ['/a/'] }, 'same'],
    ['key 1.5', '1.5:\n  - a\n', { 1: ['/a/'] }, 'invalid'],
    ['negative key', '-1:\n  - a\n', { '-1': ['/a/'] }, 'same'],
    ['duplicate key', '10:\n  - a\n10:\n  - b\n', { 10: ['/b/'] }, 'same'],
    ['duplicate key, then nothing', '10:\n  - a\n10:\n', { 10: [] }, 'same'],
    ['null list', '10:\n20:\n  - a\n', { 10: [], 20: ['/a/'] }, 'same'],
    ['empty list', '10: []\n20: [a]\n', { 10: [], 20: ['/a/'] }, 'same'],
    ['scalar instead of a list', '10: a\n', 'invalid', 'same'],
    ['number as an item', '10:\n  - 2\n  - 007\n', { 10: ['/2/', '/007/'] }, 'same'],
    ['one bad rule spoils all', "10:\n  - '(?=a)'\n20:\n  - b\n", 'invalid', 'same'],
    ['an unclosed group', "10:\n  - '(a'\n", 'invalid', 'same'],
    ['JSON text', '{"10": ["a"]}', 'invalid', { 10: ['/a/'] }],
    ['non-integer key', 'foo:\n  - a\n10:\n  - b\n', 'invalid', 'same'],
    ['empty', '', 'invalid', 'same'],
    ['blank', ' \n', 'invalid', 'same'],
    ['a list', '- a\n', 'invalid', 'same'],
    ['no YAML', 'a: [', 'invalid', 'same'],
  ]
  it.each(rows)('%s', (_, text, older, newer) => {
    expect(read(text, 34)).toEqual(older)
    expect(read(text, 35)).toEqual(newer === 'same' ? older : newer)
  })
})

describe('rules are RE2, searched anywhere in the name', () => {
  it.each([
    ['spot', 'eks-web-spot-a', true],
    ['.*spot.*', 'eks-web-spot-a', true],
    ['eks-a', 'eks-ab-1', true],
    ['^eks-a$', 'eks-ab-1', false],
    ['(?i)SPOT', 'eks-spot', true],
    ['(?P<zone>a|b)$', 'eks-b', true],
    ['\\Aeks\\z', 'eks', true],
    ['\\pL', '1a', true],
    ['(?s)a.b', 'a\nb', true],
    ['(?U)a+', 'aa', true],
    ['\\Qa.b\\E', 'axb', false],
    ['\\Qa.b\\E', 'a.b', true],
  ])('%s on %s', (rule, name, isMatch) => {
    expect(compileRe2(rule)?.test(name)).toBe(isMatch)
  })

  it.each(['(?=a)', '(?!a)', '(?<=a)b', '(?<!a)b', '(a)\\1', 'a\\Z', '\\h', 'a++', 'a*+', '[a'])(
    '%s is none',
    (rule) => {
      expect(compileRe2(rule)).toBeUndefined()
    },
  )
})

describe('choice', () => {
  const options = ['spot-a', 'spot-b', 'normal', 'other'].map((name) => ({ name }))
  const rows: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
    ['the highest wins', '10: [normal]\n40: [spot]\n', ['spot-a', 'spot-b'], ['other']],
    [
      'a group takes its highest match',
      '10: [spot]\n20: [spot-b]\n',
      ['spot-b'],
      ['normal', 'other'],
    ],
    [
      'order of the map does not matter',
      '20: [spot-b]\n10: [spot]\n',
      ['spot-b'],
      ['normal', 'other'],
    ],
    ['a catch-all keeps nobody out', '1: [.*]\n40: [spot]\n', ['spot-a', 'spot-b'], []],
    ['ties stay', '10: [spot-a, normal]\n', ['spot-a', 'normal'], ['spot-b', 'other']],
    ['0 works', '0: [normal]\n', ['normal'], ['spot-a', 'spot-b', 'other']],
    ['-1 is a lowest tier', '-1: [normal]\n', ['normal'], ['spot-a', 'spot-b', 'other']],
    [
      '-2 matches and never wins',
      '-2: [normal]\n',
      ['spot-a', 'spot-b', 'normal', 'other'],
      ['spot-a', 'spot-b', 'other'],
    ],
    [
      'nothing matches: nothing is filtered',
      '10: [none]\n',
      ['spot-a', 'spot-b', 'normal', 'other'],
      ['spot-a', 'spot-b', 'normal', 'other'],
    ],
  ]
  it.each(rows)('%s', (_, text, kept, unmatched) => {
    const parsed = parsePriorities(text, 34)
    if (parsed.kind === 'invalid') throw new Error(parsed.why)
    const choice = choosePriority(options, parsed.config)
    expect(choice.kept.map((one) => one.name)).toEqual(kept)
    expect(choice.unmatched.map((one) => one.name)).toEqual(unmatched)
    expect(choice.isUnfiltered).toBe(kept.length === options.length)
  })

  it('keeps a single option, or none', () => {
    const config = new Map([[10, [/none/]]])
    expect(choosePriority([{ name: 'a' }], config).kept).toEqual([{ name: 'a' }])
    expect(choosePriority([], config).kept).toEqual([])
  })
})
