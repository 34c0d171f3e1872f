/** The real autoscaler at work in a served cluster, before, while and after Regroup migrates it. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Pod } from '../../../src/world/kube-objects.ts'
import { control } from '../../served-twin.ts'
import { useTestCredentials } from '../../wire-migration.ts'
import { programPath } from '../control-plane/installed.ts'
import { until } from '../control-plane/program.ts'
import { logLines } from './autoscaler-process.ts'
import { type Scene, startScene } from './scene.ts'
import { deployment, nodeGroups, oldGroups } from './shop-world.ts'

const setDesired = 'autoscaling:SetDesiredCapacity'
const waitMs = 240_000

/** Each test goes on where the one before it left the cluster: a life of eight minutes, told in order. */
describe.skipIf(programPath('cluster-autoscaler') === undefined)('cluster-autoscaler', () => {
  let scene: Scene
  useTestCredentials()

  beforeAll(async () => {
    scene = await startScene()
  }, 120_000)

  afterAll(() => scene?.stop(), 60_000)

  it('discovers the groups, also those at zero nodes', async () => {
    const status = await scene.groupStatus()
    expect([...status.keys()].sort()).toEqual([...oldGroups].sort())
    expect(status.get('shop-old-a')?.health.cloudProviderTarget).toBe(2)
    expect(logLines(scene.autoscaler, 'E')).toEqual([])
  })

  it(
    'Regroup migrates the cluster under it: it grows new groups for new pods, and never an old one',
    async () => {
      const { judge, kube, twin } = scene
      await control(twin, 'POST /speed', { speed: 3 })
      let isFenced = false
      const events: string[] = []
      const migration = scene.migrate((message) => {
        events.push(message)
        isFenced ||= message.startsWith('published the priority map')
      })
      await until('the priority map', async () => isFenced || undefined, waitMs)
      const since = scene.sequence()
      // More than the nodes that Regroup adds for the pods it moves.
      await kube.create('Deployment', deployment('sale', { replicas: 4, cpu: '1100m' }))
      const report = await migration
      expect(report.result).toBe('converged')
      const asked = scene.calls(setDesired, since).map(({ object }) => object)
      expect(asked).toContain(scene.groupOf(nodeGroups.shop))
      expect(asked.filter((name) => name.startsWith('shop-old'))).toEqual([])
      expect(judge.checkedCount).toBeGreaterThan(100)
      expect(judge.breaches).toEqual([])
      expect([...judge.measures.podsLost]).toEqual([])
      await until('every pod to be Ready', () => allReady(scene), waitMs)
      expect((await scene.groupStatus()).size).toBe(3)
    },
    waitMs * 2,
  )

  it(
    'scales from zero the group of the highest priority that takes the pod',
    async () => {
      const { spot, onDemand } = nodeGroups
      const since = scene.sequence()
      await scene.kube.create(
        'Deployment',
        deployment('batch', { replicas: 1, cpu: '1200m', pool: 'batch' }),
      )
      await until('the batch pod to be Ready', () => allReady(scene), waitMs)
      expect(scene.desiredCapacity(scene.groupOf(spot))).toBe(1)
      expect(scene.desiredCapacity(scene.groupOf(onDemand))).toBe(0)
      expect(scene.calls(setDesired, since).map(({ object }) => object)).toEqual([
        scene.groupOf(spot),
      ])
    },
    waitMs,
  )

  it(
    'falls back to on-demand while the spot pools are empty',
    async () => {
      const { spot, onDemand } = nodeGroups
      // A failed launch counts for the autoscaler when it began after its own call, by its own clock.
      await scene.catchUp()
      await control(scene.twin, 'POST /faults', { outage: { capacityType: 'SPOT' } })
      const since = scene.sequence()
      await scale(scene, 'batch', 2)
      await until('the second batch pod to be Ready', () => allReady(scene), waitMs)
      const asked = scene.calls(setDesired, since).map(({ object }) => object)
      // Up, back down for the launch that failed, then the next tier.
      expect(asked).toEqual([scene.groupOf(spot), scene.groupOf(spot), scene.groupOf(onDemand)])
      expect(scene.desiredCapacity(scene.groupOf(spot))).toBe(1)
      expect(scene.desiredCapacity(scene.groupOf(onDemand))).toBe(1)
    },
    waitMs,
  )

  it(
    'comes back to spot when its pools have capacity again',
    async () => {
      await control(scene.twin, 'DELETE /faults')
      const spot = scene.groupOf(nodeGroups.spot)
      await until(
        'the end of the back-off',
        async () =>
          (await scene.groupStatus()).get(spot)?.scaleUp.status === 'Backoff' ? undefined : true,
        waitMs,
      )
      const since = scene.sequence()
      await scale(scene, 'batch', 3)
      await until('the third batch pod to be Ready', () => allReady(scene), waitMs)
      expect(scene.calls(setDesired, since).map(({ object }) => object)).toEqual([spot])
      expect(scene.desiredCapacity(spot)).toBe(2)
    },
    waitMs,
  )

  it(
    'honours a change of the priority map in its next loop',
    async () => {
      const ref = { namespace: 'kube-system', name: 'cluster-autoscaler-priority-expander' }
      const map = await scene.kube.get('ConfigMap', ref)
      const [spot, onDemand] = [scene.groupOf(nodeGroups.spot), scene.groupOf(nodeGroups.onDemand)]
      // What Regroup wrote names both, exactly.
      expect(map?.data?.priorities).toContain(`'^${spot}$'`)
      expect(map?.data?.priorities).toContain(`'^${onDemand}$'`)
      const priorities = `30:\n  - '^${onDemand}$'\n20:\n  - '^${spot}$'\n`
      await scene.kube.patch('ConfigMap', ref, { type: 'merge', body: { data: { priorities } } })
      const since = scene.sequence()
      await scale(scene, 'batch', 4)
      await until(
        'its decision',
        async () => (scene.calls(setDesired, since).length > 0 ? true : undefined),
        60_000,
      )
      expect(scene.calls(setDesired, since).map(({ object }) => object)).toEqual([onDemand])
      await until('the fourth batch pod to be Ready', () => allReady(scene), waitMs)
    },
    waitMs,
  )

  it(
    'scales down: empty nodes at once, then one by evicting what fits elsewhere, then to zero',
    async () => {
      const batch = [scene.groupOf(nodeGroups.spot), scene.groupOf(nodeGroups.onDemand)]
      const sizeIs = (wanted: number) => async (): Promise<true | undefined> =>
        batch.reduce((sum, name) => sum + scene.desiredCapacity(name), 0) === wanted || undefined
      expect(await sizeIs(4)()).toBe(true)
      const since = scene.sequence()
      const evictedBefore = scene.evicted.length
      await scale(scene, 'batch', 0)
      await scene.kube.create(
        'Deployment',
        deployment('trickle', { replicas: 2, cpu: '300m', pool: 'batch' }),
      )
      await until('one batch node for two small pods', sizeIs(1), waitMs)
      await until('every pod to be Ready', () => allReady(scene), waitMs)
      // They stood on two nodes; one had to give its pod away.
      expect(scene.evicted.slice(evictedBefore)).toContainEqual(expect.stringMatching(/^trickle-/))
      await scale(scene, 'trickle', 0)
      await until('no batch node', sizeIs(0), waitMs)
      const ended = scene.calls('autoscaling:TerminateInstanceInAutoScalingGroup', since)
      expect(ended).toHaveLength(4)
    },
    waitMs * 2,
  )

  it('did all that without an error of its own', () => {
    expect(logLines(scene.autoscaler, 'E')).toEqual([])
  })
})

async function scale({ kube }: Scene, name: string, replicas: number): Promise<void> {
  const body = { spec: { replicas } }
  await kube.patch('Deployment', { namespace: 'shop', name }, { type: 'merge', body })
}

/** Every pod of the shop runs, and each Deployment has all it wants. */
async function allReady({ kube }: Scene): Promise<true | undefined> {
  const { items: pods } = await kube.list('Pod', { namespace: 'shop' })
  const { items: deployments } = await kube.list('Deployment', { namespace: 'shop' })
  const wanted = deployments.reduce((sum, { spec }) => sum + (spec.replicas ?? 1), 0)
  return pods.length === wanted && pods.every(isReady) ? true : undefined
}

function isReady({ metadata, status }: Pod): boolean {
  const isGoing = metadata.deletionTimestamp !== undefined
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  return !isGoing && ready?.status === 'True'
}
