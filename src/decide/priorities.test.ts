import { describe, expect, it } from 'vitest'
import { globMatches } from './groups.ts'
import { tierIn } from './priorities.ts'

describe('globMatches', () => {
  it.each([
    { glob: 'old-*', name: 'old-a-spot', matches: true },
    { glob: 'old-*', name: 'very-old-a', matches: false },
    { glob: '*', name: '', matches: true },
    { glob: 'a?c', name: 'abc', matches: true },
    { glob: 'a?c', name: 'ac', matches: false },
    { glob: 'a.c', name: 'abc', matches: false },
    { glob: 'workers (eu)', name: 'workers (eu)', matches: true },
    { glob: 'a+b[1]', name: 'a+b[1]', matches: true },
    { glob: 'a\\b', name: 'a\\b', matches: true },
    { glob: 'line*', name: 'line\nbreak', matches: true },
  ])('$glob and $name: $matches', ({ glob, matches, name }) => {
    expect(globMatches(glob, name)).toBe(matches)
  })
})

describe('tierIn', () => {
  const map = '50:\n  - \'^eks-spot-.*\'\n  - .*arm.*\n10:\n  - .*\n"5":\n  - "never["\n'
  it.each([
    { name: 'eks-spot-a', tier: 50 },
    { name: 'x-arm-b', tier: 50 },
    { name: 'eks-ondemand', tier: 10 },
  ])('$name stands in tier $tier', ({ name, tier }) => {
    expect(tierIn(map, name)).toBe(tier)
  })

  it('is undefined without a map, without a match and for rules that are no expressions', () => {
    expect(tierIn(undefined, 'a')).toBeUndefined()
    expect(tierIn("50:\n  - '^b$'\n", 'a')).toBeUndefined()
    expect(tierIn('50:\n  - "["\n', 'a')).toBeUndefined()
  })
})
