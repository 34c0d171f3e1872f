/** What budgets are laid over: workloads whose pods the suite itself makes Ready. Test support. */

import type { Stage, StagedPod } from './stage.ts'

/** A case that looks at a budget's status. */
export interface BudgetScene {
  readonly arrange: (stage: Stage) => Promise<void>
  /** Pod whose eviction must get the bare cause. */
  readonly evicted?: string
  /** Why the twin is not asked; it is compared with the same row in its own tests. */
  readonly twinDeviation?: string
}

interface Listed {
  readonly items: readonly {
    readonly metadata: {
      readonly name: string
      readonly deletionTimestamp?: string
      readonly labels?: Readonly<Record<string, string>>
    }
    readonly status?: { readonly conditions?: readonly { readonly type: string }[] }
  }[]
}

const labels = { app: 'web' }

/** Pods of this workload are bound where no kubelet is; the suite writes their status. */
function podSpec(image = 'web:1'): unknown {
  return { nodeName: 'n1', containers: [{ name: 'web', image }] }
}

async function workload(
  stage: Stage,
  kind: 'Deployment' | 'StatefulSet',
  options: { readonly name?: string; readonly replicas: number; readonly strategy?: unknown },
): Promise<void> {
  const { name = 'web', replicas, strategy } = options
  const own = { ...labels, name }
  const isSet = kind === 'StatefulSet'
  const path = `/apis/apps/v1/namespaces/${stage.namespace}/${kind.toLowerCase()}s`
  await stage.must('POST', path, {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { name } },
      template: { metadata: { labels: own }, spec: podSpec() },
      ...(isSet ? { serviceName: name, podManagementPolicy: 'OrderedReady' } : {}),
      ...(strategy === undefined ? {} : { strategy }),
    },
  })
  await makeReady(stage, name, replicas)
}

/** Waits until so many pods of the workload are there and makes each of them Ready. */
async function makeReady(stage: Stage, name: string, count: number): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    const path = stage.path(`pods?labelSelector=name%3D${name}`)
    const { items } = (await stage.must('GET', path)) as Listed
    const present = items.filter((one) => one.metadata.deletionTimestamp === undefined)
    // One after the other: an ordered set makes the next pod when the last one is Ready.
    for (const pod of present) await writeReady(stage, pod.metadata.name)
    if (present.length === count) return
    await stage.subject.wait(100)
  }
  throw new Error(`${stage.subject.name}: ${name} never had ${count} pods`)
}

async function writeReady(stage: Stage, name: string): Promise<void> {
  const conditions = [{ type: 'Ready', status: 'True' }]
  const body = { status: { phase: 'Running', conditions } }
  await stage.must('PATCH', stage.path(`pods/${name}/status`), body, 'application/merge-patch+json')
}

async function barePods(stage: Stage, count: number, seed: StagedPod = {}): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await stage.pod({ ...seed, name: `web-${index}` })
  }
}

async function rollout(stage: Stage): Promise<void> {
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
  await workload(stage, 'Deployment', { replicas: 3, strategy })
  await stage.budget({ maxUnavailable: 1 })
  const path = `/apis/apps/v1/namespaces/${stage.namespace}/deployments/web`
  // The surge pod stays: the rollout waits for it to have been available for five minutes.
  const spec = { minReadySeconds: 300, template: { spec: podSpec('web:2') } }
  await stage.must('PATCH', path, { spec }, 'application/merge-patch+json')
  await makeReady(stage, 'web', 4)
}

async function scaledToZero(stage: Stage): Promise<void> {
  await workload(stage, 'StatefulSet', { replicas: 3 })
  await stage.budget({ maxUnavailable: 1 })
  // The controller deletes the last pod first and waits until it is gone: here nothing removes it.
  const path = `/apis/apps/v1/namespaces/${stage.namespace}/statefulsets/web`
  await stage.must('PATCH', path, { spec: { replicas: 0 } }, 'application/merge-patch+json')
}

async function overJob(stage: Stage): Promise<void> {
  const path = `/apis/batch/v1/namespaces/${stage.namespace}/jobs`
  await stage.must('POST', path, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'web' },
    spec: {
      parallelism: 2,
      completions: 2,
      template: {
        metadata: { labels: { ...labels, name: 'web' } },
        spec: { ...(podSpec() as object), restartPolicy: 'Never' },
      },
    },
  })
  await makeReady(stage, 'web', 2)
  await stage.budget({ maxUnavailable: 1 })
}

const overDeployment =
  (replicas: number, spec: Readonly<Record<string, unknown>>) => async (stage: Stage) => {
    await workload(stage, 'Deployment', { replicas })
    await stage.budget(spec)
  }

/** Cases by their id. */
export const budgetScenes: Readonly<Record<string, BudgetScene>> = {
  'EV-36': { arrange: overJob },
  'EV-37': {
    arrange: async (stage) => {
      await barePods(stage, 3)
      await stage.budget({ maxUnavailable: 1 })
    },
    evicted: 'web-0',
  },
  'EV-38': {
    arrange: async (stage) => {
      await barePods(stage, 3)
      await stage.budget({ minAvailable: 1 })
    },
  },
  'EV-39': { arrange: overDeployment(3, { maxUnavailable: '30%' }) },
  'EV-40': { arrange: overDeployment(3, { minAvailable: '50%' }) },
  'EV-41': { arrange: overDeployment(1, { minAvailable: '50%' }) },
  'EV-42': {
    arrange: async (stage) => {
      await workload(stage, 'Deployment', { name: 'one', replicas: 3 })
      await workload(stage, 'Deployment', { name: 'two', replicas: 2 })
      await stage.budget({ maxUnavailable: 1 })
    },
  },
  'EV-43': {
    arrange: rollout,
    twinDeviation: 'the rollout is not caught halfway on the twin',
  },
  'EV-44': { arrange: scaledToZero, evicted: 'web-0' },
}
