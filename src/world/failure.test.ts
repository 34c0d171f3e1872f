import { describe, expect, it } from 'vitest'
import { AssertionError, assert, unreachable } from './assert.ts'
import { type FailureCode, isFailure, RegroupError } from './failure.ts'
import { hash32, seededRandom } from './random.ts'

describe('RegroupError', () => {
  const rows: readonly { code: FailureCode; retry: 'never' | 'backoff' }[] = [
    { code: 'throttled', retry: 'backoff' },
    { code: 'unavailable', retry: 'backoff' },
    { code: 'timeout', retry: 'backoff' },
    { code: 'connection', retry: 'backoff' },
    { code: 'in-use', retry: 'backoff' },
    { code: 'not-found', retry: 'never' },
    { code: 'already-exists', retry: 'never' },
    { code: 'conflict', retry: 'never' },
    { code: 'invalid', retry: 'never' },
    { code: 'limit-exceeded', retry: 'never' },
    { code: 'forbidden', retry: 'never' },
    { code: 'unauthenticated', retry: 'never' },
    { code: 'expired', retry: 'never' },
    { code: 'lease-lost', retry: 'never' },
    { code: 'aborted', retry: 'never' },
    { code: 'unknown', retry: 'never' },
  ]
  it.each(rows)('$code is worth another try: $retry', ({ code, retry }) => {
    expect(new RegroupError(code, 'no').retry).toBe(retry)
  })

  it('keeps the hint that the server gave, the cause and the context', () => {
    const cause = new Error('socket hang up')
    const error = new RegroupError('throttled', 'slow down', {
      retry: { afterMs: 7000 },
      cause,
      context: { operation: 'eks:DescribeCluster', httpStatus: 429 },
    })
    expect(error.retry).toEqual({ afterMs: 7000 })
    expect(error.cause).toBe(cause)
    expect(error.context).toEqual({ operation: 'eks:DescribeCluster', httpStatus: 429 })
    expect(error).toMatchObject({ name: 'RegroupError', message: 'slow down' })
  })

  it('is told apart by class and code', () => {
    const error = new RegroupError('conflict', 'changed meanwhile')
    expect(isFailure(error)).toBe(true)
    expect(isFailure(error, 'conflict')).toBe(true)
    expect(isFailure(error, 'not-found')).toBe(false)
    expect(isFailure(new Error('conflict'), 'conflict')).toBe(false)
    expect(isFailure(undefined)).toBe(false)
  })
})

describe('assert', () => {
  it('lets what holds pass and throws the invariant in words', () => {
    expect(() => assert(1, 'one is true')).not.toThrow()
    expect(() => assert('', 'a name is never empty')).toThrow(AssertionError)
    expect(() => assert('', 'a name is never empty')).toThrow('a name is never empty')
  })

  it('is never mistaken for a failure of the world', () => {
    expect(isFailure(new AssertionError('a bug'))).toBe(false)
  })

  it('throws for a case that types exclude', () => {
    expect(() => unreachable({ kind: 'new' } as never)).toThrow('unexpected value {"kind":"new"}')
  })
})

describe('seededRandom', () => {
  it('gives equal streams for equal seeds and others for others', () => {
    const take = (seed: string): number[] => {
      const random = seededRandom(seed)
      return Array.from({ length: 50 }, () => random.next())
    }
    expect(take('a')).toEqual(take('a'))
    expect(take('a')).not.toEqual(take('b'))
  })

  it('stays in [0, 1) and fills it evenly', () => {
    const random = seededRandom('spread')
    const counts = new Array<number>(10).fill(0)
    for (let index = 0; index < 10_000; index += 1) {
      const value = random.next()
      expect(value).toBeGreaterThanOrEqual(0)
      expect(value).toBeLessThan(1)
      counts[Math.floor(value * 10)]! += 1
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })

  it('never changes its first numbers: replays of old seeds depend on them', () => {
    const random = seededRandom('regroup')
    expect([random.next(), random.next(), random.next()]).toMatchInlineSnapshot(`
      [
        0.09101879666559398,
        0.09059796086512506,
        0.9867788979317993,
      ]
    `)
    expect(hash32('')).toBe(0x811c9dc5)
    expect(hash32('a')).toBe(0xe40c292c)
    expect(hash32('foobar')).toBe(0xbf9cf968)
  })
})
