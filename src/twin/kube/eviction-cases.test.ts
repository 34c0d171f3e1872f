/** Every case of data/eviction-cases.json against the twin's eviction. */

import { describe, expect, it } from 'vitest'
import table from '../../../data/eviction-cases.json' with { type: 'json' }
import {
  type BareCluster,
  bareCluster,
  budgetOf,
  namespace,
  type PodSeed,
  seedBudget,
  seedDeployment,
  seedOwner,
  seedPod,
  seedPods,
} from '../../../test/bare-cluster.ts'
import type { Pod } from '../../world/kube-objects.ts'
import type { EvictionRequest, StatusAnswer } from '../contracts.ts'

interface Row {
  readonly id: string
  readonly title: string
  readonly request: { readonly verb: string }
  readonly response: {
    readonly code?: number | string
    readonly status?: string | null
    readonly reason?: string | null
    readonly message?: string | null
    readonly causes?: readonly { readonly reason?: string; readonly message: string }[]
    readonly retryAfter?: number | null
    readonly details?: Readonly<Record<string, string>>
    readonly noDetails?: boolean
    readonly pdbStatus?: Readonly<Record<string, unknown>>
    readonly event?: string
  }
}

const rows = table.rows as unknown as readonly Row[]

/**
 * Where the twin differs from the measured server, and why. Everything else of a row is compared.
 */
const deviations: Readonly<Record<string, string>> = {
  'EV-13':
    'The twin is synchronous: nothing can change between its read and its delete. Both orders are tested.',
  'EV-19': 'The same; the variant with a wrong uid, which takes the same path, is tested.',
  'EV-27':
    'Requests of one instant do not conflict in the twin, so no answer is late and all losers get the bare cause.',
  'EV-28': 'The pods go 2 s after the namespace began to end; the server says "a few seconds".',
  'EV-30': 'Host and timeout in the text are fixed.',
  'EV-31': 'Only the answer: the headers of priority and fairness belong to the wire.',
  'EV-32': 'No kubelet makes the mirror pod again; the engine never evicts one.',
  'EV-37': 'The event does not print the selector.',
  'EV-46': 'Discovery belongs to the wire; what a client then sends, a plain DELETE, is tested.',
}

const podName = 'web-1'
const sent: EvictionRequest = {}

function evict(bare: BareCluster, request: EvictionRequest = sent, name = podName): StatusAnswer {
  return bare.cluster.server.evict({ namespace, name }, request, 'tester')
}

function podOf(bare: BareCluster, name = podName): Pod | undefined {
  return bare.cluster.store.get('Pod', namespace, name)
}

function paused(): BareCluster {
  const bare = bareCluster()
  bare.cluster.disruption.isPaused = true
  return bare
}

/** The answer's parts in the form of the table. */
function expectAnswer(
  answer: StatusAnswer,
  { response }: Row,
  values: Readonly<Record<string, string>>,
): void {
  const fill = <T>(value: T): T =>
    JSON.parse(
      JSON.stringify(value ?? null).replace(/\{(\w+)\}/g, (whole, name: string) =>
        values[name] === undefined ? whole : JSON.stringify(values[name]).slice(1, -1),
      ),
    ) as T
  const { causes = [], retryAfterSeconds, ...details } = answer.details ?? {}
  expect(answer.code).toBe(response.code)
  if (response.status !== null) expect(answer.status).toBe(response.status)
  expect(answer.reason ?? null).toBe(response.reason)
  expect(answer.message ?? null).toBe(fill(response.message))
  expect(causes).toEqual(fill(response.causes))
  expect(retryAfterSeconds ?? null).toBe(response.retryAfter)
  if (response.noDetails === true) expect(answer.details).toBeUndefined()
  expect(details).toEqual(response.details === undefined ? {} : fill(response.details))
}

