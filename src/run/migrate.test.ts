/** The loop on the twin: paused, beside another process, under faults; and any small cluster. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { targetOf } from '../decide/target-of.ts'
import { loadFleet } from '../fleet/load-fleet.ts'
import { readTargetFacts } from '../observe/target-facts.ts'
import { scenarioWorld } from '../twin/build/scenario.ts'
import { scenarioFleetYaml } from '../twin/build/scenario-fleet.ts'
import type { WorldSpec } from '../twin/build/world-spec.ts'
import { buildTwin, type Twin } from '../twin/twin.ts'
import type { EventDraft } from './events.ts'
import { type MigrationOutcome, type MigrationRun, runMigration } from './migrate.ts'

const limits = { virtualMsMax: 21 * 86_400_000, eventsMax: 20_000_000 }
const { desired } = loadFleet({ file: 'starter.yaml', bytes: scenarioFleetYaml('starter')! })
const cluster = desired!.clusters[0]!

async function starter(change: (world: WorldSpec) => WorldSpec = (world) => world) {
  const twin = buildTwin(change(scenarioWorld('starter')!), { seed: '1' })
  const { aws } = twin.connect('resolver')
  const facts = await twin.kernel.runUntil(readTargetFacts(aws, cluster), limits)
  return { twin, target: targetOf(cluster, facts) }
}

/** Starts the engine as one process and collects what it says. */
function start(
  twin: Twin,
  target: MigrationRun['target'],
  parts: Partial<MigrationRun> & { holder: string },
) {
  const { aws, clock, kube } = twin.connect(parts.holder)
  const events: EventDraft[] = []
  const emit = (event: EventDraft): void => {
    events.push(event)
    parts.emit?.(event)
  }
  const done = runMigration({ aws, clock, kube: kube(cluster.name), target, ...parts, emit })
  return { done, events }
}

const finish = (twin: Twin, work: Promise<MigrationOutcome>) => twin.kernel.runUntil(work, limits)
const evictions = (events: readonly EventDraft[]) =>
  events.filter((event) => event.type === 'pod' && event.data?.kind === 'evict')
const oldGroups = (twin: Twin) =>
  [...twin.account.groups.keys()].filter((name) => name.startsWith('starter-'))

describe('a paused migration', () => {
  it('starts nothing new, gives the lease back, and goes on from there', async () => {
    const { target, twin } = await starter()
    const abort = new AbortController()
    let evictionCount = 0
    const emit = (event: EventDraft): void => {
      if (event.data?.kind === 'evict') evictionCount += 1
      if (evictionCount === 5) abort.abort()
    }
    const first = start(twin, target, { holder: 'one', signal: abort.signal, emit })
    expect(await finish(twin, first.done)).toEqual({ result: 'paused' })
    // Of the round that was under way, calls already sent are finished.
    expect(evictions(first.events).length).toBeLessThan(5 + 8)
    const store = twin.clusters.get(cluster.name)!.store
    expect(store.get('Lease', 'kube-system', 'regroup')?.spec?.holderIdentity).toBe('')
    expect(oldGroups(twin).length).toBe(3)
    const second = start(twin, target, { holder: 'two' })
    expect(await finish(twin, second.done)).toEqual({ result: 'converged' })
    expect(oldGroups(twin)).toEqual([])
  })

  it('that was aborted before it began touches nothing', async () => {
    const { target, twin } = await starter()
    const run = start(twin, target, { holder: 'one', signal: AbortSignal.abort() })
    expect(await finish(twin, run.done)).toEqual({ result: 'paused' })
    expect(run.events).toEqual([])
  })
})

describe('a migration paused while nothing answers', () => {
  it.each(['kube:list', 'eks:DescribeCluster', 'kube:get'])(
    '%s: is paused, not failed',
    async (operation) => {
      const { target, twin } = await starter()
      twin.faults.add({ operation, effect: { kind: 'error-before', code: 'unavailable' } })
      const abort = new AbortController()
      const run = start(twin, target, { holder: 'one', signal: abort.signal })
      twin.kernel.after(20_000, 'test', () => abort.abort())
      expect(await finish(twin, run.done)).toEqual({ result: 'paused' })
    },
  )
})

describe('two processes', () => {
  it('never work at the same time: the second waits, then finds it done', async () => {
    const { target, twin } = await starter()
    const one = start(twin, target, { holder: 'one' })
    const two = start(twin, target, { holder: 'two' })
    const both = Promise.all([one.done, two.done])
    expect(await twin.kernel.runUntil(both, limits)).toEqual([
      { result: 'converged' },
      { result: 'converged' },
    ])
    const moved = [...evictions(one.events), ...evictions(two.events)].map((event) => event.object)
    expect(new Set(moved).size).toBe(moved.length)
  })
})

describe('under faults', () => {
  it.each([
    {
      name: 'throttling everywhere',
      fault: { operation: '*', effect: { kind: 'throttle' as const }, probability: 0.05 },
    },
    {
      name: 'answers that are lost',
      fault: {
        operation: '*',
        effect: { kind: 'error-after' as const, code: 'timeout' as const },
        probability: 0.05,
      },
    },
    {
      name: 'an API server that is away at times',
      fault: {
        operation: 'kube:*',
        effect: { kind: 'error-before' as const, code: 'unavailable' as const },
        probability: 0.1,
      },
    },
    {
      name: 'slow evictions',
      fault: {
        operation: 'kube:evict',
        effect: { kind: 'delay' as const, delayMs: 9000 },
        probability: 0.5,
      },
    },
  ])('$name: it still converges', async ({ fault }) => {
    const { target, twin } = await starter()
    twin.faults.add(fault)
    const run = start(twin, target, { holder: 'one' })
    expect(await finish(twin, run.done)).toEqual({ result: 'converged' })
    expect(oldGroups(twin)).toEqual([])
  })

  it('ends with the failure when the world says no for good', async () => {
    const { target, twin } = await starter()
    twin.faults.add({
      operation: 'eks:CreateNodegroup',
      effect: { kind: 'error-before', code: 'forbidden' },
    })
    const run = start(twin, target, { holder: 'one' })
    await expect(finish(twin, run.done)).rejects.toMatchObject({ code: 'forbidden' })
  })
})

describe('any small cluster', () => {
  it('settles, or names what blocks it', async () => {
    const sizes = fc.record({ keep: fc.integer({ min: 1, max: 40 }), from: fc.nat({ max: 30 }) })
    await fc.assert(
      fc.asyncProperty(sizes, async ({ from, keep }) => {
        const { target, twin } = await starter((world) => ({
          ...world,
          clusters: world.clusters.map((one) => ({
            ...one,
            objects: one.objects.slice(from, from + keep),
          })),
        }))
        const outcome = await finish(twin, start(twin, target, { holder: 'one' }).done)
        if (outcome.result === 'blocked') expect(outcome.blockers.length).toBeGreaterThan(0)
        else {
          expect(outcome.result).toBe('converged')
          expect(oldGroups(twin)).toEqual([])
        }
      }),
      { numRuns: 12 },
    )
  })
})
