/** Version updates of node groups: DEFAULT and MINIMAL, failure, force, retry. Twin layer. */

import type * as Sdk from '@aws-sdk/client-eks'
import { describe, expect, it } from 'vitest'
import {
  addPod,
  clusterName,
  nodeGroupRequest,
  type SmallWorld,
  smallWorld,
} from '../../../../test/small-world.ts'
import { liveInstances } from '../autoscaling/reconcile.ts'
import type { GroupState } from '../state.ts'

const minuteMs = 60_000
const key = { clusterName, nodegroupName: 'ng' }

/** A group on the oldest release of 1.32 that is published, ACTIVE with its nodes. */
async function readyGroup(
  change: Partial<Sdk.CreateNodegroupRequest> = {},
): Promise<{ world: SmallWorld; group: GroupState }> {
  const world = smallWorld()
  const request = { ...nodeGroupRequest({ maxSize: 3 }), releaseVersion: oldRelease, ...change }
  await world.call(world.api.eks.createNodegroup(request))
  world.advance(5 * minuteMs)
  const group = [...world.account.groups.values()][0]
  if (group === undefined) throw new TypeError('no group')
  return { world, group }
}

const oldRelease = '1.32.0-20241225'

async function start(
  world: SmallWorld,
  input: Partial<Sdk.UpdateNodegroupVersionRequest> = {},
): Promise<string> {
  const request = { ...key, version: '1.32', ...input }
  const { update } = await world.call(world.api.eks.updateNodegroupVersion(request))
  return update?.id ?? ''
}

async function updateOf(world: SmallWorld, updateId: string): Promise<Sdk.Update> {
  const input = { name: clusterName, nodegroupName: 'ng', updateId }
  const { update } = await world.call(world.api.eks.describeUpdate(input))
  return update ?? {}
}

/** Most instances at once while the update runs, and its minutes. */
async function watch(
  world: SmallWorld,
  group: GroupState,
  id: string,
): Promise<{ most: number; least: number; minutes: number }> {
  let most = 0
  let least = Number.POSITIVE_INFINITY
  const startMs = world.kernel.nowMs()
  while ((await updateOf(world, id)).status === 'InProgress') {
    world.advance(20_000)
    const ready = world.cluster.store
      .list('Node')
      .filter((node) => node.spec?.unschedulable !== true).length
    most = Math.max(most, liveInstances(world.account, group).length)
    least = Math.min(least, ready)
  }
  return { most, least, minutes: (world.kernel.nowMs() - startMs) / minuteMs }
}

describe('strategies', () => {
  it('DEFAULT surges by twice the zones, above the maximum, and comes back', async () => {
    const { group, world } = await readyGroup()
    const id = await start(world)
    const seen = await watch(world, group, id)
    expect((await updateOf(world, id)).status).toBe('Successful')
    expect(seen.most).toBeGreaterThanOrEqual(9)
    expect(seen.minutes).toBeGreaterThan(8)
    expect(seen.minutes).toBeLessThan(40)
    expect(group).toMatchObject({ desiredCapacity: 3, maxSize: 3 })
    const live = liveInstances(world.account, group)
    expect(new Set(live.map((one) => one.recipe.templateVersion))).toEqual(new Set(['2']))
    const { nodegroup } = await world.call(world.api.eks.describeNodegroup(key))
    expect(nodegroup?.status).toBe('ACTIVE')
    expect(nodegroup?.releaseVersion).not.toBe(oldRelease)
  })

  it('MINIMAL never exceeds the size', async () => {
    const { group, world } = await readyGroup({ updateConfig: { updateStrategy: 'MINIMAL' } })
    const id = await start(world)
    const seen = await watch(world, group, id)
    expect((await updateOf(world, id)).status).toBe('Successful')
    expect(seen.most).toBe(3)
    expect(seen.least).toBeLessThan(3)
    expect(group.maxSize).toBe(3)
    expect(liveInstances(world.account, group)).toHaveLength(3)
  })

  it('an empty group takes minutes only', async () => {
    const { group, world } = await readyGroup({
      scalingConfig: { minSize: 0, maxSize: 3, desiredSize: 0 },
    })
    const id = await start(world)
    const seen = await watch(world, group, id)
    expect(seen.most).toBe(0)
    expect(seen.minutes).toBeGreaterThanOrEqual(1)
    expect(seen.minutes).toBeLessThan(4)
  })

  it('maxUnavailable nodes at once', async () => {
    const slow = await readyGroup({ updateConfig: { maxUnavailable: 1 } })
    const fast = await readyGroup({ updateConfig: { maxUnavailablePercentage: 100 } })
    const slowSeen = await watch(slow.world, slow.group, await start(slow.world))
    const fastSeen = await watch(fast.world, fast.group, await start(fast.world))
    expect(fastSeen.minutes).toBeLessThan(slowSeen.minutes)
  })
})

