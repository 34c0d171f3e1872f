/** A broken rule ends a rehearsal at once, and says which rule, when, and what was called before. */

import { expect, it } from 'vitest'
import { targetOf } from '../src/decide/target-of.ts'
import { loadFleet } from '../src/fleet/load-fleet.ts'
import { readTargetFacts } from '../src/observe/target-facts.ts'
import { runKubectlDrain } from '../src/run/kubectl-drain.ts'
import { scenarioWorld } from '../src/twin/build/scenario.ts'
import { scenarioFleetYaml } from '../src/twin/build/scenario-fleet.ts'
import { Judge, JudgeStop } from '../src/twin/judge/judge.ts'
import { buildTwin } from '../src/twin/twin.ts'
import { addDeployment, courtroom } from './courtroom.ts'

const user = 'by-hand'

/** The migration by hand on `starter`, with a judge that stops it. */
async function runByHand(): Promise<{ readonly stop: JudgeStop; readonly atMs: number }> {
  const world = scenarioWorld('starter')
  const { desired } = loadFleet({ file: 'f.yaml', bytes: scenarioFleetYaml('starter') ?? '' })
  const [cluster] = desired?.clusters ?? []
  if (world === undefined || cluster === undefined) throw new Error('no scenario starter')
  const twin = buildTwin(world, { seed: '1' })
  const client = twin.connect(user)
  const facts = await twin.kernel.runUntil(readTargetFacts(client.aws, cluster))
  const target = targetOf(cluster, facts)
  const oldGroups = world.clusters[0]?.groups.map((group) => group.name) ?? []
  const found = twin.clusters.get('starter')
  if (found === undefined) throw new Error('no cluster')
  // With a lease that lasts, so that the first breach comes late in the run.
  found.store.create('Lease', {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace: 'kube-system', name: 'regroup' },
    spec: { holderIdentity: user, leaseDurationSeconds: 1e7, renewTime: twin.kernel.nowText() },
  })
  new Judge({
    kernel: twin.kernel,
    account: twin.account,
    cluster: found,
    plan: {
      clusterName: 'starter',
      engineUsers: new Set([user]),
      oldGroups: new Set(oldGroups),
      surgeMax: 100,
      virtualBudgetFraction: 0.1,
      schedulerLatencyMs: 30_000,
    },
    mode: 'stop',
  })
  const ports = { aws: client.aws, kube: client.kube('starter'), clock: client.clock }
  const run = runKubectlDrain({ ...ports, target, oldGroups, emit: () => undefined })
  const failure = await twin.kernel.runUntil(run).catch((error: unknown) => error)
  if (!(failure instanceof JudgeStop)) throw new Error(`not stopped: ${String(failure)}`)
  return { stop: failure, atMs: twin.kernel.nowMs() }
}

it('stops the run in the event that broke the rule, with the last ten calls', async () => {
  const { atMs, stop } = await runByHand()
  const [head, title, ...calls] = stop.message.split('\n')
  const { firstAtMs, message, name, number, object } = stop.breach
  expect(firstAtMs).toBe(atMs)
  expect(head).toBe(
    `invariant ${number} (${name}) is broken at ${new Date(atMs).toISOString()}: ${object} ${message}`,
  )
  expect(title).toBe('last calls:')
  expect(calls).toHaveLength(10)
  for (const call of calls) {
    expect(call).toMatch(
      /^ {2}\d{4}-\d\d-\d\dT[\d:.]+Z by-hand (kube|eks|autoscaling|ec2|ssm):\w+ .* \S+$/,
    )
    expect(Date.parse(call.trim().split(' ')[0] ?? '')).toBeLessThanOrEqual(atMs)
  }
})

it('is the same for the same seed', async () => {
  expect((await runByHand()).stop.message).toBe((await runByHand()).stop.message)
})

it('stops at the first breach only, after the event is over', () => {
  const room = courtroom({ mode: 'stop' })
  const [node] = room.nodes()
  room.patchNode(node, { spec: { unschedulable: true } })
  expect(() => room.world.advance(1000)).toThrow(/^invariant 10 \(own-cordons\) is broken at /)
  const calm = courtroom({ mode: 'stop' })
  addDeployment(calm, { replicas: 3 })
  expect(calm.judge.checkedCount).toBeGreaterThan(0)
  expect(calm.judge.breaches).toEqual([])
})
