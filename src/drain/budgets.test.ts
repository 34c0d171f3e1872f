import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  aBudget,
  aPod,
  aReplicaSet,
  aStatefulSet,
  type BudgetParts,
  clusterView,
  podIn,
} from '../../test/cluster-view.ts'
import { AllowanceLedger, allowanceOf, isHealthy, isNeverAllowing } from './budgets.ts'
import type { DrainView } from './view.ts'

const web = (index: number, isReady = true) =>
  aPod(`web-${index}`, {
    node: `n${index}`,
    owner: 'ReplicaSet/web',
    labels: { app: 'web' },
    isReady,
  })

/** A set of so many replicas, the first `readyCount` of its pods Ready. */
function webView(
  wanted: number,
  readyCount: number,
  options: { presentCount?: number; budget?: Omit<BudgetParts, 'app'> } = {},
): DrainView {
  const { budget, presentCount = wanted } = options
  return clusterView({
    sets: [aReplicaSet('web', wanted)],
    pods: Array.from({ length: presentCount }, (_, index) => web(index, index < readyCount)),
    budgets: budget === undefined ? [] : [aBudget('web', { ...budget, app: 'web' })],
  })
}

/** Evictions granted to the set one after another in one tick. */
function grantedIn(view: DrainView, fraction: number): number {
  const ledger = new AllowanceLedger(view, fraction)
  let count = 0
  for (const pod of view.pods.values()) {
    if (!isHealthy(pod) || ledger.leavesTooFew(pod)) continue
    const allowance = allowanceOf(pod, view)
    if (ledger.freeOf(pod, allowance) < 1) continue
    ledger.spend(pod, allowance)
    count += 1
  }
  return count
}

describe('allowanceOf', () => {
  it('is the budget that selects the pod', () => {
    const view = webView(2, 2, { budget: { allowed: 1, healthy: 2, desired: 1, expected: 2 } })
    expect(allowanceOf(podIn(view, 'web-0'), view)).toMatchObject({
      kind: 'budget',
      budget: { key: 'default/web' },
    })
  })

  it('is virtual without a budget: one account per controller, one per bare pod', () => {
    const view = clusterView({
      sets: [aReplicaSet('web', 2)],
      pods: [web(0), web(1), aPod('bare', { node: 'n1' })],
    })
    const key = (name: string) => {
      const allowance = allowanceOf(podIn(view, name), view)
      return allowance.kind === 'virtual' ? allowance.key : allowance.kind
    }
    expect(key('web-0')).toBe('ReplicaSet/web')
    expect(key('web-1')).toBe('ReplicaSet/web')
    expect(key('bare')).toBe('uid-default-bare')
  })

  it('is nothing with two budgets: the eviction API would answer 500', () => {
    const parts = { app: 'web', allowed: 1, healthy: 2, desired: 1, expected: 2 }
    const view = clusterView({
      pods: [web(0)],
      budgets: [aBudget('a', parts), aBudget('b', parts)],
    })
    const allowance = allowanceOf(podIn(view, 'web-0'), view)
    expect(allowance.kind).toBe('multiple')
    expect(new AllowanceLedger(view, 0.1).freeOf(podIn(view, 'web-0'), allowance)).toBe(0)
  })

  it('ignores budgets of other namespaces', () => {
    const budget = aBudget('web', { app: 'web', allowed: 0, healthy: 1, desired: 1, expected: 1 })
    const view = clusterView({
      pods: [aPod('web', { namespace: 'other', labels: { app: 'web' }, node: 'n1' })],
      budgets: [budget],
    })
    expect(allowanceOf(podIn(view, 'other/web'), view).kind).toBe('virtual')
  })
})

describe('virtual budgets', () => {
  it.each([
    { wanted: 1, ready: 1, fraction: 0.1, granted: 1, why: 'the only replica has to go some time' },
    { wanted: 2, ready: 2, fraction: 0.1, granted: 1, why: 'at least one' },
    { wanted: 2, ready: 1, fraction: 0.1, granted: 0, why: 'never the last Ready one of several' },
    { wanted: 10, ready: 10, fraction: 0.1, granted: 1, why: 'a tenth' },
    { wanted: 30, ready: 30, fraction: 0.1, granted: 3, why: 'a tenth' },
    { wanted: 39, ready: 39, fraction: 0.1, granted: 3, why: 'rounded down' },
    { wanted: 30, ready: 28, fraction: 0.1, granted: 1, why: 'what is away counts' },
    { wanted: 30, ready: 27, fraction: 0.1, granted: 0, why: 'as many as may be away are away' },
    { wanted: 30, ready: 20, fraction: 0.1, granted: 0, why: 'more than may be away are away' },
    { wanted: 4, ready: 4, fraction: 1, granted: 2, why: 'half stays Ready whatever the share' },
  ])('$ready Ready of $wanted at $fraction grant $granted: $why', (row) => {
    expect(grantedIn(webView(row.wanted, row.ready), row.fraction)).toBe(row.granted)
  })

  it('counts pods that were not made yet as away', () => {
    expect(grantedIn(webView(10, 8, { presentCount: 8 }), 0.1)).toBe(0)
  })

  it('lets every bare pod go on its own', () => {
    const view = clusterView({ pods: [aPod('a', { node: 'n' }), aPod('b', { node: 'n' })] })
    expect(grantedIn(view, 0.1)).toBe(2)
  })
})

