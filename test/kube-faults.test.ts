/** Faults between the engine and the API server: the end is the same as without them, and it says what it waits for. */

import { describe, expect, it } from 'vitest'
import { mintEksToken } from '../src/aws/eks-token.ts'
import type { KubeConnection } from '../src/kube/config/connection.ts'
import type { Credentials } from '../src/kube/credentials/credentials.ts'
import { execCredentials } from '../src/kube/credentials/exec-plugin.ts'
import { mintedTokenCredentials } from '../src/kube/credentials/minted-token.ts'
import { servedAccessKeyId } from '../src/twin/wire/aws/served-keys.ts'
import { type KubeFault, kubeFaultSchema } from '../src/twin/wire/kube-fault.ts'
import { seededRandom } from '../src/world/random.ts'
import { systemClock } from '../src/world/system-clock.ts'
import { eksTokenUrl } from './served-cluster.ts'
import { connectionByFile, migrateServed, useTestCredentials, type Ways } from './wire-migration.ts'

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
  /** Absent = nothing is waited for. */
  readonly says?: RegExp
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
    probability: 0.2,
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
    probability: 0.3,
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
  },
  {
    name: 'a leader of etcd that changes',
    fault: { kind: 'server-error', status: 503 },
    says: /: the server is currently unable to handle the request/,
  },
]

/** e.g. `20261101T000000Z`. */
function signedNow(): string {
  const now = new Date(systemClock().nowMs()).toISOString()
  return `${now.slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}

/** Tokens of a program that the kubeconfig names; each has the number of its process in it. */
async function byPlugin(kubeconfig: string, minted: string[]): Promise<KubeConnection> {
  const connection = await connectionByFile(kubeconfig)
  const script = `printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"k8s-aws-v1.%s"}}' "$(printf '%s' "$URL&Run=$$" | base64 | tr -d '\\n=' | tr '+/' '-_')"`
  const credentials = execCredentials(
    {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'sh',
      args: ['-c', script],
      env: { URL: eksTokenUrl(servedAccessKeyId, signedNow()) },
      interactiveMode: 'Never',
      folder: '/',
    },
    { clock: systemClock(), env: process.env, isInteractive: false },
  )
  return { ...connection, credentials: noted(credentials, minted) }
}

/** Tokens made in process, a minute apart: within one second they would be the same. */
async function byMint(kubeconfig: string, minted: string[]): Promise<KubeConnection> {
  const connection = await connectionByFile(kubeconfig)
  const clock = systemClock()
  let count = 0
  const credentials = mintedTokenCredentials({
    clock,
    random: seededRandom('mint'),
    mint: (aheadMs) => {
      count += 1
      const nowMs = clock.nowMs() + aheadMs - count * 60_000
      return mintEksToken({
        clock: { ...clock, nowMs: () => nowMs },
        clusterName: 'tiny',
        region: 'eu-west-1',
        credentials: async () => ({ accessKeyId: servedAccessKeyId, secretAccessKey: 'secret' }),
      })
    },
  })
  return { ...connection, credentials: noted(credentials, minted) }
}

