/** How many pods of each group may be away at once: real budgets, and virtual ones without. Drain layer, pure. */

import type { DrainBudget, DrainController, DrainPod, DrainView } from './view.ts'

/** The account that an eviction is charged to. */
export type Allowance =
  | { readonly kind: 'budget'; readonly budget: DrainBudget }
  | {
      readonly kind: 'virtual'
      readonly key: string
      readonly controller: DrainController | undefined
    }
  | { readonly kind: 'multiple'; readonly budgets: readonly DrainBudget[] }

/** Budgets whose selector matches the pod. */
export function budgetsOf(pod: DrainPod, view: DrainView): readonly DrainBudget[] {
  const keys = view.budgetKeysByPod.get(pod.key)
  if (keys === undefined) return noBudgets
  if (keys.length === 1) return aloneOf(view.budgets.get(keys[0] ?? ''))
  const budgets: DrainBudget[] = []
  for (const key of keys) {
    const budget = view.budgets.get(key)
    if (budget !== undefined) budgets.push(budget)
  }
  return budgets
}

const noBudgets: readonly DrainBudget[] = []

/** The usual case, asked for every pod of every round: one list per budget, not per question. */
const lists = new WeakMap<DrainBudget, readonly DrainBudget[]>()

function aloneOf(budget: DrainBudget | undefined): readonly DrainBudget[] {
  if (budget === undefined) return noBudgets
  const known = lists.get(budget)
  if (known !== undefined) return known
  const list = [budget]
  lists.set(budget, list)
  return list
}

/** The account of a pod. Controllers without a budget get a virtual one. */
export function allowanceOf(pod: DrainPod, view: DrainView): Allowance {
  const budgets = budgetsOf(pod, view)
  if (budgets.length > 1) return { kind: 'multiple', budgets }
  const [budget] = budgets
  if (budget !== undefined) return { kind: 'budget', budget }
  const controller = pod.ownerUid === undefined ? undefined : view.controllers.get(pod.ownerUid)
  return { kind: 'virtual', key: pod.ownerUid ?? pod.uid, controller }
}

/** Charts often ship budgets that let all but one replica go: good for a node, too little for a fleet. */
const readyShareMin = 0.5

/** Counts what is still free of each account during one tick. */
export class AllowanceLedger {
  private readonly view: DrainView
  private readonly virtualFraction: number
  private readonly free = new Map<string, number>()
  private readonly ready = new Map<string, number>()
  private readonly spentOwners = new Set<string>()

  /** `virtualFraction`: share of a controller without budget that may be away, e.g. 0.1; at least 1 pod. */
  constructor(view: DrainView, virtualFraction: number) {
    this.view = view
    this.virtualFraction = virtualFraction
  }

  /** Evictions that the account grants now, before those already spent in this tick. */
  freeOf(pod: DrainPod, allowance: Allowance): number {
    const key = ledgerKey(allowance)
    const known = this.free.get(key)
    if (known !== undefined) return known
    const count = this.countFree(pod, allowance)
    this.free.set(key, count)
    return count
  }

  /** Charges one eviction. */
  spend(pod: DrainPod, allowance: Allowance): void {
    this.free.set(ledgerKey(allowance), this.freeOf(pod, allowance) - 1)
    if (pod.ownerUid !== undefined && isHealthy(pod)) {
      this.spentOwners.add(pod.ownerUid)
      this.ready.set(pod.ownerUid, this.readyOf(pod.ownerUid) - 1)
    }
  }

  /**
   * True when too few Ready replicas would be left of a controller that wants several, whatever its
   * budget says: less than half, or none. Below half without us it still gives one pod at a time.
   */
  leavesTooFew(pod: DrainPod): boolean {
    if (pod.ownerUid === undefined || !isHealthy(pod)) return false
    const wanted = this.view.controllers.get(pod.ownerUid)?.replicas ?? 1
    if (wanted < 2) return false
    const leftCount = this.readyOf(pod.ownerUid) - 1
    if (leftCount < 1) return true
    return leftCount < Math.ceil(wanted * readyShareMin) && this.isMoving(pod.ownerUid)
  }

  private isMoving(ownerUid: string): boolean {
    if (this.spentOwners.has(ownerUid)) return true
    for (const one of this.view.podsByOwner.get(ownerUid)?.values() ?? []) {
      if (one.deletionAtMs !== undefined || one.nodeName === undefined) return true
    }
    return false
  }

  private readyOf(ownerUid: string): number {
    const known = this.ready.get(ownerUid)
    if (known !== undefined) return known
    let count = 0
    for (const pod of this.view.podsByOwner.get(ownerUid)?.values() ?? [])
      if (isHealthy(pod)) count += 1
    this.ready.set(ownerUid, count)
    return count
  }

  private countFree(pod: DrainPod, allowance: Allowance): number {
    if (allowance.kind === 'multiple') return 0
    if (allowance.kind === 'budget') return this.countFreeOfBudget(allowance.budget)
    return this.countFreeOfController(pod, allowance.controller)
  }

  /** The status may lag behind our own evictions: never trust it beyond what the pods themselves say. */
  private countFreeOfBudget(budget: DrainBudget): number {
    if (!budget.isObserved) return 0
    let healthyCount = 0
    for (const one of this.view.podsByBudget.get(budget.key)?.values() ?? []) {
      if (isHealthy(one)) healthyCount += 1
    }
    return Math.min(budget.disruptionsAllowed, healthyCount - budget.desiredHealthy)
  }

  private countFreeOfController(pod: DrainPod, controller: DrainController | undefined): number {
    if (pod.ownerUid === undefined) return 1
    let readyCount = 0
    let knownCount = 0
    for (const one of this.view.podsByOwner.get(pod.ownerUid)?.values() ?? []) {
      knownCount += 1
      if (isHealthy(one)) readyCount += 1
    }
    const wanted = controller?.replicas ?? knownCount
    if (wanted <= 1) return 1
    const awayMax = Math.max(1, Math.floor(wanted * this.virtualFraction))
    const awayCount = wanted - readyCount
    // Never the last Ready replica of a workload that has more than one.
    return Math.min(awayMax - awayCount, readyCount - 1)
  }
}

/** Ready and not being deleted: what the disruption controller counts. */
export function isHealthy(pod: DrainPod): boolean {
  return pod.isReady && pod.deletionAtMs === undefined
}

/** True when the budget refuses even with every pod healthy: no eviction can ever succeed. */
export function isNeverAllowing(budget: DrainBudget): boolean {
  return budget.isObserved && budget.desiredHealthy >= budget.expectedPods
}

function ledgerKey(allowance: Allowance): string {
  switch (allowance.kind) {
    case 'budget':
      return `budget ${allowance.budget.key}`
    case 'virtual':
      return `virtual ${allowance.key}`
    case 'multiple':
      return 'multiple'
  }
}
