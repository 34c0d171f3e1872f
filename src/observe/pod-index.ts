/** Pods and budgets by everything the drain asks for, kept in step with each change. Observe layer, pure. */

import { type FreeRoom, giveBack, take } from '../drain/room.ts'
import { selects } from '../drain/selector.ts'
import type { DrainBudget, DrainPod, DrainView } from '../drain/view.ts'
import type { StringMap } from '../world/kube-objects.ts'

type PodsBy = Map<string, Map<string, DrainPod>>

type PodView = Pick<
  DrainView,
  | 'antiAffinePods'
  | 'budgetKeysByPod'
  | 'budgets'
  | 'pods'
  | 'podsByBudget'
  | 'podsByNode'
  | 'podsByOwner'
  | 'unsettledPods'
  | 'usedByNode'
  | 'versionByNode'
>

/** Every index is exact after each call; none is ever rebuilt by a scan of all pods. */
export class PodIndex {
  private readonly pods = new Map<string, DrainPod>()
  private readonly podsByNode: PodsBy = new Map()
  private readonly podsByNamespace: PodsBy = new Map()
  private readonly podsByOwner: PodsBy = new Map()
  private readonly podsByBudget: PodsBy = new Map()
  private readonly unsettledPods = new Map<string, DrainPod>()
  private readonly antiAffinePods = new Map<string, DrainPod>()
  private readonly budgets = new Map<string, DrainBudget>()
  private readonly budgetsByNamespace = new Map<string, Map<string, DrainBudget>>()
  private readonly budgetKeysByPod = new Map<string, readonly string[]>()
  private readonly usedByNode = new Map<string, FreeRoom>()
  private readonly versionByNode = new Map<string, number>()
  private version = 0

  /** Live maps: read them within one turn. */
  view(): PodView {
    const { antiAffinePods, budgetKeysByPod, budgets, pods, podsByBudget } = this
    const { podsByNode, podsByOwner, unsettledPods, usedByNode, versionByNode } = this
    return {
      antiAffinePods,
      budgetKeysByPod,
      budgets,
      pods,
      podsByBudget,
      podsByNode,
      podsByOwner,
      unsettledPods,
      usedByNode,
      versionByNode,
    }
  }

  /** The pod as last seen. */
  get(key: string): DrainPod | undefined {
    return this.pods.get(key)
  }

  /** Adds or replaces a pod. */
  put(pod: DrainPod): void {
    const previous = this.pods.get(pod.key)
    if (previous !== undefined && isIndexedAlike(previous, pod)) this.replace(pod)
    else this.add(pod)
    if (previous?.isReady === true && !pod.isReady) this.touchUnderBudgets(pod.key)
  }

  /** Most changes are of status: every index has the pod already, under the same keys. */
  private replace(pod: DrainPod): void {
    const { key } = pod
    this.pods.set(key, pod)
    this.podsByNamespace.get(pod.namespace)?.set(key, pod)
    if (pod.nodeName !== undefined) this.podsByNode.get(pod.nodeName)?.set(key, pod)
    if (pod.ownerUid !== undefined) this.podsByOwner.get(pod.ownerUid)?.set(key, pod)
    if (isUnsettled(pod)) this.unsettledPods.set(key, pod)
    else this.unsettledPods.delete(key)
    if (this.antiAffinePods.has(key)) this.antiAffinePods.set(key, pod)
    for (const budget of this.budgetKeysByPod.get(key) ?? []) {
      this.podsByBudget.get(budget)?.set(key, pod)
    }
    this.touchPod(pod)
  }

  private add(pod: DrainPod): void {
    this.remove(pod.key)
    this.pods.set(pod.key, pod)
    addTo(this.podsByNamespace, pod.namespace, pod)
    if (pod.nodeName !== undefined) {
      addTo(this.podsByNode, pod.nodeName, pod)
      this.use(pod.nodeName, pod, 1)
    }
    if (pod.ownerUid !== undefined) addTo(this.podsByOwner, pod.ownerUid, pod)
    if (isUnsettled(pod)) this.unsettledPods.set(pod.key, pod)
    if (hasAntiAffinity(pod)) this.antiAffinePods.set(pod.key, pod)
    this.matchPod(pod)
    this.touchPod(pod)
  }

