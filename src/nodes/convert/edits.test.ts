import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { runJq } from './jq-program.ts'
import { membersOf, sedCall } from './sed-edits.ts'

const hasJq = spawnSync('jq', ['--version'], { stdio: 'ignore' }).status === 0
const run = (program: string) =>
  runJq(program, {}, { variables: new Map([['x', 'y']]), slurped: undefined })

const constant: readonly string[] = [
  '.maxPods = 110',
  '.maxPods=20|.a.b.c = "x"',
  '. + {"a": 1}',
  '. * {"a": {"b": 1}} * {"a": {"c": 2}}',
  '. += {a: [1, "b", {c: null}], d: true}',
  '.a += {"b": 1} | .a *= {"c": {"d": 2}}',
  '.evictionHard["memory.available"] = "5%"',
  '."quoted key" = -1.5',
  '.a = $x',
  '(. + {a: 1}) | del(.a) | .b = 2',
]

describe('jq programs that set constants', () => {
  it.skipIf(!hasJq).each(constant)('%s does what jq does', (program) => {
    const out = execFileSync('jq', ['-c', '--arg', 'x', 'y', program], {
      input: '{}',
      encoding: 'utf8',
    })
    expect(run(program)).toEqual(JSON.parse(out))
  })

  it.each([
    '.maxPods + 10',
    '.a = .b',
    '.a = (.b // 1)',
    'if .a then . else . end',
    '.a |= . + 1',
    'del(.maxPods)',
    '.a = "\\(.b)"',
    '.[] = 1',
    '.a = $unknown',
    '.__proto__.x = 1',
    '.a = env.X',
    '',
    '((((',
  ])('%j is left to a human', (program) => {
    expect(run(program)).toBeUndefined()
  })
})

describe('sed edits of a JSON file', () => {
  const members = (program: string) => sedCall(['-i', program, 'f'])?.edits?.map(membersOf)

  it.each<[string, object]>([
    [
      '/"apiVersion*/a \\ \\ "imageGCHighThresholdPercent": 70,',
      { imageGCHighThresholdPercent: 70 },
    ],
    ['/"kind"/i "maxPods": 20,', { maxPods: 20 }],
    ['3a "a": "b", "c": [1],', { a: 'b', c: [1] }],
    ['s/"maxPods": .*/"maxPods": 58,/', { maxPods: 58 }],
    ['s|"clusterDomain": "[^"]*"|"clusterDomain": "x.local"|g', { clusterDomain: 'x.local' }],
    ['s/^{/{"maxPods": 9,/', { maxPods: 9 }],
  ])('%s', (program, expected) => {
    expect(members(program)).toEqual([expected])
  })

  it.each(['/x/d', '$d', 's/a/b/', 's/true/false/', '/x/a text', 'y/a/b/'])(
    '%s is left to a human',
    (program) => {
      const found = members(program)
      expect(found === undefined || found.includes(undefined)).toBe(true)
    },
  )

  it('is none without -i', () => {
    expect(sedCall(['s/a/b/', 'f'])).toBeUndefined()
  })
})
