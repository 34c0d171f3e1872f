import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aBudget, aPod } from '../../test/cluster-view.ts'
import { PodIndex } from './pod-index.ts'
import { projectPod } from './pod-projection.ts'
import { projectBudget } from './projections.ts'

/** One change; pods and budgets have few names, so that changes meet each other. */
const change = fc.oneof(
  fc.record({
    kind: fc.constant('put-pod' as const),
    name: fc.constantFrom('p1', 'p2', 'p3', 'p4'),
    app: fc.constantFrom('web', 'api'),
    node: fc.constantFrom(undefined, 'n1', 'n2'),
    owner: fc.constantFrom('ReplicaSet/web', 'ReplicaSet/api'),
    isReady: fc.boolean(),
    isOver: fc.boolean(),
    cpu: fc.constantFrom('100m', '250m'),
  }),
  fc.record({
    kind: fc.constant('remove-pod' as const),
    name: fc.constantFrom('p1', 'p2', 'p3', 'p4'),
  }),
  fc.record({
    kind: fc.constant('put-budget' as const),
    name: fc.constantFrom('b1', 'b2'),
    app: fc.constantFrom('web', 'api'),
  }),
  fc.record({ kind: fc.constant('remove-budget' as const), name: fc.constantFrom('b1', 'b2') }),
)
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

const podOf = (one: Extract<Change, { kind: 'put-pod' }>) =>
  projectPod(
    aPod(one.name, {
      labels: { app: one.app },
      owner: one.owner,
      cpu: one.cpu,
      isReady: one.isReady,
      ...(one.node === undefined
        ? {}
        : { node: one.node, phase: one.isOver ? 'Succeeded' : 'Running' }),
    }),
  )
const budgetOf = (one: Extract<Change, { kind: 'put-budget' }>) =>
  projectBudget(
    aBudget(one.name, { app: one.app, allowed: 1, healthy: 1, desired: 0, expected: 1 }),
  )

function apply(index: PodIndex, one: Change): void {
  if (one.kind === 'put-pod') index.put(podOf(one))
  else if (one.kind === 'remove-pod') index.remove(`default/${one.name}`)
  else if (one.kind === 'put-budget') index.putBudget(budgetOf(one))
  else index.removeBudget(`default/${one.name}`)
}

/** What remains after all changes. */
function survivors(changes: readonly Change[]): { pods: Change[]; budgets: Change[] } {
  const pods = new Map<string, Change>()
  const budgets = new Map<string, Change>()
  for (const one of changes) {
    if (one.kind === 'put-pod') pods.set(one.name, one)
    if (one.kind === 'remove-pod') pods.delete(one.name)
    if (one.kind === 'put-budget') budgets.set(one.name, one)
    if (one.kind === 'remove-budget') budgets.delete(one.name)
  }
  return { pods: [...pods.values()], budgets: [...budgets.values()] }
}

/** Everything an index says but its versions, in a form that does not depend on the order of changes. */
function contentOf(index: PodIndex): unknown {
  const { budgetKeysByPod, versionByNode: _, ...rest } = index.view()
  const plain = (value: unknown): unknown =>
    value instanceof Map
      ? Object.fromEntries([...value].map(([key, one]) => [key, plain(one)]).sort())
      : value
  const keys = [...budgetKeysByPod].map(([key, all]) => [key, [...all].sort()]).sort()
  return {
    keys,
    ...Object.fromEntries(Object.entries(rest).map(([key, one]) => [key, plain(one)])),
  }
}

describe('PodIndex', () => {
  it('after any changes equals an index made of what is left', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const grown = new PodIndex()
        for (const one of changes) apply(grown, one)
        const fresh = new PodIndex()
        const { budgets, pods } = survivors(changes)
        for (const one of [...budgets, ...pods]) apply(fresh, one)
        expect(contentOf(grown)).toEqual(contentOf(fresh))
      }),
      { numRuns: 300 },
    )
  })

  it('raises the version of every node whose pods stand for something else now', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), change, (changes, last) => {
        const index = new PodIndex()
        for (const one of changes) apply(index, one)
        const before = new Map(index.view().versionByNode)
        const seen = (): ReadonlyMap<string, string> => {
          const { budgetKeysByPod, podsByNode } = index.view()
          return new Map(
            [...podsByNode].map(([node, pods]) => [
              node,
              JSON.stringify(
                [...pods.values()].map((pod) => [pod, budgetKeysByPod.get(pod.key)]).sort(),
              ),
            ]),
          )
        }
        const earlier = seen()
        apply(index, last)
        for (const [node, text] of seen()) {
          const isSame = earlier.get(node) === text
          if (!isSame) expect(index.view().versionByNode.get(node)).not.toBe(before.get(node))
        }
      }),
      { numRuns: 300 },
    )
  })

  it('forgets everything', () => {
    const index = new PodIndex()
    index.putBudget(budgetOf({ kind: 'put-budget', name: 'b1', app: 'web' }))
    index.put(
      projectPod(aPod('p1', { node: 'n1', labels: { app: 'web' }, owner: 'ReplicaSet/web' })),
    )
    index.clearPods()
    index.clearBudgets()
    expect(contentOf(index)).toEqual(contentOf(new PodIndex()))
  })
})
