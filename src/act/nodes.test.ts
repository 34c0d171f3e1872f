import { expect, it } from 'vitest'
import { addOldGroup, smallWorld } from '../../test/small-world.ts'
import { retiringTaintKey } from '../decide/names.ts'
import { Session } from '../twin/kernel/session.ts'
import type { KubeApi } from '../world/kube-api.ts'
import type { Taint } from '../world/kube-objects.ts'
import type { ActContext } from './context.ts'
import { preferNoSchedule } from './nodes.ts'

const ownTaint = { key: retiringTaintKey, value: 'true', effect: 'PreferNoSchedule' } as const
const otherTaint: Taint = { key: 'team', value: 'shop', effect: 'NoSchedule' }

/** A world with old nodes and what acting on the first of them needs. */
function tainted(taints: readonly Taint[]) {
  const world = smallWorld()
  addOldGroup(world)
  const { cluster, faults, kernel } = world
  const nodeName = cluster.store.list('Node')[0]?.metadata.name ?? ''
  const patch = { type: 'merge', body: { spec: { taints } } } as const
  cluster.server.patch('Node', { name: nodeName }, patch, 'admin')
  const session = new Session('regroup', kernel, faults)
  const kube = cluster.api(session)
  const act = (through: KubeApi = kube) => {
    const context = { kube: through, assertLeaseHeld: () => undefined } as unknown as ActContext
    const action = { kind: 'prefer-no-schedule', object: nodeName, nodeName } as never
    return world.call(preferNoSchedule(action, context))
  }
  const taintsNow = () => cluster.store.get('Node', undefined, nodeName)?.spec?.taints
  return { world, nodeName, kube, act, taintsNow }
}

it('the soft taint is added, those of others stay', async () => {
  const { act, taintsNow } = tainted([otherTaint])
  expect(await act()).toMatchObject({ kind: 'done' })
  expect(taintsNow()).toEqual([otherTaint, ownTaint])
})

it('a node that has it is left alone', async () => {
  const { act, taintsNow, world } = tainted([otherTaint, ownTaint])
  const writes: string[] = []
  world.cluster.server.onAudit(({ verb }) => writes.push(verb))
  expect(await act()).toMatchObject({ kind: 'skipped' })
  expect(writes).toEqual([])
  expect(taintsNow()).toEqual([otherTaint, ownTaint])
})

it('a taint that someone sets in between is not lost: the step is tried again', async () => {
  const { act, kube, nodeName, taintsNow, world } = tainted([])
  const raced: KubeApi = {
    ...kube,
    get: async (kind, ref) => {
      const found = await kube.get(kind, ref)
      const patch = { type: 'merge', body: { spec: { taints: [otherTaint] } } } as const
      world.cluster.server.patch('Node', { name: nodeName }, patch, 'admin')
      return found
    },
  }
  expect(await act(raced)).toMatchObject({ kind: 'skipped' })
  expect(taintsNow()).toEqual([otherTaint])
  expect(await act()).toMatchObject({ kind: 'done' })
  expect(taintsNow()).toEqual([otherTaint, ownTaint])
})

it('a node that is gone is no error', async () => {
  const { act, nodeName, world } = tainted([])
  world.cluster.server.delete('Node', { name: nodeName }, {}, 'admin')
  expect(await act()).toMatchObject({ kind: 'skipped' })
})
