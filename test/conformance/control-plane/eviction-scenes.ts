/** How each case of the eviction table is set up and asked, in requests that both sides understand. Test support. */

import type { Heard } from './raw-api.ts'
import { podName, type Stage } from './stage.ts'

/** One case; `values` fill the table's placeholders. */
export interface Scene {
  /** @default nothing but a Ready pod */
  readonly arrange?: (stage: Stage) => Promise<void>
  /** @default a plain eviction */
  readonly ask?: (stage: Stage) => Promise<Heard>
  readonly values?: Readonly<Record<string, string>>
  /** What becomes of the pod, and whether the budget was charged. */
  readonly pod: 'deleted' | 'gone' | 'stays'
  readonly isCharged?: boolean
  /** True = controllers run during this case. */
  readonly isLive?: boolean
}

const exhausted = { currentHealthy: 2, desiredHealthy: 2 }
const free = { currentHealthy: 3, desiredHealthy: 2, disruptionsAllowed: 1 }
const condition = (reason: string, message: string) => ({
  conditions: [
    {
      type: 'DisruptionAllowed',
      status: 'False',
      reason,
      message,
      lastTransitionTime: '2026-11-23T08:00:00Z',
      observedGeneration: 1,
    },
  ],
})
const many = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`p-${index}`, '2026-09-01T08:00:00Z']),
  )

/** A pod under one budget with the status. */
const under =
  (status: Readonly<Record<string, unknown>>, pod = {}, spec = {}) =>
  async (stage: Stage): Promise<void> => {
    await stage.pod(pod)
    await stage.budget(spec, status)
  }
const underTwo = (pod: object) => async (stage: Stage) => {
  await stage.pod(pod)
  await stage.budget({}, {}, 'a')
  await stage.budget({}, {}, 'b')
}
const unready = { isReady: false }
const preconditions = (given: object) => (stage: Stage) =>
  stage.evict({ deleteOptions: { preconditions: given } })

/** Cases that one eviction answers. */
export const scenes: Readonly<Record<string, Scene>> = {
  'EV-01': { pod: 'deleted' },
  'EV-02': { arrange: under(free), pod: 'deleted', isCharged: true },
  'EV-03': { arrange: under(exhausted), pod: 'stays' },
  'EV-04': {
    arrange: under({ ...exhausted, ...condition('SyncFailed', 'no scale') }),
    values: { message: 'no scale' },
    pod: 'stays',
  },
  'EV-05': {
    arrange: under({ currentHealthy: 3, desiredHealthy: 2, ...condition('Why', 'because') }),
    values: { reason: 'Why', message: 'because' },
    pod: 'stays',
  },
  'EV-06': { arrange: under({ ...free, observedGeneration: 0 }), pod: 'stays' },
  'EV-07': {
    arrange: async (stage) => {
      await under(free)(stage)
      await stage.subject.corrupt(stage.namespace, 'web', { disruptionsAllowed: -1 })
    },
    pod: 'stays',
  },
  'EV-08': { arrange: under({ ...free, disruptedPods: many(2001) }), pod: 'stays' },
  'EV-09': { arrange: underTwo({}), pod: 'stays' },
  'EV-10': { arrange: underTwo({ phase: 'Pending', isReady: false }), pod: 'deleted' },
  'EV-11': { arrange: under(exhausted, { ...unready, phase: 'Succeeded' }), pod: 'gone' },
  'EV-12': {
    arrange: under(exhausted, { ...unready, phase: 'Pending', isBound: false }),
    ask: (stage) => stage.evict({ deleteOptions: { gracePeriodSeconds: 60 } }),
    pod: 'gone',
  },
  'EV-14': {
    arrange: async (stage) => {
      await under(exhausted)(stage)
      await stage.must('DELETE', stage.path(`pods/${podName}`))
    },
    pod: 'deleted',
  },
  'EV-15': { arrange: under({ ...exhausted, observedGeneration: 0 }, unready), pod: 'deleted' },
  'EV-16': {
    arrange: under({ currentHealthy: 1, desiredHealthy: 2 }, unready),
    values: { n: '2', m: '1' },
    pod: 'stays',
  },
  'EV-17': {
    arrange: under({ currentHealthy: 1, desiredHealthy: 2 }, unready, {
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    }),
    pod: 'deleted',
  },
  'EV-18': {
    arrange: under(exhausted, {}, { unhealthyPodEvictionPolicy: 'AlwaysAllow' }),
    values: { n: '2', m: '2' },
    pod: 'stays',
  },
  'EV-19': {
    arrange: under(exhausted, unready),
    ask: preconditions({ uid: 'of-another-pod' }),
    pod: 'stays',
  },
  'EV-20': { arrange: under({}, unready, { minAvailable: 0 }), pod: 'stays' },
  'EV-21': { arrange: async () => undefined, pod: 'gone' },
  'EV-22': { ask: (stage) => stage.evict({ bodyName: 'other' }), pod: 'stays' },
  'EV-23': {
    arrange: under(free),
    ask: preconditions({ uid: 'a' }),
    values: { given: 'a' },
    pod: 'stays',
    isCharged: true,
  },
  'EV-24': {
    arrange: under(free),
    ask: preconditions({ resourceVersion: '1' }),
    values: { given: '1' },
    pod: 'stays',
    isCharged: true,
  },
  'EV-25': {
    arrange: under(free),
    ask: (stage) => stage.evict({ query: '?dryRun=All' }),
    pod: 'stays',
  },
  'EV-26': {
    ask: (stage) =>
      stage.evict({ query: '?dryRun=All', deleteOptions: { dryRun: ['All', 'All'] } }),
    values: { content: 'All All' },
    pod: 'stays',
  },
  'EV-28': {
    arrange: async (stage) => {
      await stage.pod()
      await stage.must('DELETE', `/api/v1/namespaces/${stage.namespace}`)
    },
    pod: 'stays',
  },
  'EV-32': {
    arrange: async (stage) => {
      await stage.pod({ annotations: { 'kubernetes.io/config.mirror': 'hash' } })
    },
    pod: 'deleted',
  },
  'EV-33': {
    arrange: under(free),
    ask: (stage) => stage.evict({ deleteOptions: { gracePeriodSeconds: 0 } }),
    pod: 'gone',
    isCharged: true,
  },
  'EV-34': {
    arrange: async (stage) => {
      await stage.pod({ finalizers: ['example.com/keep'] })
    },
    pod: 'deleted',
  },
  'EV-35': {
    arrange: async (stage) => {
      await stage.pod()
      await stage.pod({ name: 'web-2' })
      await stage.budget({ selector: {}, minAvailable: 2 })
      for (let turn = 0; turn < 100; turn += 1) {
        await stage.subject.wait(100)
        if ((await stage.budgetNow()).status?.currentHealthy === 2) return
      }
      throw new Error('the budget was never synced')
    },
    pod: 'stays',
    isLive: true,
  },
}
