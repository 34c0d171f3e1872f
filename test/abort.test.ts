/** A migration aborted anywhere: all of Regroup's is taken back, nothing is lost, and it can begin again. */

import { beforeAll, describe, expect, it } from 'vitest'
import type { MigrationTarget } from '../src/decide/target.ts'
import type { WorldSpec } from '../src/twin/build/world-spec.ts'
import { type JudgedTwin, judgedTwin } from './judged-twin.ts'
import { tinyWorld } from './tiny-world.ts'

const allReady = { web: 3, admin: 1, db: 2 }
/** Half of the cuts lie in the last two fifths of the calls: there old groups are changed. */
const parts = [1, 3, 5, 7, 9, 11, 12, 13, 14, 14.5, 15, 15.5, 16, 16.5, 17, 17.5, 18, 18.5, 19]

/** Old groups by name as they are to be again: desired capacity is not among it, instances are gone. */
function oldGroups({ twin }: JudgedTwin) {
  const groups = [...twin.account.groups.values()].filter(({ name }) => name.startsWith('tiny-'))
  return Object.fromEntries(
    groups.map(({ maxSize, minSize, name, suspended, tags }) => [
      name,
      { minSize, maxSize, suspended: [...suspended].sort(), tags: [...tags].sort() },
    ]),
  )
}

/** What carries our mark, or is cordoned. */
function marks({ twin }: JudgedTwin): readonly string[] {
  const { store } = twin.clusters.get('tiny')!
  return store.list('Node').flatMap(({ metadata, spec }) => {
    const keys = Object.keys(metadata.annotations ?? {}).filter((key) =>
      /regroup|scale-down/.test(key),
    )
    const taints = (spec?.taints ?? [])
      .map((taint) => taint.key)
      .filter((key) => /regroup/.test(key))
    const cordon = spec?.unschedulable === true ? ['cordoned'] : []
    return [...keys, ...taints, ...cordon].map((mark) => `${metadata.name} ${mark}`)
  })
}

function configMap({ twin }: JudgedTwin, name: string) {
  return twin.clusters.get('tiny')!.store.get('ConfigMap', 'kube-system', name)
}

const priorities = (room: JudgedTwin) => {
  const map = configMap(room, 'cluster-autoscaler-priority-expander')
  return map === undefined ? undefined : { data: map.data, marks: map.metadata.annotations ?? {} }
}

/** Expects that nothing of ours is left and that all is as it was. */
function expectTakenBack(room: JudgedTwin, before: Before): void {
  const now = oldGroups(room)
  for (const [name, group] of Object.entries(now))
    expect({ [name]: group }).toEqual({ [name]: before.groups[name] })
  expect(marks(room)).toEqual([])
  expect(priorities(room)).toEqual(before.priorities)
  expect(configMap(room, 'regroup-migration')).toBeUndefined()
  const { store } = room.twin.clusters.get('tiny')!
  expect(store.get('Lease', 'kube-system', 'regroup')?.spec?.holderIdentity ?? '').toBe('')
}

interface Before {
  readonly groups: ReturnType<typeof oldGroups>
  readonly priorities: ReturnType<typeof priorities>
}

async function fresh(
  world = tinyWorld(),
): Promise<{ room: JudgedTwin; target: MigrationTarget; before: Before }> {
  const room = await judgedTwin(world)
  const target = await room.target()
  return { room, target, before: { groups: oldGroups(room), priorities: priorities(room) } }
}

describe('a migration killed anywhere and aborted', () => {
  let callCount = 0
  beforeAll(async () => {
    const { room, target } = await fresh()
    ;({ callCount } = await room.run(target))
  })

  it.each(parts)(
    'at part %d of 20: all is taken back, nothing is lost, and it can begin again',
    async (part) => {
      const { before, room, target } = await fresh()
      const killAt = Math.floor((callCount * part) / 20)
      expect((await room.run(target, { killAt })).outcome).toEqual({ result: 'killed' })
      const abort = await room.run(target, { goal: 'abort' })
      expect(abort.outcome).toEqual({ result: 'converged' })
      expectTakenBack(room, before)
      const evictions = abort.events.filter(({ data }) =>
        /evict|terminate|delete-g/.test(String(data?.kind)),
      )
      expect(evictions).toEqual([])
      await room.wait(10 * 60_000)
      expect(room.readyPods()).toEqual(allReady)
      expect((await room.run(target)).outcome).toEqual({ result: 'converged' })
      expect(Object.keys(oldGroups(room))).toEqual([])
      expect(room.readyPods()).toEqual(allReady)
      expect(room.judge.breaches).toEqual([])
    },
  )
})

/** Before which call of a run the fourth eviction is made, by the world's priority map. */
const fourthEvictions = new Map<string, number>()

async function fourthEviction(world: WorldSpec): Promise<number> {
  const key = world.clusters[0]?.priorities ?? ''
  const known = fourthEvictions.get(key)
  if (known !== undefined) return known
  const { room, target } = await fresh(world)
  const { callsAt, events } = await room.run(target)
  const evictions = events.flatMap(({ data }, at) => (data?.kind === 'evict' ? at : []))
  const call = callsAt[evictions[3] ?? 0] ?? 0
  fourthEvictions.set(key, call)
  return call
}

