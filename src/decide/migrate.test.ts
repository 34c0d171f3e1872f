import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nowMs } from '../../test/cluster-view.ts'
import { aTarget } from '../../test/migration-view.ts'
import { longEmpty, migrationParts, observationOf } from '../../test/random-migration.ts'
import type { Action } from './action.ts'
import { decideMigration } from './migrate.ts'
import type { Observed } from './observed.ts'

const target = aTarget()
const decide = (observed: Observed) =>
  decideMigration(target, observed, { nowMs, emptySince: longEmpty })

/** Runs a check on the actions for many observations. */
function always(check: (action: Action, observed: Observed, all: readonly Action[]) => void): void {
  fc.assert(
    fc.property(migrationParts, (parts) => {
      const observed = observationOf(parts)
      const { actions } = decide(observed)
      for (const action of actions) check(action, observed, actions)
    }),
    { numRuns: 400 },
  )
}

const podsOn = (observed: Observed, nodeName: string | undefined) =>
  [...(observed.drain.podsByNode.get(nodeName ?? '')?.values() ?? [])].filter(
    (pod) =>
      pod.ownerKind !== 'daemon-set' &&
      !pod.isMirror &&
      !['Succeeded', 'Failed'].includes(pod.phase),
  )

describe('for every observation', () => {
  it('is not about nothing: all kinds of steps and answers occur', () => {
    const seen = new Set<string>()
    for (const parts of fc.sample(migrationParts, 1500)) {
      const { actions, kind } = decide(observationOf(parts))
      for (const one of [kind, ...actions.map((action) => action.kind)]) seen.add(one)
    }
    const kinds = ['act', 'wait', 'blocked', 'cordon', 'evict', 'scale-up', 'terminate']
    expect([...seen]).toEqual(expect.arrayContaining([...kinds, 'fence-group', 'lower-minimum']))
  })

  it('decides the same twice, and changes nothing that it looks at', () => {
    fc.assert(
      fc.property(migrationParts, (parts) => {
        const [one, other] = [observationOf(parts), observationOf(parts)]
        const before = textOf(one)
        const first = JSON.stringify(decide(one))
        expect(JSON.stringify(decide(one))).toBe(first)
        expect(JSON.stringify(decide(other))).toBe(first)
        expect(textOf(one)).toBe(before)
      }),
      { numRuns: 200 },
    )
  })

  it('evicts only from nodes that it has cordoned and seen cordoned', () => {
    always((action, observed) => {
      if (action.kind !== 'evict') return
      const node = observed.drain.nodes.get(action.nodeName)
      expect(node?.isUnschedulable).toBe(true)
      expect(node?.annotations['regroup.dev/cordoned-at']).toBeDefined()
      expect(action.nodeName).toMatch(/^o/)
    })
  })

  it('evicts only pods that come back, once each, by uid', () => {
    always((action, observed, all) => {
      if (action.kind !== 'evict') return
      const pod = observed.drain.pods.get(action.object)
      expect(pod).toMatchObject({ uid: action.uid, deletionAtMs: undefined, isMirror: false })
      expect(['replica-set', 'stateful-set']).toContain(pod?.ownerKind)
      expect(all.filter((one) => one.object === action.object)).toHaveLength(1)
    })
  })

  it('sends no eviction that the status of a budget refuses', () => {
    always((action, observed, all) => {
      if (action.kind !== 'evict') return
      const keys = observed.drain.budgetKeysByPod.get(action.object) ?? []
      expect(keys.length).toBeLessThan(2)
      const budget = observed.drain.budgets.get(keys[0] ?? '')
      const pod = observed.drain.pods.get(action.object)
      if (budget === undefined || pod?.isReady !== true) return
      const charged = all.filter(
        (one) =>
          one.kind === 'evict' &&
          observed.drain.budgetKeysByPod.get(one.object)?.includes(budget.key) &&
          observed.drain.pods.get(one.object)?.isReady,
      )
      expect(charged.length).toBeLessThanOrEqual(budget.disruptionsAllowed)
      expect(budget.isObserved).toBe(true)
    })
  })

  it('terminates only empty nodes of fenced old groups that it has cordoned', () => {
    always((action, observed) => {
      if (action.kind !== 'terminate') return
      expect(podsOn(observed, action.nodeName)).toEqual([])
      expect(observed.drain.nodes.get(action.nodeName ?? '')?.isUnschedulable).toBe(true)
      expect(action.groupName).toBe('old-1')
      const group = observed.groups.find((one) => one.name === 'old-1')
      expect(group?.instances.map((one) => one.instanceId)).toContain(action.instanceId)
      expect(group?.minSize).toBe(0)
    })
  })

  it('leaves a zone with volumes a Ready node', () => {
    fc.assert(
      fc.property(migrationParts, (parts) => {
        const observed = observationOf(parts)
        const gone = new Set(
          decide(observed).actions.flatMap((action) =>
            action.kind === 'terminate' ? [action.nodeName] : [],
          ),
        )
        const ready = [...observed.drain.nodes.values()].filter(
          (node) => node.isReady && node.zone === 'a',
        )
        const hadOne = ready.some((node) => gone.has(node.name))
        if (hadOne) expect(ready.some((node) => !gone.has(node.name))).toBe(true)
      }),
      { numRuns: 400 },
    )
  })

  it('cordons and evicts nothing of a group that is not fenced', () => {
    fc.assert(
      fc.property(migrationParts, (parts) => {
        fc.pre(parts.olds.length > 0)
        const observed = observationOf({ ...parts, isFenced: false })
        const kinds = decide(observed).actions.map((action) => action.kind)
        expect(kinds.filter((kind) => ['cordon', 'evict', 'terminate'].includes(kind))).toEqual([])
      }),
    )
  })

  it('stays within the surge', () => {
    always((action, observed) => {
      if (action.kind !== 'scale-up') return
      const oldCount = observed.groups.find((one) => one.name === 'old-1')?.instances.length ?? 0
      // One node of surge for the one old group; a smaller desired capacity was ours to fill.
      expect(action.toCount + oldCount).toBeLessThanOrEqual(oldCount + 1)
    })
  })

  it('acts, waits for something, names what blocks it, or is settled', () => {
    fc.assert(
      fc.property(migrationParts, (parts) => {
        const { actions, blockers, kind, waits } = decide(observationOf(parts))
        if (kind === 'act') expect(actions.length).toBeGreaterThan(0)
        if (kind === 'wait') expect(waits.length).toBeGreaterThan(0)
        if (kind === 'blocked') expect(blockers.length).toBeGreaterThan(0)
      }),
      { numRuns: 400 },
    )
  })
})

function textOf({ drain, ...rest }: Observed): string {
  const maps = Object.entries(drain).map(([key, value]) => [
    key,
    value instanceof Map
      ? [...value].map(([name, one]) => [name, one instanceof Map ? [...one] : one])
      : value,
  ])
  return JSON.stringify([rest, maps])
}