/** Gracefully deleted with the condition of an eviction. */
function expectDeleted(bare: BareCluster, graceSeconds = 30): void {
  const pod = podOf(bare)
  expect(pod?.metadata.deletionGracePeriodSeconds).toBe(graceSeconds)
  expect(Date.parse(pod?.metadata.deletionTimestamp ?? '')).toBe(
    Math.floor(bare.kernel.nowMs() / 1000) * 1000 + graceSeconds * 1000,
  )
  expect(pod?.status?.conditions?.find((one) => one.type === 'DisruptionTarget')).toMatchObject({
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  })
}

function expectNothing(bare: BareCluster, before: unknown): void {
  expect(snapshot(bare)).toEqual(before)
}

function snapshot({ cluster }: BareCluster): unknown {
  return [cluster.store.list('Pod'), cluster.store.list('PodDisruptionBudget')]
}

/** How a row is set up and what must be true afterwards; `none` means that nothing changed. */
interface Scene {
  readonly arrange: (bare: BareCluster) => void
  readonly request?: EvictionRequest
  readonly values?: Readonly<Record<string, string>>
  readonly effect: 'deleted' | 'gone' | 'none' | ((bare: BareCluster, before: unknown) => void)
  readonly isControllerRunning?: boolean
}

const unready: PodSeed = { isReady: false }
const exhausted = { currentHealthy: 2, desiredHealthy: 2 }
const twoBudgets = (bare: BareCluster): void => {
  seedBudget(bare, { name: 'a', status: {} })
  seedBudget(bare, { name: 'b', status: {} })
}
const condition = (reason: string, message: string) => ({
  conditions: [{ type: 'DisruptionAllowed', status: 'False', reason, message }],
})
const charged = (bare: BareCluster): void => {
  expect(budgetOf(bare).status).toMatchObject({ disruptionsAllowed: 0 })
  expect(Object.keys(budgetOf(bare).status?.disruptedPods ?? {})).toEqual([podName])
}
const notCharged = (bare: BareCluster, before: unknown): void => {
  const [, budgets] = before as [unknown, unknown]
  expect(bare.cluster.store.list('PodDisruptionBudget')).toEqual(budgets)
}
const many = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`p-${index}`, '2026-09-01T08:00:00Z']),
  )

