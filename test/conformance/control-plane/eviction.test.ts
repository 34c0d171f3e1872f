/** Every case of the eviction table against a real API server and, with the same requests, against the twin. */

import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ControlPlane, startControlPlane } from './control-plane.ts'
import { type Scene, scenes } from './eviction-scenes.ts'
import { expectRow, rowOf, rows } from './eviction-table.ts'
import { missingPrograms } from './installed.ts'
import { until } from './program.ts'
import { podName, Stage } from './stage.ts'
import { budgetScenes } from './status-scenes.ts'
import { realSubject, type Subject, twinSubject } from './subject.ts'
import { startWebhook } from './webhook.ts'

const missing = missingPrograms()
const bareText = 'The disruption budget web does not allow evicting pods currently'

let plane: ControlPlane
let real: Subject
/** EV-45 takes two minutes: it is begun before all others. */
let late: { readonly stage: Stage; readonly startMs: number }

beforeAll(async () => {
  if (missing.length > 0) return
  plane = await startControlPlane({
    // No kubelet renews a lease here: pods must not turn not Ready or be collected because of it.
    controllers: '*,-node-lifecycle-controller,-pod-garbage-collector-controller',
  })
  real = realSubject(plane)
  late = await beginLate()
}, 180_000)

afterAll(async () => {
  if (missing.length === 0) await plane.stop()
}, 30_000)

async function beginLate(): Promise<{ stage: Stage; startMs: number }> {
  const stage = new Stage(real, 'late')
  await stage.open()
  await stage.pod()
  await stage.pod({ name: 'web-2' })
  await stage.budget({ minAvailable: 1 })
  await until('the budget to allow one', async () =>
    (await stage.budgetNow()).status?.disruptionsAllowed === 1 ? true : undefined,
  )
  const startMs = performance.now()
  const { code } = await stage.evict({ deleteOptions: { preconditions: { uid: 'of-another' } } })
  expect(code).toBe(409)
  return { stage, startMs }
}

/** Both sides, the twin as a world of its own for each case. */
function subjects(): readonly Subject[] {
  return [real, twinSubject()]
}

async function play(subject: Subject, id: string, scene: Scene): Promise<void> {
  const stage = new Stage(subject, id.toLowerCase())
  await stage.open()
  subject.pauseControllers(scene.isLive !== true)
  try {
    await (scene.arrange === undefined ? stage.pod() : scene.arrange(stage))
    const before = await stage.podNow()
    const heard = await (scene.ask === undefined ? stage.evict() : scene.ask(stage))
    expectRow(heard, rowOf(id), {
      pod: podName,
      pdb: 'web',
      ns: stage.namespace,
      uid: before?.metadata.uid ?? '',
      resourceVersion: before?.metadata.resourceVersion ?? '',
      ...scene.values,
    })
    await expectEffect(stage, scene)
  } finally {
    subject.pauseControllers(false)
  }
}

async function expectEffect(stage: Stage, { isCharged, pod: effect }: Scene): Promise<void> {
  const after = await stage.podNow()
  if (effect === 'gone') expect(after).toBeUndefined()
  if (effect === 'stays') expect(after?.metadata.deletionTimestamp).toBeUndefined()
  if (effect === 'deleted') {
    expect(after?.metadata.deletionTimestamp).toBeDefined()
    expect(after?.metadata.deletionGracePeriodSeconds).toBe(30)
    const target = after?.status?.conditions?.find((one) => one.type === 'DisruptionTarget')
    expect(target).toMatchObject({
      status: 'True',
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
    })
  }
  if (isCharged !== true) return
  const { status } = await stage.budgetNow()
  expect(status).toMatchObject({ disruptionsAllowed: 0, currentHealthy: 3 })
  expect(Object.keys(status?.disruptedPods ?? {})).toEqual([podName])
}

