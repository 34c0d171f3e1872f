import { describe, expect, it } from 'vitest'
import { type SmallWorld, smallWorld } from '../../test/small-world.ts'
import { isFailure } from '../world/failure.ts'
import { ClusterLease, leaseRef } from './lease.ts'

function leaseOf(world: SmallWorld, name: string): ClusterLease {
  const { clock, kube } = world.connect(name)
  return new ClusterLease(kube, clock, name)
}

const specOf = (world: SmallWorld) =>
  world.cluster.store.get('Lease', leaseRef.namespace, leaseRef.name)?.spec

function mayWrite(lease: ClusterLease): boolean {
  try {
    lease.assertHeld()
    return true
  } catch (error) {
    expect(isFailure(error, 'lease-lost')).toBe(true)
    return false
  }
}

/** Sees it, sees it unchanged for its whole duration, takes it. */
async function takeOver(world: SmallWorld, lease: ClusterLease): Promise<void> {
  await world.call(lease.ensure())
  world.advance(61_000)
  expect(await world.call(lease.ensure())).toBe('held')
}

describe('ClusterLease', () => {
  it('is created by the first holder, with the times of the clock', async () => {
    const world = smallWorld()
    const lease = leaseOf(world, 'one')
    expect(mayWrite(lease)).toBe(false)
    expect(await world.call(lease.ensure())).toBe('held')
    expect(mayWrite(lease)).toBe(true)
    expect(specOf(world)).toEqual({
      holderIdentity: 'one',
      leaseDurationSeconds: 60,
      renewTime: '2026-09-01T08:00:00.000000Z',
      acquireTime: '2026-09-01T08:00:00.000000Z',
      leaseTransitions: 0,
    })
  })

  it('keeps a second process out, and says who holds it until when', async () => {
    const world = smallWorld()
    const [one, two] = [leaseOf(world, 'one'), leaseOf(world, 'two')]
    await world.call(one.ensure())
    expect(await world.call(two.ensure())).toEqual({
      heldBy: 'one',
      untilMs: world.kernel.nowMs() + 60_000,
    })
    expect(mayWrite(two)).toBe(false)
    expect(mayWrite(one)).toBe(true)
  })

  it('is renewed only when a quarter of its time is over', async () => {
    const world = smallWorld()
    const lease = leaseOf(world, 'one')
    await world.call(lease.ensure())
    const first = specOf(world)?.renewTime
    world.advance(14_000)
    await world.call(lease.ensure())
    expect(specOf(world)?.renewTime).toBe(first)
    world.advance(2000)
    await world.call(lease.ensure())
    expect(specOf(world)?.renewTime).not.toBe(first)
    expect(specOf(world)?.acquireTime).toBe(first)
    expect(specOf(world)?.leaseTransitions).toBe(0)
  })

  it('forbids writes ten seconds before another could take over', async () => {
    const world = smallWorld()
    const lease = leaseOf(world, 'one')
    await world.call(lease.ensure())
    world.advance(49_000)
    expect(mayWrite(lease)).toBe(true)
    world.advance(1500)
    expect(mayWrite(lease)).toBe(false)
  })

  it('goes to the next process once it has run out, and never back by renewal', async () => {
    const world = smallWorld()
    const [one, two] = [leaseOf(world, 'one'), leaseOf(world, 'two')]
    await world.call(one.ensure())
    await takeOver(world, two)
    expect(specOf(world)).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1 })
    expect(mayWrite(one)).toBe(false)
    await expect(world.call(one.ensure())).rejects.toThrow('two has taken the lease of the cluster')
    expect(mayWrite(one)).toBe(false)
    // Whoever asks again has it no more, and waits like any other.
    expect(await world.call(one.ensure())).toMatchObject({ heldBy: 'two' })
  })

  it.each([
    { name: 'an hour behind', offMs: -3_600_000 },
    { name: 'an hour ahead', offMs: 3_600_000 },
  ])('a clock that is $name takes a lease only after it saw no renewal', async ({ offMs }) => {
    const world = smallWorld()
    const one = leaseOf(world, 'one')
    const { clock, kube } = world.connect('two')
    const skewed = { sleep: clock.sleep, nowMs: () => clock.nowMs() + offMs }
    const two = new ClusterLease(kube, skewed, 'two')
    await world.call(one.ensure())
    for (let seconds = 0; seconds < 120; seconds += 20) {
      expect(await world.call(two.ensure())).toMatchObject({ heldBy: 'one' })
      world.advance(20_000)
      expect(await world.call(one.ensure())).toBe('held')
    }
    await takeOver(world, two)
    expect(mayWrite(two)).toBe(true)
  })

  it('is not lost to whoever only annotates it, nor to one who took it and gave it back', async () => {
    const world = smallWorld()
    const [one, two] = [leaseOf(world, 'one'), leaseOf(world, 'two')]
    await world.call(one.ensure())
    const annotations = { note: 'seen' }
    const patch = { type: 'merge', body: { metadata: { annotations } } } as const
    world.cluster.server.patch('Lease', leaseRef, patch, 'someone')
    world.advance(20_000)
    expect(await world.call(one.ensure())).toBe('held')
    await takeOver(world, two)
    await world.call(two.release())
    expect(await world.call(one.ensure())).toBe('held')
    expect(specOf(world)).toMatchObject({ holderIdentity: 'one' })
  })

  it('is won by one of two that ask at the same moment', async () => {
    const world = smallWorld()
    const leases = ['one', 'two', 'three'].map((name) => leaseOf(world, name))
    const states = await world.call(Promise.all(leases.map((lease) => lease.ensure())))
    expect(states.filter((state) => state === 'held')).toHaveLength(1)
    expect(leases.filter(mayWrite)).toHaveLength(1)
  })

  it('is won by one of two also when it has run out', async () => {
    const world = smallWorld()
    await world.call(leaseOf(world, 'gone').ensure())
    const leases = ['one', 'two'].map((name) => leaseOf(world, name))
    await world.call(Promise.all(leases.map((lease) => lease.ensure())))
    world.advance(61_000)
    await world.call(Promise.all(leases.map((lease) => lease.ensure())))
    expect(leases.filter(mayWrite)).toHaveLength(1)
  })

  it('is given back: the next process need not wait', async () => {
    const world = smallWorld()
    const [one, two] = [leaseOf(world, 'one'), leaseOf(world, 'two')]
    await world.call(one.ensure())
    await world.call(one.release())
    expect(mayWrite(one)).toBe(false)
    expect(await world.call(two.ensure())).toBe('held')
    await world.call(one.release())
    expect(specOf(world)?.holderIdentity).toBe('two')
  })

  it('is not given back to the wrong one: a stale holder cannot free what another took', async () => {
    const world = smallWorld()
    const [one, two] = [leaseOf(world, 'one'), leaseOf(world, 'two')]
    await world.call(one.ensure())
    await takeOver(world, two)
    await world.call(one.release())
    expect(specOf(world)?.holderIdentity).toBe('two')
  })

  it('lets failures of the API server through, and may be asked again', async () => {
    const world = smallWorld()
    world.faults.add({
      operation: 'kube:create',
      object: 'Lease',
      effect: { kind: 'error-before', code: 'unavailable' },
      occurrences: [1],
    })
    const lease = leaseOf(world, 'one')
    expect(await world.codeOf(lease.ensure())).toBe('unavailable')
    expect(mayWrite(lease)).toBe(false)
    expect(await world.call(lease.ensure())).toBe('held')
  })

  it('knows its own lease when the answer to the creation was lost', async () => {
    const world = smallWorld()
    world.faults.add({
      operation: 'kube:create',
      object: 'Lease',
      effect: { kind: 'error-after', code: 'timeout' },
      occurrences: [1],
    })
    const lease = leaseOf(world, 'one')
    expect(await world.codeOf(lease.ensure())).toBe('timeout')
    expect(await world.call(lease.ensure())).toBe('held')
    expect(specOf(world)).toMatchObject({ holderIdentity: 'one', leaseTransitions: 0 })
  })
})