describe('real budgets', () => {
  const budget = { maxUnavailable: 2, allowed: 2, healthy: 6, desired: 4, expected: 6 }
  it('grant what their status says, counted down within the tick', () => {
    expect(grantedIn(webView(6, 6, { budget }), 0.1)).toBe(2)
  })

  it('grant nothing while the status lags behind the spec', () => {
    expect(grantedIn(webView(6, 6, { budget: { ...budget, isObserved: false } }), 0.1)).toBe(0)
  })

  it('are not believed beyond what the pods themselves say', () => {
    expect(grantedIn(webView(6, 5, { budget }), 0.1)).toBe(1)
    expect(grantedIn(webView(6, 4, { budget }), 0.1)).toBe(0)
  })

  it('that let all but one go still leave half of the replicas', () => {
    const lax = { minAvailable: 1, allowed: 7, healthy: 8, desired: 1, expected: 8 }
    expect(grantedIn(webView(8, 8, { budget: lax }), 0.1)).toBe(4)
  })

  it('give one at a time to a controller that was below half before us', () => {
    const lax = { minAvailable: 0, allowed: 3, healthy: 3, desired: 0, expected: 8 }
    expect(grantedIn(webView(8, 3, { budget: lax }), 0.1)).toBe(1)
  })
})

describe('leavesTooFew', () => {
  it('holds the last Ready replica of several, not a pod that is not Ready', () => {
    const view = webView(2, 1)
    const ledger = new AllowanceLedger(view, 0.1)
    expect(ledger.leavesTooFew(podIn(view, 'web-0'))).toBe(true)
    expect(ledger.leavesTooFew(podIn(view, 'web-1'))).toBe(false)
  })

  it('knows no controller of bare pods and none of a single replica', () => {
    const view = clusterView({
      sets: [aStatefulSet('db', 1)],
      pods: [aPod('bare', { node: 'n' }), aPod('db-0', { node: 'n', owner: 'StatefulSet/db' })],
    })
    const ledger = new AllowanceLedger(view, 0.1)
    expect(ledger.leavesTooFew(podIn(view, 'bare'))).toBe(false)
    expect(ledger.leavesTooFew(podIn(view, 'db-0'))).toBe(false)
  })
})

describe('isNeverAllowing', () => {
  it.each([
    { name: 'all of them needed', desired: 3, expected: 3, is: true },
    { name: 'more needed than there are', desired: 8, expected: 3, is: true },
    { name: 'one may go', desired: 2, expected: 3, is: false },
    { name: 'nothing expected', desired: 0, expected: 0, is: true },
  ])('$name: $is', ({ desired, expected, is }) => {
    const parts = { allowed: 0, healthy: expected, desired, expected }
    const view = webView(3, 3, { budget: parts })
    expect(isNeverAllowing(view.budgets.get('default/web')!)).toBe(is)
  })

  it('says nothing about a status that is not up to date', () => {
    const budget = { allowed: 0, healthy: 3, desired: 3, expected: 3, isObserved: false }
    expect(isNeverAllowing(webView(3, 3, { budget }).budgets.get('default/web')!)).toBe(false)
  })
})

describe('for every number of replicas', () => {
  const size = fc.integer({ min: 0, max: 40 })

  it('a virtual budget never lets more away than its share, never all of several', () => {
    fc.assert(
      fc.property(
        size,
        size,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (wanted, ready, share) => {
          fc.pre(wanted > 1 && ready <= wanted)
          const granted = grantedIn(webView(wanted, ready), share)
          const awayMax = Math.max(1, Math.floor(wanted * share))
          if (granted > 0) {
            expect(wanted - ready + granted).toBeLessThanOrEqual(awayMax)
            expect(ready - granted).toBeGreaterThanOrEqual(1)
          }
        },
      ),
    )
  })

  it('a budget is never overdrawn, and never by more than the pods allow', () => {
    fc.assert(
      fc.property(size, size, size, (wanted, ready, desired) => {
        fc.pre(wanted > 1 && ready <= wanted)
        const allowed = Math.max(0, ready - desired)
        const budget = { allowed, healthy: ready, desired, expected: wanted }
        const granted = grantedIn(webView(wanted, ready, { budget }), 0.1)
        expect(granted).toBeLessThanOrEqual(allowed)
        if (granted > 0) expect(ready - granted).toBeGreaterThanOrEqual(Math.max(1, desired))
      }),
    )
  })
})