describe.skipIf(missing.length > 0)('evictions', () => {
  it('every case of the table is here', () => {
    const others = 'EV-13 EV-27 EV-29 EV-30 EV-31 EV-45 EV-46'.split(' ')
    const known = [...Object.keys(scenes), ...Object.keys(budgetScenes), ...others]
    expect(known.sort()).toEqual(rows.map((row) => row.id))
  })

  it.each(rows.filter((row) => row.id in scenes))('$id $title', async ({ id }) => {
    for (const subject of subjects()) await play(subject, id, scenes[id]!)
  })

  it('EV-13: a pod that turns Running meanwhile never passes its budget', async () => {
    const stage = new Stage(real, 'ev-13')
    await stage.open()
    real.pauseControllers(true)
    try {
      await stage.budget({}, { currentHealthy: 2, desiredHealthy: 2 })
      for (let turn = 0; turn < 20; turn += 1) {
        const name = `race-${turn}`
        await stage.pod({ name, phase: 'Pending', isReady: false })
        const conditions = [{ type: 'Ready', status: 'True' }]
        const [heard] = await Promise.all([
          stage.evict({ pod: name }),
          stage.subject.send({
            method: 'PATCH',
            path: stage.path(`pods/${name}/status`),
            contentType: 'application/merge-patch+json',
            body: { status: { phase: 'Running', conditions } },
          }),
        ])
        const isDeleted = (await stage.podNow(name))?.metadata.deletionTimestamp !== undefined
        expect([201, 429]).toContain(heard.code)
        expect(isDeleted).toBe(heard.code === 201)
      }
    } finally {
      real.pauseControllers(false)
    }
  })

  it('EV-27: of 25 at once under a budget of 10, exactly 10 pass', async () => {
    for (const subject of subjects()) {
      const stage = new Stage(subject, 'ev-27')
      await stage.open()
      const names = Array.from({ length: 25 }, (_, index) => `web-${index}`)
      for (const name of names) await stage.pod({ name })
      await stage.budget({ minAvailable: 15 })
      await synced(stage, { disruptionsAllowed: 10 })
      const heard = await Promise.all(names.map((pod) => stage.evict({ pod })))
      const codes = heard.map((one) => one.code).sort()
      expect(codes).toEqual([...Array(10).fill(201), ...Array(15).fill(429)])
      await synced(stage, { currentHealthy: 15 })
      const [loser] = names.filter((_, index) => heard[index]?.code === 429)
      const { message, reason } = rowOf('EV-03').response
      expect((await stage.evict({ pod: loser ?? '' })).body).toMatchObject({
        message,
        reason,
        details: {
          causes: [
            { message: rowOf('EV-27').response.causes?.[0]?.message.replace('{pdb}', 'web') },
          ],
        },
      })
    }
  })

  it('EV-29, EV-30: a webhook that denies, and one that is down', async () => {
    const stage = new Stage(real, 'ev-29')
    await stage.open()
    await stage.pod()
    const hook = await startWebhook(plane, 'ev-29', { isAllowed: false, message: 'not today' })
    try {
      const values = { webhook: 'w.example.com', message: 'not today' }
      expectRow(await stage.evict(), rowOf('EV-29'), values)
      await hook.close()
      const { hostname: host, port } = new URL(hook.url)
      const place = { url: hook.url, t: '5', host, port }
      expectRow(await stage.evict(), rowOf('EV-30'), { ...values, ...place })
      expect((await stage.podNow())?.metadata.deletionTimestamp).toBeUndefined()
    } finally {
      await hook.remove()
    }
  })

  it('EV-31: flow control refuses without a Status', async () => {
    const stage = new Stage(real, 'ev-31')
    await stage.open()
    await stage.pod()
    await narrowFlow(stage, 'crowd')
    const hook = await startWebhook(plane, 'ev-31', { isAllowed: true, delayMs: 1500 })
    const crowd = plane.userApi('crowd')
    try {
      const path = `${stage.path(`pods/${podName}/eviction`)}?dryRun=All`
      const metadata = { name: podName, namespace: stage.namespace }
      const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata }
      const heard = await Promise.all(
        Array.from({ length: 60 }, () => crowd.send({ method: 'POST', path, body })),
      )
      const refused = heard.filter((one) => one.code === 429)
      expect(refused.length).toBeGreaterThan(0)
      for (const one of refused) {
        // The server doubles it while it goes on refusing; the table has the first answer.
        expect(['1', '2', '4', '8', '16', '32']).toContain(one.headers['retry-after'])
        expectRow({ ...one, headers: { 'retry-after': '1' } }, rowOf('EV-31'), {})
        expect(one.headers['content-type']).toBe('text/plain; charset=utf-8')
      }
    } finally {
      crowd.close()
      await hook.remove()
    }
  })

  it('EV-46: a DELETE, which is what kubectl sends then, asks no budget', async () => {
    for (const subject of subjects()) {
      const stage = new Stage(subject, 'ev-46')
      await stage.open()
      subject.pauseControllers(true)
      try {
        await stage.pod()
        await stage.budget({}, { currentHealthy: 2, desiredHealthy: 2 })
        await stage.must('DELETE', stage.path(`pods/${podName}`))
        const after = await stage.podNow()
        expect(after?.metadata.deletionTimestamp).toBeDefined()
        expect(after?.status?.conditions?.map((one) => one.type)).toEqual(['Ready'])
      } finally {
        subject.pauseControllers(false)
      }
    }
  })
})

