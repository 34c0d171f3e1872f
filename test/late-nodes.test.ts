/** Node groups that give no nodes: the migration ends, says why, loses nothing, and goes on when it is mended. */

import { describe, expect, it } from 'vitest'
import type { DesiredCluster } from '../src/fleet/desired.ts'
import type { EventDraft } from '../src/run/events.ts'
import type { WorldSpec } from '../src/twin/build/world-spec.ts'
import { type JudgedRun, type JudgedTwin, judgedTwin } from './judged-twin.ts'
import { tinyWorld } from './tiny-world.ts'

const allReady = { web: 3, admin: 1, db: 2 }
/** A bootstrap of AL2 on AL2023: the kubelet never starts. */
const badUserData = '#!/bin/bash\n/etc/eks/bootstrap.sh tiny\n'

/** The groups of these names get user data with which nothing joins. */
function broken(...names: readonly string[]): (cluster: DesiredCluster) => DesiredCluster {
  return (cluster) => ({
    ...cluster,
    nodeGroups: cluster.nodeGroups.map((group) =>
      names.includes(group.name) ? { ...group, userData: badUserData } : group,
    ),
  })
}

function blockersOf({ outcome }: JudgedRun) {
  return outcome.result === 'blocked' ? outcome.blockers : []
}

const codesOf = (run: JudgedRun): readonly string[] =>
  blockersOf(run).map(({ code, object }) => `${code} ${object.split('.')[0]}`)

const oldGroups = ({ twin }: JudgedTwin) =>
  [...twin.account.groups.keys()].filter((name) => name.startsWith('tiny-'))

async function deleteNodeGroup(room: JudgedTwin, nodegroupName: string): Promise<void> {
  const { aws } = room.twin.connect('admin')
  await room.settle(aws.eks.deleteNodegroup({ clusterName: 'tiny', nodegroupName }))
  await room.wait(20 * 60_000)
}

/** Further instances of general-a join no more, or again. */
function setJoinFailure({ twin }: JudgedTwin, failure: string | undefined): void {
  for (const group of twin.account.groups.values()) {
    if (group.nodeGroupName !== 'general-a') continue
    const { joinFailure: _, ...recipe } = group.recipe
    group.recipe = failure === undefined ? recipe : { ...recipe, joinFailure: failure }
  }
}

/** The tiny world with pods of which two fill a node. */
function heavyWorld(): WorldSpec {
  const text = JSON.stringify(tinyWorld().clusters).replaceAll('"cpu":"100m"', '"cpu":"700m"')
  return { ...tinyWorld(), clusters: JSON.parse(text) as WorldSpec['clusters'] }
}

describe('instances that never join', () => {
  it('in all groups: blocked after EKS’s 15 minutes and a margin each, nothing touched', async () => {
    const room = await judgedTwin()
    const run = await room.run(await room.target(broken('general-a', 'general-b')))
    expect(codesOf(run)).toEqual([
      'node-group/nodes-not-joining general-a',
      'node-group/nodes-not-joining general-b',
      'surge/not-joining ip-10-0-0-5',
    ])
    const [first] = blockersOf(run)
    const [id] = [...(room.twin.account.instances.values() ?? [])].filter(({ groupName }) =>
      groupName.startsWith('eks-general-a-'),
    )
    expect(first?.reason).toBe(
      `got no Ready node from 1 instance in 40 minutes (${id?.id}); it has 0 Ready nodes; EKS names no health issue`,
    )
    expect(first?.remedy).toContain('its user data (regroup check), its node role')
    expect(first?.command).toContain(
      `get-console-output --latest --output text --instance-id ${id?.id}`,
    )
    expect(run.minutes).toBeGreaterThan(15 + 2 * 20)
    expect(run.minutes).toBeLessThan(15 + 2 * 20 + 5)
    expect(run.events.filter(({ data }) => data?.kind === 'cordon')).toEqual([])
    expect(room.readyPods()).toEqual(allReady)
  })

  it('the next run says so within minutes, and goes on once the groups are made anew', async () => {
    const room = await judgedTwin()
    const target = await room.target(broken('general-a', 'general-b'))
    const first = await room.run(target)
    const again = await room.run(target)
    expect(codesOf(again)).toEqual(codesOf(first))
    expect(again.minutes).toBeLessThan(7)
    // The last group of a role takes the role's mapping with it: the other one stays.
    await deleteNodeGroup(room, 'general-a')
    const mended = await room.run(await room.target())
    expect(codesOf(mended)).toEqual(['node-group/nodes-not-joining general-b'])
    expect(oldGroups(room)).toEqual([])
    expect(room.readyPods()).toEqual(allReady)
    expect(room.judge.breaches).toEqual([])
  })

  it('in one group: the others take its pods, and the group is named at the end', async () => {
    const room = await judgedTwin()
    const run = await room.run(await room.target(broken('general-a')))
    expect(codesOf(run)).toEqual(['node-group/nodes-not-joining general-a'])
    expect(room.readyPods()).toEqual(allReady)
    expect(oldGroups(room)).toEqual([])
    const { store } = room.twin.clusters.get('tiny')!
    expect(store.get('ConfigMap', 'kube-system', 'regroup-migration')).toBeUndefined()
    expect(store.get('Lease', 'kube-system', 'regroup')?.spec?.holderIdentity).toBe('')
  })

  it('some of a group: those that joined are used, and the rest is named', async () => {
    const room = await judgedTwin(heavyWorld())
    const onlyA = (cluster: DesiredCluster): DesiredCluster => ({
      ...cluster,
      nodeGroups: cluster.nodeGroups.filter(({ name }) => name === 'general-a'),
    })
    let isFirst = true
    const onEvent = ({ data }: EventDraft): void => {
      // From the second node on, instances come with a kubelet that does not start.
      if (data?.kind !== 'cordon' || !isFirst) return
      isFirst = false
      setJoinFailure(room, 'the disk is full')
    }
    const run = await room.run(await room.target(onlyA), { onEvent })
    expect(isFirst).toBe(false)
    expect(codesOf(run)).toEqual([
      'node-group/nodes-not-joining general-a',
      'surge/not-joining ip-10-0-0-7',
    ])
    const [late] = blockersOf(run)
    expect(late?.reason).toMatch(/^got no Ready node from 1 instance in 20 minutes .* has 2 Ready/)
    expect(late?.remedy).toContain('terminate these instances, and run again')
    expect(oldGroups(room)).toEqual(['tiny-b'])
    expect(room.readyPods()).toEqual(allReady)
    setJoinFailure(room, undefined)
    const id = /i-[0-9a-f]+/.exec(late?.reason ?? '')?.[0] ?? ''
    const { aws } = room.twin.connect('admin')
    await room.settle(aws.ec2.terminateInstances({ InstanceIds: [id] }))
    await room.wait(60_000)
    expect((await room.run(await room.target(onlyA))).outcome).toEqual({ result: 'converged' })
    expect(room.readyPods()).toEqual(allReady)
  })
})