/** The same; every token that was ever used is noted once. */
function noted(credentials: Credentials, minted: string[]): Credentials {
  return {
    ...credentials,
    current: async () => {
      const credential = await credentials.current()
      const text = credential.authorization?.reveal() ?? ''
      if (!minted.includes(text)) minted.push(text)
      return credential
    },
  }
}

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
    if (says !== undefined) expect(said).toContainEqual(expect.stringMatching(says))
  })

  it.each([
    { name: 'a plugin of the kubeconfig', connect: byPlugin },
    { name: 'EKS', connect: byMint },
  ])('tokens of $name that run out: others are made', async ({ connect }) => {
    const calm = await calmRun()
    const run = { kind: 'expired-token', count: 1 } as const
    const kubeFaults = [0, 60, 120].map((skip) => kubeFaultSchema.parse({ ...run, skip }))
    const minted: string[] = []
    const shaken = await migrateServed({
      aws: 'in process',
      kube: 'over TLS',
      isTiny: true,
      kubeFaults,
      connect: (kubeconfig) => connect(kubeconfig, minted),
    })
    expect(shaken.report).toMatchObject({ result: 'converged', blocked: [] })
    expect(shaken.kubeHits).toEqual([1, 1, 1])
    expect(minted).toHaveLength(4)
    expect(shaken.report).toMatchObject({ result: 'converged', blocked: [] })
    expect(shaken.end).toEqual(calm.end)
    expect(shaken.judged).toMatchObject({ breaches: [], lostPods: [] })
  })

  it('tokens that nobody can renew end it with what is wrong', async () => {
    const kubeFaults = [kubeFaultSchema.parse({ kind: 'expired-token', skip: 40 })]
    const ways = { aws: 'in process', kube: 'over TLS', isTiny: true } as const
    const { report } = await migrateServed({ ...ways, kubeFaults })
    expect(report).toMatchObject({ result: 'failed', code: 'unauthenticated' })
    expect(report.message).toContain(
      'Unauthorized; the API server does not know these credentials: look at the user of the kubeconfig',
    )
  })

  it.each([{ skewMs: 3_600_000 }, { skewMs: -3_600_000 }])(
    'a server whose clock is off by $skewMs ms: tokens are made by its clock',
    async ({ skewMs }) => {
      const calm = await calmRun()
      const minted: string[] = []
      const shaken = await migrateServed({
        aws: 'in process',
        kube: 'over TLS',
        isTiny: true,
        kubeFaults: [kubeFaultSchema.parse({ kind: 'clock-skew', skewMs })],
        connect: (kubeconfig) => byMint(kubeconfig, minted),
      })
      expect(minted).toHaveLength(2)
      expect(shaken.report.result).toBe('converged')
      expect(shaken.end).toEqual(calm.end)
      expect(shaken.judged).toMatchObject({ breaches: [], lostPods: [] })
    },
  )

  it.each([{ clockOffMs: 900_000 }, { clockOffMs: -900_000 }])(
    'a machine of our own whose clock is off by $clockOffMs ms',
    async ({ clockOffMs }) => {
      const calm = await calmRun()
      const ways = { aws: 'in process', kube: 'over TLS', isTiny: true } as const
      const shaken = await migrateServed({ ...ways, clockOffMs })
      expect(shaken.report.result).toBe('converged')
      expect(shaken.end).toEqual(calm.end)
      expect(shaken.judged.lostPods).toEqual([])
      // The judge reads our lease by the world's clock: one that is behind seems to have run out.
      const others = shaken.judged.breaches.filter((one) => one.name !== 'lease-held')
      expect(others).toEqual([])
    },
  )
})

describe('a lease that someone takes in mid-run', () => {
  it('ends the run: nothing more is written, and the report says who has it', async () => {
    const ways = { aws: 'in process', kube: 'over TLS', isTiny: true } as const
    const taking = { kind: 'lease-taken', resource: 'pods/eviction', count: 1, holder: 'her' }
    const { judged, report, writes } = await migrateServed({
      ...ways,
      kubeFaults: [kubeFaultSchema.parse(taking)],
    })
    expect(report).toMatchObject({ result: 'failed', code: 'lease-lost' })
    expect(report.message).toBe('her has taken the lease of the cluster; nothing more is written')
    const taken = writes.findIndex((one) => one.user === 'her')
    const { atMs = 0 } = writes[taken] ?? {}
    // The lease is renewed every 15 s: that is how we learn of it.
    const ours = writes.filter(({ code, user }) => user === 'kubernetes-admin' && code < 300)
    expect(ours.length).toBeGreaterThan(5)
    expect(ours.filter((one) => one.atMs > atMs + 17_000)).toEqual([])
    expect(judged.lostPods).toEqual([])
  })
})
