/** A saved world comes back the same; crowds and broken worlds do no harm. Twin layer. */

import { describe, expect, it } from 'vitest'
import { wireWorld } from '../../../test/wire-world.ts'
import { isFailure } from '../../world/failure.ts'
import { emptyWorld } from '../build/empty-world.ts'
import type { WorldSpec } from '../build/world-spec.ts'
import type { TwinHost } from './host.ts'
import type { Speed } from './pace.ts'

const nodeRole = 'arn:aws:iam::111122223333:role/shop-worker-nodes'
const zone = 'eu-west-1a'

const shop: WorldSpec = {
  ...emptyWorld('eu-west-1'),
  name: 'shop',
  zones: [zone],
  clusters: [
    {
      name: 'shop',
      kubernetesVersion: '1.32',
      nodeRole,
      groups: [],
      objects: [],
      autoscaler: undefined,
      priorities: undefined,
    },
  ],
}

function call(
  host: TwinHost,
  operation: string,
  input: unknown,
  client = 'operator',
): Promise<unknown> {
  return host.call({ client, region: 'eu-west-1', service: 'eks', operation, input })
}

function createNodegroup(host: TwinHost): Promise<unknown> {
  return call(host, 'CreateNodegroup', {
    clusterName: 'shop',
    nodegroupName: 'web',
    subnets: [...host.twin.account.subnets.keys()],
    nodeRole,
    amiType: 'AL2023_x86_64_STANDARD',
    instanceTypes: ['m5.large'],
    scalingConfig: { minSize: 1, maxSize: 3, desiredSize: 2 },
  })
}

/** Every change of the world: when, what, to which object. */
function changes(host: TwinHost): readonly string[] {
  const { journal } = host.twin.kernel
  return journal
    .entries('state')
    .map(({ atMs, detail, object, what }) => `${atMs} ${what} ${object} ${detail}`)
}

describe('save and load', () => {
  const rows: readonly { name: string; speed: Speed }[] = [
    { name: 'at speed max', speed: 'max' },
    { name: 'at speed 60, where calls take virtual time', speed: 60 },
  ]
  it.each(rows)('$name: the same changes at the same times', async ({ speed }) => {
    const one = wireWorld({ world: shop, speed })
    const created = createNodegroup(one.host)
    one.clock.advance(1500)
    await created
    one.clock.advance(9000)
    const deleted = call(one.host, 'DeleteNodegroup', { clusterName: 'shop', nodegroupName: 'web' })
    one.clock.advance(5000)
    await deleted
    expect(changes(one.host).length).toBeGreaterThan(8)

    const saved = JSON.parse(JSON.stringify(one.host.save()))
    expect(saved.inputs).toHaveLength(2)
    const other = wireWorld({ isPaused: true })
    other.host.load(saved)
    expect(changes(other.host)).toEqual(changes(one.host))
    expect(other.host.twin.kernel.nowMs()).toBe(one.host.twin.kernel.nowMs())
    expect(JSON.parse(JSON.stringify(other.host.save()))).toEqual(saved)
  })

  it('reads are inputs only while faults count them', async () => {
    const { host } = wireWorld({ world: shop })
    await call(host, 'ListClusters', {})
    expect(host.inputCount).toBe(0)
    host.twin.faults.add({ operation: 'eks:*', effect: { kind: 'throttle' }, occurrences: [2] })
    await call(host, 'ListClusters', {})
    expect(host.inputCount).toBe(1)
  })

  it('inputs of a wire that is not there are refused, and the old world stays', () => {
    const { host } = wireWorld({ world: shop })
    const input = { atMs: 0, session: 'a', hasLatency: false, target: 'shop', payload: {} }
    expect(() => host.load({ ...host.save(), inputs: [input] })).toThrow(
      'inputs of shop cannot be repeated',
    )
    expect(host.world.name).toBe('shop')
  })

  it('a world that cannot be built leaves the old one in its place', async () => {
    const { host } = wireWorld({ world: shop })
    const broken = { ...host.save(), world: { ...shop, startAt: 'never', clusters: undefined } }
    expect(() => host.load(broken as never)).toThrow()
    expect(await call(host, 'ListClusters', {})).toMatchObject({ clusters: ['shop'] })
  })
})

describe('clients', () => {
  it('whoever waits when the world is replaced is told', async () => {
    const { host } = wireWorld({ world: shop })
    host.twin.faults.add({
      operation: 'eks:ListClusters',
      effect: { kind: 'delay', delayMs: 60_000 },
    })
    const waiting = call(host, 'ListClusters', {}).catch((error: unknown) => error)
    host.reset()
    expect(isFailure(await waiting, 'aborted')).toBe(true)
  })

  it('thousands of access keys share a session beyond the first thousand', async () => {
    const { host } = wireWorld()
    for (let number = 0; number < 1100; number += 1)
      await call(host, 'ListClusters', {}, `AKIA${number}`)
    const actors = new Set(host.twin.kernel.journal.entries('call').map((entry) => entry.actor))
    expect(actors.size).toBe(1001)
    expect(actors.has('crowd')).toBe(true)
  })
})
