import { expect, it } from 'vitest'
import { processName, systemRandom } from './system-random.ts'

it('names every process differently', () => {
  const names = Array.from({ length: 100 }, processName)
  expect(new Set(names).size).toBe(100)
  for (const name of names) expect(name).toMatch(/^regroup-[0-9a-f]{16}$/)
})

it('gives each stream numbers of its own', () => {
  expect(systemRandom().next()).not.toBe(systemRandom().next())
})