/** Killed while pods of the last nodes move: the canary is gone, two nodes are cordoned. */
async function halfWay(world = tinyWorld()) {
  const made = await fresh(world)
  await made.room.run(made.target, { killAt: await fourthEviction(world) })
  expect(marks(made.room).filter((mark) => mark.endsWith('cordoned'))).toHaveLength(2)
  return made
}

const writesOf = ({ twin }: JudgedTwin, user: string) =>
  twin.kernel.journal
    .entries('call')
    .filter(({ actor }) => actor === user)
    .map(({ what }) => what)
    .filter((what) => !/^(?:\w+:(?:Describe|Get|List)|kube:(?:get|list|watch|version))/.test(what))

describe('an abort', () => {
  it('that is killed is finished by the next, whatever the call', async () => {
    const whole = await halfWay()
    const { callCount } = await whole.room.run(whole.target, { goal: 'abort' })
    expect(callCount).toBeGreaterThan(40)
    for (let killAt = 1; killAt <= callCount; killAt += 4) {
      const { before, room, target } = await halfWay()
      await room.run(target, { goal: 'abort', killAt })
      const { outcome } = await room.run(target, { goal: 'abort' })
      expect({ killAt, ...outcome }).toEqual({ killAt, result: 'converged' })
      expectTakenBack(room, before)
      expect(room.readyPods()).toEqual(allReady)
      expect(room.judge.breaches).toEqual([])
    }
  }, 60_000)

  it('of what was never begun writes nothing but the lease, and a second one neither', async () => {
    const { before, room, target } = await fresh()
    expect((await room.run(target, { goal: 'abort' })).outcome).toEqual({ result: 'converged' })
    expect(new Set(writesOf(room, 'regroup-1'))).toEqual(new Set(['kube:create', 'kube:update']))
    expectTakenBack(room, before)
    const second = await halfWay()
    await second.room.run(second.target, { goal: 'abort' })
    await second.room.run(second.target, { goal: 'abort' })
    expect(new Set(writesOf(second.room, 'regroup-3'))).toEqual(new Set(['kube:update']))
  })

  it('leaves a node alone that someone else has cordoned', async () => {
    const { room, target } = await halfWay()
    const { server, store } = room.twin.clusters.get('tiny')!
    const other = store.list('Node').find(({ spec }) => spec?.unschedulable !== true)
    const ref = { name: other?.metadata.name ?? '' }
    const taint = { key: 'team', effect: 'NoSchedule' }
    const taints = [...(other?.spec?.taints ?? []), taint]
    const patch = { type: 'merge', body: { spec: { unschedulable: true, taints } } } as const
    server.patch('Node', ref, patch, 'admin')
    await room.run(target, { goal: 'abort' })
    expect(marks(room)).toEqual([`${ref.name} cordoned`])
    expect(store.get('Node', undefined, ref.name)?.spec?.taints).toContainEqual(taint)
  })

  it('leaves a priority map alone that someone has changed, and says how to go on', async () => {
    const { room, target } = await halfWay()
    const name = 'cluster-autoscaler-priority-expander'
    const { server } = room.twin.clusters.get('tiny')!
    const ref = { namespace: 'kube-system', name }
    const write = (body: unknown) =>
      server.patch('ConfigMap', ref, { type: 'merge', body }, 'admin')
    write({ data: { priorities: '7:\n  - .*\n' } })
    const first = await room.run(target, { goal: 'abort' })
    expect(first.outcome).toMatchObject({
      result: 'blocked',
      blockers: [{ code: 'priorities/changed', object: name }],
    })
    expect(priorities(room)?.data).toEqual({ priorities: '7:\n  - .*\n' })
    expect(marks(room)).toEqual([])
    write({ metadata: { annotations: { 'regroup.dev/node-groups': null } } })
    const second = await room.run(target, { goal: 'abort' })
    expect(second.outcome).toEqual({ result: 'converged' })
    expect(configMap(room, 'regroup-migration')).toBeUndefined()
  })

  it('puts the map back that was there before', async () => {
    const text = "30:\n  - 'tiny-.*'\n"
    const world = tinyWorld()
    const clusters = world.clusters.map((one) => ({ ...one, priorities: text }))
    const { room, target } = await halfWay({ ...world, clusters })
    expect(priorities(room)?.data).not.toEqual({ priorities: text })
    await room.run(target, { goal: 'abort' })
    expect(priorities(room)?.data).toEqual({ priorities: text })
    expect(Object.keys(priorities(room)?.marks ?? {})).toEqual([])
  })

  it('says which fence it cannot read, and takes the others back', async () => {
    const { before, room, target } = await halfWay()
    const { aws } = room.twin.connect('admin')
    const tag = {
      ResourceId: 'tiny-a',
      ResourceType: 'auto-scaling-group',
      PropagateAtLaunch: false,
    }
    const Tags = [{ ...tag, Key: 'regroup.dev/fence', Value: 'no JSON' }]
    await room.settle(aws.autoScaling.createOrUpdateTags({ Tags }))
    expect((await room.run(target, { goal: 'abort' })).outcome).toMatchObject({
      result: 'blocked',
      blockers: [{ code: 'group/fence-unreadable', object: 'tiny-a' }],
    })
    expect(oldGroups(room)['tiny-b']).toEqual(before.groups['tiny-b'])
    expect(marks(room)).toEqual([])
  })
})
