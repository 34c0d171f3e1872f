import { describe, expect, it } from 'vitest'
import { loadFleet } from '../fleet/load-fleet.ts'
import { scenarioWorld } from '../twin/build/scenario.ts'
import { scenarioFleetYaml } from '../twin/build/scenario-fleet.ts'
import type { Fault } from '../twin/kernel/faults.ts'
import { buildTwin } from '../twin/twin.ts'
import { assert } from '../world/assert.ts'
import { isFailure } from '../world/failure.ts'
import { type MigrationReport, migrateCluster } from './migrate-cluster.ts'

const name = 'starter'

function start(faults: readonly Fault[] = []) {
  const bytes = scenarioFleetYaml(name)
  const world = scenarioWorld(name)
  assert(bytes !== undefined && world !== undefined, 'the scenario exists')
  const desired = loadFleet({ file: name, bytes }).desired?.clusters[0]
  assert(desired !== undefined, 'its fleet is right')
  const twin = buildTwin({ ...world, faults }, { seed: '1' })
  const { aws, clock, kube } = twin.connect('regroup')
  const events: string[] = []
  const work = migrateCluster({
    desired,
    aws,
    kube: kube(desired.name),
    clock,
    holder: 'regroup-test',
    onEvent: (event) => events.push(`${event.seq} ${event.type}`),
  })
  return { events, twin, work, run: (): Promise<MigrationReport> => twin.kernel.runUntil(work) }
}

describe('migrateCluster', () => {
  it('migrates through two ports and reports what it did', async () => {
    const { events, run, twin } = start()
    const report = await run()
    expect(report).toMatchObject({
      result: 'converged',
      cluster: name,
      blocked: [],
      pods: { moved: 45, evictionsSent: 45, evictionsRefused: 0 },
      stages: [
        { stage: 'control-plane', done: true },
        { stage: 'node-groups', done: true },
        { stage: 'retire', done: true },
      ],
      oldGroupsRemaining: [],
    })
    expect(report.calls.aws).toBeGreaterThan(50)
    expect(report.calls.kubernetes).toBeGreaterThan(50)
    expect(report.seconds).toBeGreaterThan(86_400)
    expect(events[0]).toMatch(/^1 /)
    expect([...twin.account.groups.keys()].every((one) => one.startsWith('eks-'))).toBe(true)
  })

  it('reports a refusal in the middle as failed, with what is done so far', async () => {
    const { run } = start([
      { operation: 'eks:CreateNodegroup', effect: { kind: 'error-before', code: 'forbidden' } },
    ])
    const report = await run()
    expect(report.result).toBe('failed')
    expect(report.message).toContain('eks:CreateNodegroup')
    expect(report.stages).toContainEqual({ stage: 'control-plane', done: true })
    expect(report.oldGroupsRemaining.length).toBeGreaterThan(0)
    expect(report.pods.evictionsSent).toBe(0)
  })

  it('rejects when not even the first look works', async () => {
    const { run } = start([
      { operation: 'eks:DescribeCluster', effect: { kind: 'error-before', code: 'forbidden' } },
    ])
    const error: unknown = await run().catch((reason: unknown) => reason)
    expect(isFailure(error, 'forbidden')).toBe(true)
  })
})