describe('failure', () => {
  async function guarded(): Promise<{ world: SmallWorld; group: GroupState }> {
    const ready = await readyGroup()
    for (const node of ready.world.cluster.store.list('Node')) {
      addPod(ready.world, node.metadata.name, true)
    }
    ready.world.advance(10_000)
    return ready
  }

  it('a guarded pod fails the update after 45 minutes; nothing is rolled back', async () => {
    const { group, world } = await guarded()
    const id = await start(world)
    const seen = await watch(world, group, id)
    expect(seen.minutes).toBeGreaterThan(45)
    expect(seen.minutes).toBeLessThan(55)
    const update = await updateOf(world, id)
    expect(update.errors?.[0]).toMatchObject({ errorCode: 'PodEvictionFailure' })
    expect(update.errors?.[0]?.resourceIds?.[0]).toMatch(/^ip-/)
    expect(group.maxSize).toBeGreaterThan(3)
    const { nodegroup } = await world.call(world.api.eks.describeNodegroup(key))
    expect(nodegroup).toMatchObject({ status: 'ACTIVE', releaseVersion: oldRelease })
    expect(world.cluster.store.count('Pod')).toBe(3)
  })

  it('a retry resumes: new nodes are not touched again', async () => {
    const { group, world } = await guarded()
    await watch(world, group, await start(world))
    const renewed = liveInstances(world.account, group)
      .filter((one) => one.recipe.templateVersion === '2')
      .map((one) => one.id)
    expect(renewed.length).toBeGreaterThan(0)
    world.cluster.server.delete(
      'PodDisruptionBudget',
      { namespace: 'default', name: 'web' },
      {},
      't',
    )
    const id = await start(world)
    await watch(world, group, id)
    expect((await updateOf(world, id)).status).toBe('Successful')
    expect(liveInstances(world.account, group).every((o) => o.recipe.templateVersion === '2')).toBe(
      true,
    )
  })

  it('force takes the node with what is left on it', async () => {
    const { group, world } = await guarded()
    const id = await start(world, { force: true })
    const seen = await watch(world, group, id)
    expect((await updateOf(world, id)).status).toBe('Successful')
    expect(seen.minutes).toBeGreaterThan(45)
  })

  it('new nodes that do not come end it after 15 minutes, with the old ones untouched', async () => {
    const { group, world } = await readyGroup()
    world.account.capacity.addOutage({ zone: 'eu-west-1b' })
    const id = await start(world)
    const seen = await watch(world, group, id)
    expect((await updateOf(world, id)).errors?.[0]?.errorCode).toBe('NodeCreationFailure')
    expect(seen.minutes).toBeLessThan(18)
    expect(seen.least).toBeGreaterThanOrEqual(3)
  })
})

describe('scale-down', () => {
  it('stops without restoring the sizes when somebody scales up', async () => {
    const { group, world } = await readyGroup()
    const id = await start(world)
    while (group.desiredCapacity < 9) world.advance(10_000)
    while (group.desiredCapacity === 9) world.advance(10_000)
    group.desiredCapacity += 2
    const seen = await watch(world, group, id)
    expect((await updateOf(world, id)).status).toBe('Successful')
    expect(seen.minutes).toBeLessThan(2)
    expect(group.desiredCapacity).toBe(10)
    expect(group.maxSize).toBe(9)
  })
})

describe('refusals', () => {
  type Row = { name: string; input: Partial<Sdk.UpdateNodegroupVersionRequest>; text: string }
  const rows: Row[] = [
    {
      name: 'VER-2 newer than the cluster',
      input: { version: '1.33' },
      text: 'newer than the cluster',
    },
    {
      name: 'VER-3 release of another minor',
      input: { releaseVersion: '1.31.0-20250101' },
      text: 'not valid for kubernetes version 1.32',
    },
    {
      name: 'unpublished release',
      input: { releaseVersion: '1.32.77-20990101' },
      text: 'does not exist',
    },
    {
      name: 'LT-9 a template on a group without',
      input: { launchTemplate: { name: 'template' } },
      text: 'cannot be replaced',
    },
  ]
  it.each(rows)('$name', async ({ input, text }) => {
    const { world } = await readyGroup()
    await world.call(
      world.api.ec2.createLaunchTemplate({
        LaunchTemplateName: 'template',
        LaunchTemplateData: { EbsOptimized: true },
      }),
    )
    await expect(start(world, input)).rejects.toThrow(text)
    const { nodegroup } = await world.call(world.api.eks.describeNodegroup(key))
    expect(nodegroup?.status).toBe('ACTIVE')
  })

  it('one update at a time, and no deletion meanwhile', async () => {
    const { world } = await readyGroup()
    await start(world)
    const { eks } = world.api
    const again = eks.updateNodegroupVersion({ ...key, version: '1.32' })
    expect(await world.codeOf(again)).toBe('ResourceInUseException')
    expect(await world.codeOf(eks.deleteNodegroup(key))).toBe('ResourceInUseException')
  })
})
