import { expect, it } from 'vitest'
import { compareAddonVersions } from './addon-version.ts'

it.each([
  { older: 'v1.19.0-eksbuild.1', newer: 'v1.19.0-eksbuild.2' },
  { older: 'v1.9.3-eksbuild.7', newer: 'v1.19.0-eksbuild.1' },
  { older: 'v1.32.6-eksbuild.12', newer: 'v1.33.0-eksbuild.2' },
  { older: 'v1.11.4', newer: 'v1.11.4-eksbuild.2' },
])('$older is older than $newer', ({ newer, older }) => {
  expect(compareAddonVersions(older, newer)).toBeLessThan(0)
  expect(compareAddonVersions(newer, older)).toBeGreaterThan(0)
  expect(compareAddonVersions(newer, newer)).toBe(0)
})
