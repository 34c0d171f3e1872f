/** Faults between the engine and the API server: the migration ends as it does without them, and says what it waits for. */

import { describe, expect, it } from 'vitest'
import { type KubeFault, kubeFaultSchema } from '../src/twin/wire/kube-fault.ts'
import { migrateServed, useTestCredentials, type Ways } from './wire-migration.ts'

useTestCredentials()

let calmOnce: ReturnType<typeof migrateServed> | undefined

/** What the ends are compared with; runs once. */
function calmRun(): ReturnType<typeof migrateServed> {
  calmOnce ??= migrateServed({ aws: 'in process', kube: 'over TLS', isTiny: true })
  return calmOnce
}

type Fault = Partial<KubeFault> & Pick<KubeFault, 'kind'>

/** What a fault does to a migration, and what is said meanwhile. */
interface Trial {
  readonly name: string
  readonly fault: Fault
  /** Hits at once from the start. @default 2 */
  readonly burst?: number
  /** Hits over the whole run at most, and how likely each is. @default 8, 0.05 */
  readonly rain?: number
  readonly probability?: number
  readonly kubeOptions?: Ways['kubeOptions']
  readonly says: RegExp
}

const trials: readonly Trial[] = [
  {
    name: 'watches cut in the middle of an object',
    fault: { kind: 'truncated', verb: 'watch', eventCount: 1 },
    burst: 4,
    probability: 0.3,
    says: /waiting for the Kubernetes API of tiny: watch \w+.*: the connection was cut/,
  },
  {
    name: 'lists cut in the middle',
    fault: { kind: 'truncated', verb: 'list' },
    says: /waiting for the Kubernetes API of tiny: list \w+/,
  },
  {
    name: 'connections cut before anything happened',
    fault: { kind: 'reset' },
    says: /waiting for the Kubernetes API of tiny: /,
  },
  {
    name: 'answers lost to a cut',
    fault: { kind: 'reset-after' },
    says: /waiting for the Kubernetes API of tiny: /,
  },
  {
    name: 'watches that are half open',
    fault: { kind: 'half-open', verb: 'watch', eventCount: 2 },
    rain: 2,
    kubeOptions: { watchIdleMsMax: 150 },
    says: /watch \w+.*: nothing was heard for 0.1 s; it is opened anew/,
  },
  {
    name: 'calls that are half open',
    fault: { kind: 'half-open' },
    rain: 3,
    kubeOptions: { callTimeoutMs: 150, watchIdleMsMax: 150 },
    says: /did not answer within 0.15 s/,
  },
  {
    name: 'writes whose answer never comes',
    fault: { kind: 'half-open-after', verb: 'patch' },
    rain: 3,
    kubeOptions: { callTimeoutMs: 150 },
    says: /patch Node .*did not answer within 0.15 s/,
  },
  {
    name: 'flow control with Retry-After',
    fault: { kind: 'flow-control', retryAfterSeconds: 2 },
    says: /its flow control asks for \d.\d s without calls/,
  },
  {
    name: 'errors of the server on evictions',
    fault: { kind: 'server-error', resource: 'pods/eviction' },
    probability: 0.2,
    says: /create Pod .*\/eviction: Internal error occurred: etcdserver: leader changed/,
  },
  {
    name: 'lists that take long',
    fault: { kind: 'slow', verb: 'list', delayMs: 120 },
    rain: 4,
    kubeOptions: { slowAnswerMs: 40 },
    says: /list \w+.*: no answer yet; it is given up in \d+\.\d s/,
  },
  {
    name: 'a webhook that denies evictions',
    fault: { kind: 'webhook-denied', resource: 'pods/eviction' },
    probability: 0.2,
    says: /was not evicted: admission webhook "guard.example.com" denied the request: not now/,
  },
  {
    name: 'a webhook that denies changes of nodes',
    fault: { kind: 'webhook-denied', resource: 'nodes', verb: 'patch' },
    probability: 0.2,
    says: /admission webhook "guard.example.com" denied the request: not now/,
  },
  {
    name: 'a webhook of evictions that does not answer in time',
    fault: { kind: 'webhook-timeout', resource: 'pods/eviction', delayMs: 20 },
    probability: 0.2,
    says: /was not evicted: Internal error occurred: failed calling webhook .*deadline exceeded/,
  },
  {
    name: 'a webhook of nodes that does not answer in time',
    fault: { kind: 'webhook-timeout', resource: 'nodes', verb: 'patch', delayMs: 20 },
    probability: 0.2,
    says: /patch Node .*: Internal error occurred: failed calling webhook .*deadline exceeded/,
  },
  {
    name: 'a server that restarts and has lost its watch cache',
    fault: { kind: 'restart', downMs: 20_000, skip: 30 },
    burst: 1,
    rain: 3,
    probability: 0.01,
    says: /: nothing listens there/,
  },
  {
    name: 'versions that are too old, on watches and between pages',
    fault: { kind: 'expired-version' },
    probability: 0.5,
    says: /./,
  },
  {
    name: 'a leader of etcd that changes',
    fault: { kind: 'server-error', status: 503 },
    says: /: the server is currently unable to handle the request/,
  },
]

describe('a migration survives before the API server', () => {
  // Each kind in both ways at once: a burst that the world brings, single ones by the control endpoint.
  it.each(trials)('$name', async ({ burst = 2, fault, kubeOptions, probability, rain, says }) => {
    const calm = await calmRun()
    const shaken = await migrateServed({
      aws: 'in process',
      kube: 'over TLS',
      isTiny: true,
      kubeFaults: [kubeFaultSchema.parse({ ...fault, count: burst })],
      controlKubeFaults: [
        kubeFaultSchema.parse({ ...fault, count: rain ?? 8, probability: probability ?? 0.05 }),
      ],
      ...(kubeOptions === undefined ? {} : { kubeOptions }),
    })
    const said = [...shaken.waits, ...shaken.decisions]
    console.log(
      shaken.kubeHits,
      shaken.report.seconds,
      calm.report.seconds,
      said.filter((l) => /waiting for the K/.test(l)).slice(0, 6),
      shaken.judged.breaches,
      shaken.report.message,
    )
    expect(shaken.report).toMatchObject({
      result: 'converged',
      blocked: [],
      oldGroupsRemaining: [],
    })
    expect(shaken.end).toEqual(calm.end)
    expect(shaken.judged).toMatchObject({ breaches: [], lostPods: [] })
    expect(shaken.judged.checkedCount).toBeGreaterThan(300)
    expect(shaken.kubeHits[0]).toBe(burst)
    expect(shaken.kubeHits[1]).toBeGreaterThan(0)
    expect(said).toContainEqual(expect.stringMatching(says))
  })
})