async function synced(stage: Stage, numbers: Readonly<Record<string, unknown>>): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    const { status } = await stage.budgetNow()
    if (Object.entries(numbers).every(([name, value]) => status?.[name] === value)) return
    await stage.subject.wait(100)
  }
  expect((await stage.budgetNow()).status, stage.subject.name).toMatchObject(numbers)
}

/** Waits for the budget's condition. */
async function shows(stage: Stage, wanted: string): Promise<void> {
  const { subject } = stage
  let shown = ''
  for (let turn = 0; turn < 100 && shown !== wanted; turn += 1) {
    const [one] = (await stage.budgetNow()).status?.conditions ?? []
    shown = `${one?.type}=${one?.status} ${one?.reason}`
    if (shown !== wanted) await subject.wait(100)
  }
  expect(shown, subject.name).toBe(wanted)
}

/** One user's requests go through a level of few seats that refuses instead of queueing. */
async function narrowFlow(stage: Stage, user: string): Promise<void> {
  const root = '/apis/flowcontrol.apiserver.k8s.io/v1'
  await stage.must('POST', `${root}/prioritylevelconfigurations`, {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'PriorityLevelConfiguration',
    metadata: { name: 'narrow' },
    spec: {
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: 1,
        borrowingLimitPercent: 0,
        limitResponse: { type: 'Reject' },
      },
    },
  })
  const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'] }
  await stage.must('POST', `${root}/flowschemas`, {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    metadata: { name: 'narrow' },
    spec: {
      matchingPrecedence: 100,
      priorityLevelConfiguration: { name: 'narrow' },
      rules: [{ subjects: [{ kind: 'User', user: { name: user } }], resourceRules: [everything] }],
    },
  })
  await stage.must('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: user },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  })
  // The server reads its flow schemas anew within seconds.
  await pause(2000)
}

describe.skipIf(missing.length > 0)('budget status', () => {
  it.each(rows.filter((row) => row.id in budgetScenes))('$id $title', async (row) => {
    const scene = budgetScenes[row.id]!
    for (const subject of scene.twinDeviation === undefined ? subjects() : [real]) {
      const stage = new Stage(subject, row.id.toLowerCase())
      await stage.open()
      await scene.arrange(stage)
      const { condition, message, observedGeneration, ...numbers } = row.response.pdbStatus ?? {}
      await synced(stage, numbers)
      if (condition !== undefined) await shows(stage, String(condition))
      const { status } = await stage.budgetNow()
      if (observedGeneration === null) expect(status?.observedGeneration ?? 0).toBe(0)
      if (message !== undefined) expect(status?.conditions?.[0]?.message).toBe(message)
      if (scene.evicted !== undefined) {
        const causes = [{ reason: 'DisruptionBudget', message: bareText }]
        const heard = await stage.evict({ pod: scene.evicted })
        expect(heard.body, subject.name).toMatchObject({ code: 429, details: { causes } })
      }
    }
  })

  it('EV-45: a charge whose delete failed comes back after two minutes', async () => {
    const { stage, startMs } = late
    await until(
      'the budget to come back',
      async () =>
        (await stage.budgetNow()).status?.disruptedPods === undefined ? true : undefined,
      150_000,
    )
    const seconds = (performance.now() - startMs) / 1000
    // Seconds of the entry's timestamp are cut off, and the controller may have been paused.
    expect(seconds).toBeGreaterThan(118)
    expect((await stage.budgetNow()).status).toMatchObject({
      disruptionsAllowed: 1,
      currentHealthy: 2,
    })
    const events = (await stage.must('GET', stage.path('events'))) as {
      items: readonly { reason: string; type: string; message: string }[]
    }
    const texts = events.items.map(
      (one) => `${one.reason} (${one.type}, on the pod): ${one.message}`,
    )
    expect(texts).toContain(rowOf('EV-45').response.event?.replaceAll('{ns}', stage.namespace))
  }, 180_000)
})