  /** Forgets a pod; unknown keys are no error. */
  remove(key: string): void {
    const pod = this.pods.get(key)
    if (pod === undefined) return
    this.pods.delete(key)
    this.unsettledPods.delete(key)
    this.antiAffinePods.delete(key)
    removeFrom(this.podsByNamespace, pod.namespace, key)
    if (pod.nodeName !== undefined) {
      removeFrom(this.podsByNode, pod.nodeName, key)
      this.use(pod.nodeName, pod, -1)
    }
    if (pod.ownerUid !== undefined) removeFrom(this.podsByOwner, pod.ownerUid, key)
    this.unmatchPod(key)
    this.touchPod(pod)
  }

  /** Something that all pods may depend on has changed, e.g. a volume. */
  touchAll(): void {
    for (const name of this.podsByNode.keys()) this.touch(name)
  }

  /** Forgets all pods. */
  clearPods(): void {
    for (const key of [...this.pods.keys()]) this.remove(key)
  }

  /** Adds or replaces a budget. */
  putBudget(budget: DrainBudget): void {
    const previous = this.budgets.get(budget.key)
    this.budgets.set(budget.key, budget)
    const siblings = this.budgetsByNamespace.get(budget.namespace)
    if (siblings === undefined) {
      this.budgetsByNamespace.set(budget.namespace, new Map([[budget.key, budget]]))
    } else {
      siblings.set(budget.key, budget)
    }
    if (previous === undefined) this.matchBudget(budget)
    else if (!isSameSelector(previous, budget)) this.matchNamespace(budget.namespace)
    const pods = this.podsByBudget.get(budget.key)
    if (previous === undefined || standsOtherwise(previous, budget, pods)) this.touchAround(pods)
  }

  /** Forgets a budget; unknown keys are no error. */
  removeBudget(key: string): void {
    const budget = this.budgets.get(key)
    if (budget === undefined) return
    this.touchAround(this.podsByBudget.get(key))
    this.budgets.delete(key)
    this.budgetsByNamespace.get(budget.namespace)?.delete(key)
    this.matchNamespace(budget.namespace)
  }

  /** Forgets all budgets. */
  clearBudgets(): void {
    for (const key of [...this.budgets.keys()]) this.removeBudget(key)
  }

  private use(nodeName: string, pod: DrainPod, sign: 1 | -1): void {
    if (isOver(pod)) return
    let used = this.usedByNode.get(nodeName)
    if (used === undefined) {
      used = { cpuMilli: 0, memoryBytes: 0, podCount: 0, extended: {} }
      this.usedByNode.set(nodeName, used)
    }
    if (sign === 1) giveBack(used, pod.needs.requests)
    else take(used, pod.needs.requests)
    if (used.podCount === 0) this.usedByNode.delete(nodeName)
  }

  /** Siblings that share a volume stand and fall with each other. */
  private touchPod(pod: DrainPod): void {
    if (pod.nodeName !== undefined) this.touch(pod.nodeName)
    if (pod.needs.claimNames.length === 0 || pod.ownerUid === undefined) return
    this.touchAround(this.podsByOwner.get(pod.ownerUid))
  }

  /** A broken pod may hold up the others under its budget. */
  private touchUnderBudgets(key: string): void {
    for (const budget of this.budgetKeysByPod.get(key) ?? []) {
      this.touchAround(this.podsByBudget.get(budget))
    }
  }

  private touchAround(pods: ReadonlyMap<string, DrainPod> | undefined): void {
    for (const { nodeName } of pods?.values() ?? []) {
      if (nodeName !== undefined) this.touch(nodeName)
    }
  }

  private touch(nodeName: string): void {
    this.version += 1
    this.versionByNode.set(nodeName, this.version)
  }