const scenes: Readonly<Record<string, Scene>> = {
  'EV-01': { arrange: (bare) => void seedPod(bare), effect: 'deleted' },
  'EV-02': {
    arrange: (bare) => {
      seedPod(bare)
      seedBudget(bare, { status: { disruptionsAllowed: 1, currentHealthy: 3, desiredHealthy: 2 } })
    },
    effect: (bare) => {
      expectDeleted(bare)
      charged(bare)
      expect(budgetOf(bare).status?.conditions).toMatchObject([
        { type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods' },
      ])
      expect(budgetOf(bare).status?.currentHealthy).toBe(3)
      seedPod(bare, { name: 'web-2' })
      expect(evict(bare, sent, 'web-2').details?.causes?.[0]?.message).toBe(
        'The disruption budget web does not allow evicting pods currently',
      )
    },
  },
  'EV-03': {
    arrange: (bare) => {
      seedPod(bare)
      seedBudget(bare, { status: exhausted })
    },
    effect: 'none',
  },
  'EV-04': {
    arrange: (bare) => {
      seedPod(bare)
      seedBudget(bare, { status: { ...exhausted, ...condition('SyncFailed', 'no scale') } })
    },
    values: { message: 'no scale' },
    effect: 'none',
  },
  'EV-05': {
    arrange: (bare) => {
      seedPod(bare)
      const status = { currentHealthy: 3, desiredHealthy: 2, ...condition('Why', 'because') }
      seedBudget(bare, { status })
    },
    values: { reason: 'Why', message: 'because' },
    effect: 'none',
  },
  'EV-06': {
    arrange: (bare) => {
      seedPod(bare)
      seedBudget(bare, { status: { disruptionsAllowed: 1, observedGeneration: 0 } })
    },
    effect: 'none',
  },
  'EV-07': {
    arrange: (bare) => {
      seedPod(bare)
      seedBudget(bare, { status: { disruptionsAllowed: -1 } })
    },
    effect: 'none',
  },
  'EV-08': {
    arrange: (bare) => {
      seedPod(bare)
      seedBudget(bare, { status: { disruptionsAllowed: 1, disruptedPods: many(2001) } })
    },
    effect: 'none',
  },
  'EV-09': {
    arrange: (bare) => {
      seedPod(bare)
      twoBudgets(bare)
    },
    effect: (bare, before) => {
      expectNothing(bare, before)
      expect(evict(bare, { queryDryRun: ['All'] }).code).toBe(500)
    },
  },
  'EV-10': {
    arrange: (bare) => {
      seedPod(bare, { phase: 'Pending' })
      twoBudgets(bare)
    },
    effect: 'deleted',
  },
  'EV-11': {
    arrange: (bare) => {
      seedPod(bare, { ...unready, phase: 'Succeeded' })
      seedBudget(bare, { status: exhausted })
    },
    effect: 'gone',
  },
  'EV-12': {
    arrange: (bare) => {
      seedPod(bare, { ...unready, phase: 'Pending', isBound: false })
      seedBudget(bare, { status: exhausted })
    },
    request: { deleteOptions: { gracePeriodSeconds: 60 } },
    effect: 'gone',
  },
  'EV-14': {
    arrange: (bare) => {
      seedPod(bare)
      seedBudget(bare, { status: exhausted })
      bare.cluster.server.delete('Pod', { namespace, name: podName }, {}, 'tester')
    },
    effect: (bare) => {
      const end = () => Date.parse(podOf(bare)?.metadata.deletionTimestamp ?? '')
      const firstEnd = end()
      expectDeleted(bare)
      for (const [grace, seconds] of [
        [300, 30],
        [5, 5],
        [20, 5],
        [300, 5],
      ] as const) {
        expect(evict(bare, { deleteOptions: { gracePeriodSeconds: grace } }).code).toBe(201)
        expect(end()).toBe(firstEnd - (30 - seconds) * 1000)
      }
    },
  },
  'EV-15': {
    arrange: (bare) => {
      seedPod(bare, unready)
      seedBudget(bare, { status: { ...exhausted, observedGeneration: 0 } })
    },
    effect: (bare, before) => {
      expectDeleted(bare)
      notCharged(bare, before)
    },
  },
  'EV-16': {
    arrange: (bare) => {
      seedPod(bare, unready)
      seedBudget(bare, { status: { currentHealthy: 1, desiredHealthy: 2 } })
    },
    values: { n: '2', m: '1' },
    effect: 'none',
  },
  'EV-17': {
    arrange: (bare) => {
      seedPod(bare, unready)
      const spec = { unhealthyPodEvictionPolicy: 'AlwaysAllow' as const }
      seedBudget(bare, { spec, status: { currentHealthy: 1, desiredHealthy: 2 } })
    },
    effect: (bare, before) => {
      expectDeleted(bare)
      notCharged(bare, before)
    },
  },
  'EV-18': {
    arrange: (bare) => {
      seedPod(bare)
      const spec = { unhealthyPodEvictionPolicy: 'AlwaysAllow' as const }
      seedBudget(bare, { spec, status: exhausted })
    },
    values: { n: '2', m: '2' },
    effect: 'none',
  },
  'EV-19': {
    arrange: (bare) => {
      seedPod(bare, unready)
      seedBudget(bare, { status: exhausted })
    },
    request: { deleteOptions: { preconditions: { uid: 'of-another-pod' } } },
    effect: 'none',
  },
  'EV-20': {
    arrange: (bare) => {
      seedPod(bare, unready)
      seedBudget(bare, { spec: { minAvailable: 0 }, status: {} })
    },
    effect: 'none',
  },
  'EV-21': { arrange: () => undefined, effect: 'none' },
  'EV-22': {
    arrange: (bare) => void seedPod(bare),
    request: { bodyName: 'other' },
    effect: 'none',
  },
  'EV-23': {
    arrange: (bare) => {
      seedPod(bare, { uid: 'b' })
      seedBudget(bare, { status: { disruptionsAllowed: 1, currentHealthy: 1 } })
    },
    request: { deleteOptions: { preconditions: { uid: 'a' } } },
    values: { given: 'a', uid: 'b' },
    effect: (bare) => {
      expect(podOf(bare)?.metadata.deletionTimestamp).toBeUndefined()
      charged(bare)
    },
  },
  'EV-24': {
    arrange: (bare) => {
      seedPod(bare)
      seedBudget(bare, { status: { disruptionsAllowed: 1, currentHealthy: 1 } })
    },
    request: { deleteOptions: { preconditions: { resourceVersion: '1' } } },
    values: { given: '1', resourceVersion: '3' },
    effect: (bare) => {
      expect(podOf(bare)?.metadata.deletionTimestamp).toBeUndefined()
      charged(bare)
    },
  },
  'EV-25': {
    arrange: (bare) => {
      seedPod(bare)
      seedBudget(bare, { status: { disruptionsAllowed: 1, currentHealthy: 1 } })
    },
    request: { queryDryRun: ['All'] },
    effect: (bare, before) => {
      for (let turn = 0; turn < 3; turn += 1) {
        expect(evict(bare, { deleteOptions: { dryRun: ['All'] } }).code).toBe(201)
      }
      expectNothing(bare, before)
    },
  },
  'EV-26': {
    arrange: (bare) => void seedPod(bare),
    request: { queryDryRun: ['All'], deleteOptions: { dryRun: ['All', 'All'] } },
    values: { content: 'All All' },
    effect: 'none',
  },
  'EV-28': {
    arrange: (bare) => {
      seedPod(bare)
      bare.cluster.server.delete('Namespace', { name: namespace }, {}, 'tester')
    },
    effect: (bare, before) => {
      expectNothing(bare, before)
      bare.advance(3000)
      expect(podOf(bare)?.metadata.deletionTimestamp).toBeDefined()
      expect(podOf(bare)?.status?.conditions?.map((one) => one.type)).toEqual(['Ready'])
    },
  },
  'EV-29': {
    arrange: (bare) => {
      seedPod(bare)
      bare.cluster.server.evictionRules.webhooks.push(webhook('deny', 'not today'))
    },
    values: { webhook: 'w.example', message: 'not today' },
    effect: 'none',
  },
  'EV-30': {
    arrange: (bare) => {
      seedPod(bare)
      bare.cluster.server.evictionRules.webhooks.push(webhook('down', ''))
    },
    values: {
      webhook: 'w.example',
      url: 'https://w.example/hook',
      t: '5',
      host: '10.100.0.1',
      port: '443',
    },
    effect: 'none',
  },
  'EV-31': {
    arrange: (bare) => {
      seedPod(bare)
      bare.cluster.server.evictionRules.isOverloaded = true
    },
    effect: 'none',
  },
  'EV-32': {
    arrange: (bare) => {
      seedPod(bare, { annotations: { 'kubernetes.io/config.mirror': 'hash' } })
    },
    effect: 'deleted',
  },
  'EV-33': {
    arrange: (bare) => {
      seedPod(bare)
      seedBudget(bare, { status: { disruptionsAllowed: 1, currentHealthy: 1 } })
    },
    request: { deleteOptions: { gracePeriodSeconds: 0 } },
    effect: (bare) => {
      expect(podOf(bare)).toBeUndefined()
      charged(bare)
      bare.cluster.disruption.isPaused = false
      bare.cluster.disruption.syncAll()
      expect(budgetOf(bare).status?.disruptedPods).toBeUndefined()
    },
  },
  'EV-34': {
    arrange: (bare) => void seedPod(bare, { finalizers: ['example.com/keep'] }),
    effect: (bare) => {
      expectDeleted(bare)
      const ref = { namespace, name: podName }
      bare.cluster.server.delete('Pod', ref, { gracePeriodSeconds: 0 }, 'kubelet')
      expect(podOf(bare)?.metadata.deletionGracePeriodSeconds).toBe(0)
      const patch = { type: 'merge' as const, body: { metadata: { finalizers: null } } }
      bare.cluster.server.patch('Pod', ref, patch, 'owner')
      expect(podOf(bare)).toBeUndefined()
    },
  },
  'EV-35': {
    arrange: (bare) => {
      seedPods(bare, 2, { name: 'web' })
      seedBudget(bare, { spec: { selector: {}, minAvailable: 2 } })
      bare.advance(100)
    },
    isControllerRunning: true,
    effect: 'none',
  },
}

function webhook(behaviour: 'deny' | 'down', message: string) {
  const url = 'https://w.example/hook'
  return { name: 'w.example', behaviour, failurePolicy: 'Fail' as const, message, url }
}

/** What a budget over some pods comes to: rows that only look at the status. */
const statusScenes: Readonly<Record<string, (bare: BareCluster) => void>> = {
  'EV-36': (bare) => {
    seedPods(bare, 2, { owner: seedOwner(bare, 'Job') })
    seedBudget(bare, { spec: { maxUnavailable: 1 } })
  },
  'EV-37': (bare) => {
    seedPods(bare, 3)
    seedBudget(bare, { spec: { maxUnavailable: 1 } })
  },
  'EV-38': (bare) => {
    seedPods(bare, 3)
    seedBudget(bare, { spec: { minAvailable: 1 } })
  },
  'EV-39': (bare) => {
    seedPods(bare, 3, { owner: seedDeployment(bare, { replicas: 3 }) })
    seedBudget(bare, { spec: { maxUnavailable: '30%' } })
  },
  'EV-40': (bare) => {
    seedPods(bare, 3, { owner: seedDeployment(bare, { replicas: 3 }) })
    seedBudget(bare, { spec: { minAvailable: '50%' } })
  },
  'EV-41': (bare) => {
    seedPods(bare, 1, { owner: seedDeployment(bare, { replicas: 1 }) })
    seedBudget(bare, { spec: { minAvailable: '50%' } })
  },
  'EV-42': (bare) => {
    seedPods(bare, 3, { owner: seedDeployment(bare, { name: 'one', replicas: 3 }) })
    seedPods(bare, 2, { owner: seedDeployment(bare, { name: 'two', replicas: 2 }) })
    seedBudget(bare, { spec: { maxUnavailable: 1 } })
  },
  'EV-43': (bare) => {
    const deployment = seedOwner(bare, 'Deployment', { replicas: 3 })
    const old = seedOwner(bare, 'ReplicaSet', { name: 'old', replicas: 3, owner: deployment })
    const next = seedOwner(bare, 'ReplicaSet', { name: 'next', replicas: 1, owner: deployment })
    seedPods(bare, 3, { owner: old })
    seedPods(bare, 1, { owner: next })
    seedBudget(bare, { spec: { maxUnavailable: 1 } })
  },
  'EV-44': (bare) => {
    seedPods(bare, 3, { owner: seedOwner(bare, 'StatefulSet', { replicas: 0 }) })
    bare.cluster.server.delete('Pod', { namespace, name: 'web-2' }, {}, 'controller')
    seedBudget(bare, { spec: { maxUnavailable: 1 } })
  },
}

const special = ['EV-13', 'EV-27', 'EV-45', 'EV-46']

it('covers all cases of the table', () => {
  const ids = [...Object.keys(scenes), ...Object.keys(statusScenes), ...special]
  expect(ids.sort()).toEqual(rows.map((row) => row.id))
  for (const id of Object.keys(deviations)) expect(ids).toContain(id)
})

describe('evictions', () => {
  it.each(rows.filter((row) => row.id in scenes))('$id $title', (row) => {
    const scene = scenes[row.id]!
    const bare = scene.isControllerRunning === true ? bareCluster() : paused()
    scene.arrange(bare)
    const name = row.id === 'EV-35' ? 'web-0' : podName
    const before = snapshot(bare)
    const answer = evict(bare, scene.request ?? sent, name)
    expectAnswer(answer, row, { pod: name, pdb: 'web', ns: namespace, ...scene.values })
    if (scene.effect === 'none') expectNothing(bare, before)
    else if (scene.effect === 'deleted') expectDeleted(bare)
    else if (scene.effect === 'gone') {
      expect(podOf(bare)).toBeUndefined()
      notCharged(bare, before)
    } else scene.effect(bare, before)
  })
})

describe('budget status', () => {
  it.each(rows.filter((row) => row.id in statusScenes))('$id $title', (row) => {
    const bare = bareCluster()
    statusScenes[row.id]?.(bare)
    bare.advance(100)
    const {
      condition: shown,
      message,
      observedGeneration,
      ...numbers
    } = row.response.pdbStatus ?? {}
    const { conditions, ...status } = budgetOf(bare).status ?? {}
    expect(status).toMatchObject(numbers)
    if (observedGeneration === null)
      expect(budgetOf(bare).status?.observedGeneration).toBeUndefined()
    const [found] = conditions ?? []
    if (shown !== undefined) {
      expect(`${found?.type}=${found?.status} ${found?.reason}`).toBe(shown)
    }
    if (message !== undefined) expect(found?.message).toBe(message)
    const event = bare.cluster.store.list('Event')[0]
    if (row.response.event === undefined) expect(event).toBeUndefined()
    else expect(row.response.event).toContain(`${event?.reason} (${event?.type})`)
  })

  it('EV-36: an eviction under a budget that never synced is "still being processed"', () => {
    const bare = bareCluster()
    statusScenes['EV-36']?.(bare)
    bare.advance(100)
    const answer = evict(bare, sent, 'web-0')
    expectAnswer(answer, rows.find((row) => row.id === 'EV-06')!, { pdb: 'web' })
  })

  it('EV-04: one that synced before says why it fails', () => {
    const bare = bareCluster()
    seedPods(bare, 2, { owner: seedDeployment(bare, { replicas: 2 }) })
    seedBudget(bare, { spec: { maxUnavailable: 1 } })
    bare.advance(100)
    seedPods(bare, 1, { name: 'batch', owner: seedOwner(bare, 'Job', { name: 'batch' }) })
    bare.advance(100)
    const message = 'jobs.batch does not implement the scale subresource'
    const answer = evict(bare, sent, 'web-rs-0')
    expectAnswer(answer, rows.find((row) => row.id === 'EV-04')!, { pdb: 'web', message })
    expect(budgetOf(bare).status).toMatchObject({ expectedPods: 2, currentHealthy: 2 })
  })

  it.each(['EV-37', 'EV-44'])('%s: evictions get the bare text', (id) => {
    const bare = bareCluster()
    statusScenes[id]?.(bare)
    bare.advance(100)
    const answer = evict(bare, sent, id === 'EV-37' ? 'bare-0' : 'web-0')
    expect(answer.details?.causes?.[0]?.message).toBe(
      'The disruption budget web does not allow evicting pods currently',
    )
  })

  it.each([{ minAvailable: 1 }, { minAvailable: '50%' }, { maxUnavailable: 0 }])(
    'EV-41: one replica under %o is blocked for ever',
    (spec) => {
      const bare = bareCluster()
      seedPods(bare, 1, { owner: seedDeployment(bare, { replicas: 1 }) })
      seedBudget(bare, { spec })
      bare.advance(100)
      expect(budgetOf(bare).status).toMatchObject({
        expectedPods: 1,
        desiredHealthy: 1,
        currentHealthy: 1,
        disruptionsAllowed: 0,
      })
    },
  )
})

describe('races and time', () => {
  it.each([
    { phase: 'Pending' as const, code: 201 },
    { phase: 'Running' as const, code: 429 },
  ])('EV-13: a pod that is $phase when the server reads it gets $code', ({ code, phase }) => {
    const bare = paused()
    seedPod(bare, { phase, isReady: phase === 'Running' })
    seedBudget(bare, { status: exhausted })
    expect(evict(bare).code).toBe(code)
  })

  it('EV-27: of 25 at once under a budget of 10, exactly 10 pass', () => {
    const bare = bareCluster()
    const pods = seedPods(bare, 25, { owner: seedDeployment(bare, { replicas: 25 }) })
    seedBudget(bare, { spec: { maxUnavailable: 10 } })
    bare.advance(100)
    const answers = pods.map((pod) => evict(bare, sent, pod.metadata.name))
    expect(answers.filter((one) => one.code === 201)).toHaveLength(10)
    expect(answers.filter((one) => one.code === 429)).toHaveLength(15)
    bare.advance(100)
    const late = evict(bare, sent, 'web-rs-20')
    const row = rows.find((one) => one.id === 'EV-27')!
    expect(late.details?.causes?.[0]?.message).toBe(
      row.response.causes?.[0]?.message.replace('{pdb}', 'web'),
    )
    const gone = bare.cluster.store.list('Pod').filter((pod) => pod.metadata.deletionTimestamp)
    expect(gone).toHaveLength(10)
  })

  it('EV-45: a charge whose delete failed comes back after two minutes', () => {
    const bare = bareCluster()
    seedPods(bare, 3, { owner: seedDeployment(bare, { replicas: 3 }) })
    seedBudget(bare, { spec: { maxUnavailable: 1 } })
    bare.advance(100)
    const preconditions = { uid: 'of-another-pod' }
    expect(evict(bare, { deleteOptions: { preconditions } }, 'web-rs-0').code).toBe(409)
    bare.advance(119_000)
    expect(budgetOf(bare).status).toMatchObject({ disruptionsAllowed: 0, currentHealthy: 2 })
    bare.advance(2000)
    expect(budgetOf(bare).status).toMatchObject({ disruptionsAllowed: 1, currentHealthy: 3 })
    expect(budgetOf(bare).status?.disruptedPods).toBeUndefined()
    const [event] = bare.cluster.store.list('Event')
    expect(
      rows.find((row) => row.id === 'EV-45')?.response.event?.replaceAll('{ns}', namespace),
    ).toBe(`${event?.reason} (${event?.type}, on the pod): ${event?.message}`)
  })

  it('EV-46: a DELETE asks no budget and leaves no DisruptionTarget', () => {
    const bare = paused()
    seedPod(bare)
    seedBudget(bare, { status: exhausted })
    bare.cluster.server.delete('Pod', { namespace, name: podName }, {}, 'kubectl')
    expect(podOf(bare)?.metadata.deletionTimestamp).toBeDefined()
    expect(podOf(bare)?.status?.conditions?.map((one) => one.type)).toEqual(['Ready'])
  })
})

describe('variants', () => {
  const causeOf = (answer: StatusAnswer) => answer.details?.causes?.[0]?.message

  it('EV-04, EV-05: a condition without a message', () => {
    const bare = paused()
    seedPod(bare)
    seedBudget(bare, { status: { currentHealthy: 3, ...condition('SyncFailed', '') } })
    expect(causeOf(evict(bare))).toBe(
      'The disruption budget web does not allow evicting pods currently',
    )
  })

  it('EV-08: 2000 entries still pass', () => {
    const bare = paused()
    seedPod(bare)
    seedBudget(bare, { status: { disruptionsAllowed: 1, disruptedPods: many(2000) } })
    expect(evict(bare).code).toBe(201)
  })

  it.each([
    { seed: { phase: 'Succeeded' as const }, isGone: true },
    { seed: { phase: 'Failed' as const }, isGone: true },
    { seed: { phase: 'Pending' as const, isBound: false }, isGone: true },
    { seed: { phase: 'Pending' as const }, isGone: false },
  ])('EV-10 to EV-12: $seed under two budgets', ({ isGone, seed }) => {
    const bare = paused()
    seedPod(bare, seed)
    twoBudgets(bare)
    expect(evict(bare).code).toBe(201)
    if (isGone) expect(podOf(bare)).toBeUndefined()
    else expectDeleted(bare)
  })

  it('EV-20: with one Ready pod the unready one goes at the cost of the budget', () => {
    const bare = paused()
    seedPod(bare, unready)
    seedBudget(bare, { status: { disruptionsAllowed: 1, currentHealthy: 1 } })
    expect(evict(bare).code).toBe(201)
    charged(bare)
  })

  it('EV-21: a namespace that is not there', () => {
    const answer = bareCluster().cluster.server.evict(
      { namespace: 'none', name: 'x' },
      sent,
      'tester',
    )
    expect(answer).toMatchObject({ code: 404, message: 'namespaces "none" not found' })
  })

  it('EV-23: where a wrong uid is looked at last', () => {
    const request = { deleteOptions: { preconditions: { uid: 'wrong' } } }
    const spent = paused()
    seedPod(spent)
    seedBudget(spent, { status: exhausted })
    expect(evict(spent, request)).toMatchObject({ code: 429, reason: 'TooManyRequests' })
    const pending = paused()
    seedPod(pending, { phase: 'Pending' })
    expect(evict(pending, request)).toMatchObject({ code: 409, processingMs: 10_000 })
    const dry = paused()
    seedPod(dry)
    seedBudget(dry, { status: { disruptionsAllowed: 1 } })
    const before = snapshot(dry)
    expect(evict(dry, { ...request, queryDryRun: ['All'] }).code).toBe(409)
    expectNothing(dry, before)
  })

  it('EV-24: a stale version on the unready path is ignored', () => {
    const bare = paused()
    seedPod(bare, unready)
    seedBudget(bare, { status: exhausted })
    const request = { deleteOptions: { preconditions: { resourceVersion: '1' } } }
    expect(evict(bare, request).code).toBe(201)
  })

  it('EV-26: an unknown dry-run value in one place only', () => {
    const bare = paused()
    seedPod(bare)
    expect(evict(bare, { queryDryRun: ['Foo'] })).toMatchObject({ code: 422, reason: 'Invalid' })
  })

  it.each([
    {
      code: 429,
      message: '',
      answer: {
        code: 429,
        message: 'admission webhook "w.example" denied the request without explanation',
      },
    },
    {
      code: 200,
      message: 'no',
      answer: { code: 400, message: 'admission webhook "w.example" denied the request: no' },
    },
  ])('EV-29: a webhook that denies with $code and "$message"', ({ answer, code, message }) => {
    const bare = paused()
    seedPod(bare)
    bare.cluster.server.evictionRules.webhooks.push({ ...webhook('deny', message), code })
    const found = evict(bare)
    expect(found).toMatchObject(answer)
    expect(found.details).toBeUndefined()
  })

  it('EV-30: a webhook that is down and fails open', () => {
    const bare = paused()
    seedPod(bare)
    bare.cluster.server.evictionRules.webhooks.push({
      ...webhook('down', ''),
      failurePolicy: 'Ignore',
    })
    expect(evict(bare).code).toBe(201)
  })

  it.each([
    { asked: 1, granted: 1 },
    { asked: 300, granted: 300 },
    { asked: -5, granted: 1 },
  ])('EV-33: a grace of $asked is granted as $granted', ({ asked, granted }) => {
    const bare = paused()
    seedPod(bare)
    expect(evict(bare, { deleteOptions: { gracePeriodSeconds: asked } }).code).toBe(201)
    expectDeleted(bare, granted)
  })

  it('EV-35: a budget without a selector guards nobody', () => {
    const bare = paused()
    seedPod(bare)
    const { selector: _, ...spec } = seedBudget(bare, { name: 'other' }).spec
    const budget = budgetOf(bare, 'other')
    bare.cluster.store.replace('PodDisruptionBudget', { ...budget, spec })
    expect(evict(bare).code).toBe(201)
  })
})
