/** Faults between the engine and AWS: the migration ends as it does without them, and says what it waits for. */

import { describe, expect, it } from 'vitest'
import { type WireFault, wireFaultSchema } from '../src/twin/wire/wire-fault.ts'
import { migrateServed, useTestCredentials } from './wire-migration.ts'

useTestCredentials()

let calmOnce: ReturnType<typeof migrateServed> | undefined

/** What the ends are compared with; runs once. */
function calmRun(): ReturnType<typeof migrateServed> {
  calmOnce ??= migrateServed({ aws: 'over HTTP', kube: 'in process' })
  return calmOnce
}

/** What a fault does to a migration, and what the AWS port says meanwhile. */
interface Trial {
  readonly name: string
  readonly fault: Partial<WireFault> & Pick<WireFault, 'kind'>
  /** Hits at once at the start, hits over the whole run. @default 3 and 12 */
  readonly burst?: number
  readonly rain?: number
  readonly callTimeoutMs?: number
  readonly slowAnswerMs?: number
  readonly says: RegExp
}

const trials: readonly Trial[] = [
  { name: 'connection resets', fault: { kind: 'reset' }, says: /: the connection was cut/ },
  {
    name: 'answers lost to a reset',
    fault: { kind: 'reset-after' },
    says: /: the connection was cut/,
  },
  {
    name: 'errors of the server',
    fault: { kind: 'server-error' },
    says: /: (?:HTTP 500 )?InternalFailure: An internal error/,
  },
  {
    name: 'bad gateways',
    fault: { kind: 'server-error', status: 502 },
    says: /: (?:HTTP 502 )?InternalFailure: An internal error/,
  },
  {
    name: 'throttling',
    fault: { kind: 'throttle' },
    burst: 4,
    says: /: (?:Throttling|ThrottlingException|RequestLimitExceeded): /,
  },
  { name: 'truncated bodies', fault: { kind: 'truncated-body' }, says: /: the connection was cut/ },
  {
    name: 'oversized bodies',
    fault: { kind: 'oversized-body' },
    burst: 2,
    rain: 3,
    says: /: an answer of more than 64 MiB is not one of AWS: is something else at the endpoint\?/,
  },
  {
    name: 'pages of a proxy',
    fault: { kind: 'wrong-content-type' },
    says: /: the answer \(HTTP 200\) is not one of AWS: is something else at the endpoint\?/,
  },
  {
    name: 'answers without an end',
    fault: { kind: 'never-ending' },
    burst: 2,
    rain: 3,
    callTimeoutMs: 150,
    says: /: no answer in time/,
  },
  {
    name: 'slow answers that come too late',
    fault: { kind: 'slow', delayMs: 400 },
    burst: 2,
    rain: 3,
    callTimeoutMs: 150,
    says: /: no answer in time/,
  },
  {
    name: 'slow answers',
    fault: { kind: 'slow', delayMs: 150 },
    burst: 2,
    rain: 3,
    slowAnswerMs: 50,
    says: /: no answer yet/,
  },
  {
    name: 'credentials that are expired for a while',
    fault: { kind: 'expired-credentials' },
    burst: 2,
    rain: 3,
    says: /: ExpiredToken(?:Exception)?: .*; asking for new credentials/,
  },
]

describe('a migration survives on the wire of AWS', () => {
  // Each kind in both ways at once: a burst that the world brings, single ones by the control endpoint.
  it.each(trials)('$name', async ({ burst = 3, fault, name: _, rain = 12, says, ...times }) => {
    const calm = await calmRun()
    const shaken = await migrateServed({
      aws: 'over HTTP',
      kube: 'in process',
      wireFaults: [wireFaultSchema.parse({ ...fault, count: burst })],
      controlFaults: [wireFaultSchema.parse({ ...fault, probability: 0.04, count: rain })],
      ...times,
    })
    expect(shaken.report).toMatchObject({
      result: 'converged',
      blocked: [],
      oldGroupsRemaining: [],
      pods: { moved: calm.report.pods.moved, evictionsRefused: 0 },
    })
    expect(shaken.end).toEqual(calm.end)
    expect(shaken.hits[0]).toBe(burst)
    expect(shaken.hits[1]).toBeGreaterThan(0)
    expect(shaken.waits).toContainEqual(expect.stringMatching(says))
    expect(shaken.judged.breaches).toEqual([])
    expect(shaken.judged.checkedCount).toBeGreaterThan(1000)
  })

  it.each(['wireFaults', 'controlFaults'] as const)(
    'a clock that is a quarter of an hour off, set by %s',
    async (way) => {
      const calm = await calmRun()
      const faults = { [way]: [wireFaultSchema.parse({ kind: 'clock-skew' })] }
      const shaken = await migrateServed({ aws: 'over HTTP', kube: 'in process', ...faults })
      expect(shaken.report.result).toBe('converged')
      expect(shaken.end).toEqual(calm.end)
      expect(shaken.waits).toContainEqual(expect.stringMatching(/: \w+: Signature expired: /))
      expect(shaken.judged.breaches).toEqual([])
    },
  )

  const refusals = [
    { kind: 'expired-credentials', code: 'unauthenticated' },
    { kind: 'unknown-credentials', code: 'unauthenticated' },
    { kind: 'access-denied', code: 'forbidden' },
  ] as const
  it.each(
    refusals.flatMap((one) => [
      { ...one, way: 'wireFaults' },
      { ...one, way: 'controlFaults' },
    ]),
  )('$kind for good, by $way: ends before anything was changed', async ({ code, kind, way }) => {
    const faults = { [way]: [wireFaultSchema.parse({ kind })] }
    const work = migrateServed({ aws: 'over HTTP', kube: 'in process', ...faults })
    await expect(work).rejects.toMatchObject({ name: 'RegroupError', code })
    await expect(work).rejects.toThrow('eks:DescribeCluster')
  })

  it('the judge sees what an engine on the wire does wrong', async () => {
    const { judged } = await migrateServed({
      aws: 'over HTTP',
      kube: 'in process',
      isSplit: true,
    })
    expect(judged.breaches.map((one) => one.name)).toContain('lease-held')
  })
})
