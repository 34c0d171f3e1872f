/** Faults between the engine and the world: whatever is lost, late or stale, the migration ends the same. */

import { describe, expect, it } from 'vitest'
import { rehearseMigration } from '../src/run/rehearse.ts'
import type { Fault, FaultEffect } from '../src/twin/kernel/faults.ts'
import { seededRandom } from '../src/world/random.ts'
import { tinyFleet, tinyWorld } from './tiny-world.ts'

/** The engine: what is asked before it starts (names of groups, images) is not its business. */
const client = 'regroup-1'

function rehearse(faults: readonly Fault[], seed = '1') {
  const world = tinyWorld(faults)
  return rehearseMigration({ world, fleet: tinyFleet(), seed, engine: 'regroup' })
}

const goodEnd = { result: 'converged', blocked: [], broken: [], lost: 0, oldGroupsRemaining: [] }

function summary(report: Awaited<ReturnType<typeof rehearse>>) {
  const { blocked, invariants, oldGroupsRemaining, pods, result } = report
  return { result, blocked, broken: invariants.broken, lost: pods.lost, oldGroupsRemaining }
}

const writes = [
  'eks:UpdateClusterVersion',
  'eks:CreateNodegroup',
  'ec2:CreateLaunchTemplate',
  'autoscaling:CreateOrUpdateTags',
  'autoscaling:UpdateAutoScalingGroup',
  'autoscaling:SetDesiredCapacity',
  'autoscaling:TerminateInstanceInAutoScalingGroup',
  'autoscaling:DeleteAutoScalingGroup',
  'kube:evict',
  'kube:patch',
  'kube:create',
  'kube:update',
]
const reads = [
  'eks:Describe*',
  'autoscaling:Describe*',
  'ec2:Describe*',

  'kube:list',
  'kube:get',
]

it('converges without faults', async () => {
  expect(summary(await rehearse([]))).toEqual(goodEnd)
})

const kinds: readonly {
  readonly name: string
  readonly effect: FaultEffect
  readonly on: readonly string[]
}[] = [
  {
    name: 'an error before the effect',
    effect: { kind: 'error-before', code: 'unavailable' },
    on: [...writes, ...reads],
  },
  {
    name: 'a lost answer',
    effect: { kind: 'error-after', code: 'unavailable' },
    on: [...writes, ...reads],
  },
  { name: 'throttling', effect: { kind: 'throttle' }, on: [...writes, ...reads] },
  { name: 'a late answer', effect: { kind: 'delay', delayMs: 20_000 }, on: [...writes, ...reads] },
  { name: 'a stale answer', effect: { kind: 'stale-read' }, on: reads },
]

/** Counts how often faults fire: one that never does proves nothing. */
class Hits {
  count = 0

  counted(fault: Fault): Fault {
    const hit = (): FaultEffect => {
      this.count += 1
      return fault.effect
    }
    return Object.defineProperty({ ...fault }, 'effect', { get: hit })
  }
}

describe.each(kinds)('$name', ({ effect, on }) => {
  it.each(on)('of the first two and every tenth %s', async (operation) => {
    const occurrences = [1, 2, ...Array.from({ length: 20 }, (_, index) => 10 * (index + 1))]
    const hits = new Hits()
    const fault = hits.counted({ operation, client, occurrences, effect })
    expect(summary(await rehearse([fault]))).toEqual(goodEnd)
    expect(hits.count).toBeGreaterThan(0)
  })
})

/** Any number of faults of any kind at once, each with a chance of its own, for the first ten hours. */
function randomFaults(seed: number): readonly Fault[] {
  const random = seededRandom(`swarm/${seed}`)
  const untilMs = Date.parse('2026-11-24T18:00:00Z')
  return kinds.flatMap(({ effect, on }) => {
    if (random.next() < 0.4) return []
    return on.flatMap((operation) => {
      if (random.next() < 0.5) return []
      const probability = 0.02 + random.next() * 0.2
      const late = effect.kind === 'delay' ? { delayMs: Math.ceil(random.next() * 60_000) } : {}
      return {
        operation,
        client,
        effect: { ...effect, ...late } as FaultEffect,
        probability,
        untilMs,
      }
    })
  })
}

describe('a swarm of them', () => {
  it.each(Array.from({ length: 40 }, (_, index) => index + 1))('seed %i', async (seed) => {
    const hits = new Hits()
    const faults = randomFaults(seed).map((fault) => hits.counted(fault))
    expect(summary(await rehearse(faults, String(seed)))).toEqual(goodEnd)
    expect(hits.count).toBeGreaterThan(3)
  })

  it('is the same for the same seed', async () => {
    const [first, second] = [await rehearse(randomFaults(7)), await rehearse(randomFaults(7))]
    expect(JSON.stringify(second)).toBe(JSON.stringify(first))
  })
})