describe('a group that EKS could not create', () => {
  it('is named with what EKS says and its instances, before anything is touched', async () => {
    const room = await judgedTwin()
    const withMinimum = (cluster: DesiredCluster): DesiredCluster => ({
      ...cluster,
      nodeGroups: cluster.nodeGroups.map((group) => ({ ...group, minSize: 1 })),
    })
    const target = await room.target((one) => withMinimum(broken('general-b')(one)))
    const run = await room.run(target)
    expect(codesOf(run)).toEqual(['node-group/create-failed general-b'])
    expect(blockersOf(run)[0]?.reason).toMatch(
      /^could not be created; EKS says NodeCreationFailure: Instances failed to join .* \[i-[0-9a-f]+\]$/,
    )
    await deleteNodeGroup(room, 'general-b')
    const mended = await room.run(await room.target(withMinimum))
    expect(mended.outcome).toEqual({ result: 'converged' })
    expect(room.readyPods()).toEqual(allReady)
  })

  it('and is the last of its role: the remedy says what else its deletion does', async () => {
    const room = await judgedTwin()
    const onlyA = (cluster: DesiredCluster): DesiredCluster => ({
      ...cluster,
      nodeGroups: broken('general-a')(cluster).nodeGroups.map((one) => ({ ...one, minSize: 1 })),
    })
    const run = await room.run(await room.target(onlyA))
    expect(blockersOf(run)[0]?.remedy).toContain('its deletion unmaps the role')
  })
})

describe('launches that fail', () => {
  it('for ever: tried every ten minutes for an hour, then blocked; the next run goes on', async () => {
    const fromMs = Date.parse(tinyWorld().startAt)
    const outage = { instanceType: 'm6i.large', fromMs, untilMs: fromMs + 2 * 3_600_000 }
    const room = await judgedTwin({ ...tinyWorld(), outages: [outage] })
    const target = await room.target()
    const run = await room.run(target)
    expect(codesOf(run)).toEqual(['node-group/no-new-nodes ip-10-0-0-5'])
    expect(blockersOf(run)[0]?.reason).toMatch(
      /launches of general-a have failed for 60 minutes: .*Capacity.*; launches of general-b have/,
    )
    const waits = run.events.filter(({ data }) => data?.reason === 'launches-failing')
    expect(waits[0]?.message).toMatch(
      /^launches of general-a fail and are tried again every 10 minutes, for 60 minutes at least: Could not launch/,
    )
    const tries = run.events.filter(({ data }) => data?.kind === 'scale-up')
    expect(tries.length).toBe(2 * 7)
    expect(run.minutes).toBeLessThan(15 + 60 + 5)
    expect(room.readyPods()).toEqual(allReady)
    await room.wait(outage.untilMs - room.twin.kernel.nowMs())
    expect((await room.run(target)).outcome).toEqual({ result: 'converged' })
    expect(room.readyPods()).toEqual(allReady)
  })

  it('for half an hour: waited out', async () => {
    const fromMs = Date.parse(tinyWorld().startAt)
    const outage = { instanceType: 'm6i.large', fromMs, untilMs: fromMs + 45 * 60_000 }
    const room = await judgedTwin({ ...tinyWorld(), outages: [outage] })
    const run = await room.run(await room.target())
    expect(run.outcome).toEqual({ result: 'converged' })
    expect(room.readyPods()).toEqual(allReady)
  })

  it('for want of a quota: the same', async () => {
    const room = await judgedTwin()
    const used = room.twin.account.capacity.vcpuInUse('ON_DEMAND')
    room.twin.account.capacity.setVcpuLimit('ON_DEMAND', used)
    const run = await room.run(await room.target())
    expect(blockersOf(run)[0]?.reason).toMatch(/VcpuLimitExceeded|vCPU/)
    room.twin.account.capacity.setVcpuLimit('ON_DEMAND', used + 8)
    expect((await room.run(await room.target())).outcome).toEqual({ result: 'converged' })
    expect(room.readyPods()).toEqual(allReady)
  })
})
