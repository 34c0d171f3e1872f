/** Faults between the engine and AWS: the migration ends as it does without them, and says what it waits for. */

import { describe, expect, it } from 'vitest'
import { wireFaultSchema } from '../src/twin/wire/wire-fault.ts'
import { migrateServed, useTestCredentials } from './wire-migration.ts'

useTestCredentials()

let calmOnce: ReturnType<typeof migrateServed> | undefined

/** What the ends are compared with; runs once. */
function calmRun(): ReturnType<typeof migrateServed> {
  calmOnce ??= migrateServed({ aws: 'over HTTP', kube: 'in process' })
  return calmOnce
}

/** A burst at the start and single ones over the whole run. */
function burstAndRain(kind: string, rest: object = {}) {
  return [
    wireFaultSchema.parse({ kind, count: 3, ...rest }),
    wireFaultSchema.parse({ kind, probability: 0.04, count: 12, ...rest }),
  ]
}

describe('a migration survives on the wire of AWS', () => {
  it.each([
    { name: 'connection resets', faults: burstAndRain('reset'), says: 'the connection was cut' },
    { name: 'answers lost to a reset', faults: burstAndRain('reset-after'), says: 'cut' },
    {
      name: 'errors of the server',
      faults: burstAndRain('server-error'),
      says: /HTTP 500|InternalFailure|InternalError|ServerException/,
    },
    {
      name: 'bad gateways',
      faults: burstAndRain('server-error', { status: 502 }),
      says: /HTTP 502|InternalFailure|InternalError|ServerException/,
    },
    { name: 'throttling', faults: burstAndRain('throttle'), says: /Throttl|RequestLimitExceeded/ },
    { name: 'truncated bodies', faults: burstAndRain('truncated-body'), says: 'cut' },
    {
      name: 'pages of a proxy',
      faults: burstAndRain('wrong-content-type'),
      says: 'is not one of AWS',
    },
    {
      name: 'answers without an end',
      faults: [wireFaultSchema.parse({ kind: 'never-ending', probability: 0.02, count: 4 })],
      callTimeoutMs: 150,
      says: 'no answer in time',
    },
    {
      name: 'slow answers that come too late',
      faults: [wireFaultSchema.parse({ kind: 'slow', delayMs: 400, probability: 0.02, count: 4 })],
      callTimeoutMs: 150,
      says: 'no answer in time',
    },
  ])('$name', async ({ callTimeoutMs, faults, says }) => {
    const calm = await calmRun()
    const shaken = await migrateServed({
      aws: 'over HTTP',
      kube: 'in process',
      wireFaults: faults,
      ...(callTimeoutMs === undefined ? {} : { callTimeoutMs }),
    })
    expect(shaken.report).toMatchObject({
      result: 'converged',
      blocked: [],
      oldGroupsRemaining: [],
      pods: { moved: calm.report.pods.moved, evictionsRefused: 0 },
    })
    expect(shaken.end).toEqual(calm.end)
    expect([...shaken.waits, ...shaken.decisions].some((text) => matches(text, says))).toBe(true)
  })

  it('a clock that is a quarter of an hour off', async () => {
    const calm = await calmRun()
    const wireFaults = [wireFaultSchema.parse({ kind: 'clock-skew' })]
    const shaken = await migrateServed({ aws: 'over HTTP', kube: 'in process', wireFaults })
    expect(shaken.report.result).toBe('converged')
    expect(shaken.end).toEqual(calm.end)
  })

  it.each([
    { kind: 'expired-credentials', code: 'unauthenticated' },
    { kind: 'unknown-credentials', code: 'unauthenticated' },
    { kind: 'access-denied', code: 'forbidden' },
  ])('$kind end it before anything was changed, with one clear failure', async ({ code, kind }) => {
    const wireFaults = [wireFaultSchema.parse({ kind })]
    const work = migrateServed({ aws: 'over HTTP', kube: 'in process', wireFaults })
    await expect(work).rejects.toMatchObject({ name: 'RegroupError', code })
    await expect(work).rejects.toThrow('eks:DescribeCluster')
  })
})

function matches(text: string, wanted: string | RegExp): boolean {
  return typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)
}