  /** A new budget changes nothing about the others. */
  private matchBudget({ key, namespace, selector }: DrainBudget): void {
    for (const pod of this.podsByNamespace.get(namespace)?.values() ?? []) {
      if (!selects(selector, pod.labels)) continue
      this.budgetKeysByPod.set(pod.key, [...(this.budgetKeysByPod.get(pod.key) ?? []), key])
      addTo(this.podsByBudget, key, pod)
    }
  }

  private matchNamespace(namespace: string): void {
    for (const pod of this.podsByNamespace.get(namespace)?.values() ?? []) {
      this.unmatchPod(pod.key)
      this.matchPod(pod)
      this.touchPod(pod)
    }
  }

  private matchPod(pod: DrainPod): void {
    const keys: string[] = []
    for (const budget of this.budgetsByNamespace.get(pod.namespace)?.values() ?? []) {
      if (!selects(budget.selector, pod.labels)) continue
      keys.push(budget.key)
      addTo(this.podsByBudget, budget.key, pod)
    }
    if (keys.length > 0) this.budgetKeysByPod.set(pod.key, keys)
  }

  private unmatchPod(key: string): void {
    for (const budget of this.budgetKeysByPod.get(key) ?? []) {
      removeFrom(this.podsByBudget, budget, key)
    }
    this.budgetKeysByPod.delete(key)
  }
}

/** Not Ready, and not on its way out. */
function isBroken(pod: DrainPod): boolean {
  return !pod.isReady && pod.deletionAtMs === undefined
}

function isIndexedAlike(one: DrainPod, other: DrainPod): boolean {
  return (
    one.nodeName === other.nodeName &&
    one.ownerUid === other.ownerUid &&
    one.needs === other.needs &&
    isOver(one) === isOver(other) &&
    isSameMap(one.labels, other.labels)
  )
}

function isOver({ phase }: DrainPod): boolean {
  return phase === 'Succeeded' || phase === 'Failed'
}

function isSameMap(one: StringMap, other: StringMap): boolean {
  if (one === other) return true
  const names = Object.keys(one)
  if (names.length !== Object.keys(other).length) return false
  return names.every((name) => one[name] === other[name])
}

function isUnsettled(pod: DrainPod): boolean {
  return pod.nodeName === undefined || pod.deletionAtMs !== undefined || !pod.isReady
}

function hasAntiAffinity(pod: DrainPod): boolean {
  const rules = pod.needs.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return rules !== undefined && rules.length > 0
}

/**
 * Whether pods under the budget may stand otherwise than before: not with every pod that comes or goes.
 * What it allows at the moment matters only where some pod is broken.
 */
function standsOtherwise(
  one: DrainBudget,
  other: DrainBudget,
  pods: ReadonlyMap<string, DrainPod> | undefined,
): boolean {
  const isTurned =
    one.disruptionsAllowed > 0 !== other.disruptionsAllowed > 0 ||
    one.currentHealthy >= one.desiredHealthy !== other.currentHealthy >= other.desiredHealthy
  if (isTurned && [...(pods?.values() ?? [])].some(isBroken)) return true
  return (
    one.desiredHealthy !== other.desiredHealthy ||
    one.expectedPods !== other.expectedPods ||
    one.isObserved !== other.isObserved ||
    one.syncFailedMessage !== other.syncFailedMessage ||
    one.policy !== other.policy ||
    one.minAvailable !== other.minAvailable ||
    one.maxUnavailable !== other.maxUnavailable
  )
}

function isSameSelector(one: DrainBudget, other: DrainBudget): boolean {
  if (one.selector === other.selector) return true
  return JSON.stringify(one.selector) === JSON.stringify(other.selector)
}

function addTo(index: PodsBy, key: string, pod: DrainPod): void {
  const pods = index.get(key)
  if (pods === undefined) index.set(key, new Map([[pod.key, pod]]))
  else pods.set(pod.key, pod)
}

function removeFrom(index: PodsBy, key: string, podKey: string): void {
  const pods = index.get(key)
  pods?.delete(podKey)
  if (pods?.size === 0) index.delete(key)
}
