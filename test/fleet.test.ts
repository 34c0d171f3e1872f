import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { loadFleet } from '../src/fleet/load-fleet.ts'

const bytes = readFileSync(new URL('../examples/seed-web-shop/fleet.yaml', import.meta.url), 'utf8')

it('loads the example without a finding', () => {
  const { desired, findings } = loadFleet({ file: 'fleet.yaml', bytes })
  expect(findings.filter((one) => one.severity === 'error')).toEqual([])
  expect(desired?.clusters.map((one) => one.name)).toEqual(['shop'])
})

it.each([
  ['an unknown variable', bytes.replace('$(arch)', '$(arhc)')],
  ['an unknown key', bytes.replace('maxSize:', 'maxSiez:')],
  ['a sequence where a mapping belongs', '- 1\n- 2\n'],
  ['broken YAML', 'a: [1\nb: }'],
  ['nothing', ''],
  ['a size below zero', bytes.replace('minSize: 0', 'minSize: -3')],
])('answers %s with a finding, not with an exception', (_, text) => {
  const { findings, desired } = loadFleet({ file: 'fleet.yaml', bytes: text })
  expect(findings.some((one) => one.severity === 'error')).toBe(true)
  expect(desired).toBeUndefined()
})
