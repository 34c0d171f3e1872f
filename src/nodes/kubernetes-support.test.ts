import { describe, expect, it } from 'vitest'
import { supportStatus, supportTable, supportTableAsOf } from './kubernetes-support.ts'

function row(version: string) {
  const found = supportTable.find((one) => one.version === version)
  if (found === undefined) throw new Error(version)
  return found
}

describe('supportStatus', () => {
  it.each([
    ['1.34', '2025-01-01', 'not released'],
    ['1.34', '2026-12-02', 'standard'],
    ['1.34', '2026-12-03', 'extended'],
    ['1.31', '2026-11-26', 'extended'],
    ['1.31', '2026-11-27', 'gone'],
    ['1.30', '2026-11-26', 'gone'],
  ])('%s on %s: %s', (version, day, status) => {
    expect(supportStatus(row(version), Date.parse(day))).toBe(status)
  })

  it('says nothing without dates', () => {
    const unknown = { ...row('1.34'), endOfStandardSupport: undefined }
    expect(supportStatus(unknown, Date.parse('2026-11-26'))).toBe('unknown')
  })
})

it('the table is dated, newest first, and marks what was inferred', () => {
  expect(supportTableAsOf).toMatch(/^\d{4}-\d{2}-\d{2}$/)
  const minors = supportTable.map(({ version }) => Number(version.slice(2)))
  expect(minors).toEqual([...minors].sort((a, b) => b - a))
  expect(supportTable.some(({ isVerified }) => !isVerified)).toBe(true)
})
