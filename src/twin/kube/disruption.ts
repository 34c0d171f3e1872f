/** The disruption controller: budget status from pods, 3 ms after their event. Twin layer. */

import type { Pod, PodDisruptionBudget, StringMap } from '../../world/kube-objects.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { isPodReady, withCondition } from './conditions.ts'
import { recordEvent } from './event-recorder.ts'
import { expectationOf } from './expected-pods.ts'
import { matcherOf } from './selectors.ts'
import { type KubeStore, objectKey } from './store.ts'

/** Pod event to budget status, median of kubernetes-measured section 1. */
const syncDelayMs = 3
/** An approved eviction that never became a deletion is given back after this long. */
const disruptedTimeoutMs = 120_000

const noLabels: StringMap = {}
const noKeys: readonly string[] = []

/** Keeps every budget's status up to date. */
export class DisruptionController {
  /** True stops all recomputation: for tests that need a status the controller would not write. */
  isPaused = false
  private readonly kernel: Kernel
  private readonly store: KubeStore
  private readonly budgetsByNamespace = new Map<string, Map<string, PodDisruptionBudget>>()
  private readonly dirty = new Set<string>()
  /** Keys of the pods under each budget, kept in step with labels: what a sync looks at. */
  private readonly members = new Map<string, Set<string>>()
  /** Keys of the budgets over a namespace's labels: pods of one template share theirs. */
  private readonly matches = new Map<string, WeakMap<StringMap, readonly string[]>>()

  constructor(kernel: Kernel, store: KubeStore) {
    this.kernel = kernel
    this.store = store
    store.subscribe((event) => {
      if (event.kind === 'Pod') {
        const pod = event.object as Pod
        const previous = event.previous as Pod | undefined
        if (event.type === 'DELETED') this.enlist(pod, undefined)
        else if (previous?.metadata.labels !== pod.metadata.labels) this.enlist(previous, pod)
        if (event.type !== 'MODIFIED' || isRelevant(previous, pod)) this.podChanged(pod, previous)
        if (event.type === 'MODIFIED' && isTarget(pod) && !isTarget(previous)) this.expectEnd(pod)
      } else if (event.kind === 'PodDisruptionBudget') {
        this.budgetChanged(event.object as PodDisruptionBudget, event.type === 'DELETED')
      }
    })
  }

  /** Computes every budget at once: for a world that has been running for long. */
  syncAll(): void {
    for (const budgets of this.budgetsByNamespace.values()) {
      for (const budget of [...budgets.values()]) this.sync(budget)
    }
  }

  private enlist(former: Pod | undefined, pod: Pod | undefined): void {
    for (const key of former === undefined ? [] : this.budgetsOver(former)) {
      this.members
        .get(key)
        ?.delete(objectKey(former?.metadata.namespace, former?.metadata.name ?? ''))
    }
    for (const key of pod === undefined ? [] : this.budgetsOver(pod)) {
      this.members.get(key)?.add(objectKey(pod?.metadata.namespace, pod?.metadata.name ?? ''))
    }
  }

  /** Keys of the budgets whose selector matches, in order of creation. */
  private budgetsOver({ metadata }: Pod): readonly string[] {
    const { labels = noLabels, namespace = '' } = metadata
    const budgets = this.budgetsByNamespace.get(namespace)
    if (budgets === undefined) return noKeys
    let byLabels = this.matches.get(namespace)
    if (byLabels === undefined) {
      byLabels = new WeakMap()
      this.matches.set(namespace, byLabels)
    }
    let keys = byLabels.get(labels)
    if (keys === undefined) {
      keys = [...budgets].flatMap(([key, budget]) =>
        matcherOf(budget.spec.selector)(labels) ? [key] : [],
      )
      byLabels.set(labels, keys)
    }
    return keys
  }

  private enlistAll(key: string, budget: PodDisruptionBudget): void {
    const matches = matcherOf(budget.spec.selector)
    const keys = new Set<string>()
    for (const [podKey, pod] of this.store.podsInNamespace(budget.metadata.namespace ?? '')) {
      if (matches(pod.metadata.labels ?? {})) keys.add(podKey)
    }
    this.members.set(key, keys)
  }

  private podChanged(pod: Pod, previous: Pod | undefined): void {
    const keys = new Set(this.budgetsOver(pod))
    if (previous !== undefined && previous.metadata.labels !== pod.metadata.labels) {
      for (const key of this.budgetsOver(previous)) keys.add(key)
    }
    const [key] = keys
    if (key === undefined) return
    this.queue(key)
    // Two budgets over one pod: only one of them is queued, as measured.
    if (keys.size > 1) this.reportTwoBudgets(pod, key.slice(key.indexOf('/') + 1))
  }

  /** A pod that was to be disrupted and is still there after two minutes is told otherwise. */
  private expectEnd({ metadata }: Pod): void {
    this.kernel.afterInBackground(disruptedTimeoutMs, 'disruption-target', () => {
      const pod = this.store.get('Pod', metadata.namespace, metadata.name)
      if (pod === undefined || pod.metadata.uid !== metadata.uid || !isTarget(pod)) return
      if (pod.metadata.deletionTimestamp !== undefined) return
      const condition = { type: 'DisruptionTarget', status: 'False' }
      const conditions = withCondition(pod.status?.conditions, condition, this.kernel.nowText())
      this.store.replace('Pod', { ...pod, status: { ...pod.status, conditions } })
    })
  }

  private budgetChanged(budget: PodDisruptionBudget, isDeleted: boolean): void {
    const namespace = budget.metadata.namespace ?? ''
    const key = objectKey(namespace, budget.metadata.name)
    let budgets = this.budgetsByNamespace.get(namespace)
    if (budgets === undefined) {
      budgets = new Map()
      this.budgetsByNamespace.set(namespace, budgets)
    }
    if (isDeleted) {
      budgets.delete(key)
      this.members.delete(key)
      this.matches.delete(namespace)
      return
    }
    if (budgets.get(key)?.spec.selector !== budget.spec.selector) {
      this.enlistAll(key, budget)
      this.matches.delete(namespace)
    }
    budgets.set(key, budget)
    if (budget.status?.observedGeneration !== budget.metadata.generation) this.queue(key)
    else if (Object.keys(budget.status?.disruptedPods ?? {}).length > 0) this.queue(key)
  }

  private queue(key: string): void {
    if (this.dirty.has(key)) return
    this.dirty.add(key)
    this.kernel.after(syncDelayMs, 'disruption-sync', () => {
      this.dirty.delete(key)
      const at = key.indexOf('/')
      const budget = this.store.get('PodDisruptionBudget', key.slice(0, at), key.slice(at + 1))
      if (budget !== undefined && !this.isPaused) this.sync(budget)
    })
  }

  private sync(budget: PodDisruptionBudget): void {
    const pods = this.podsOf(budget)
    const expectation = expectationOf(budget, pods, this.store)
    if (expectation.kind === 'failed') {
      this.writeFailure(budget, expectation.failure)
      return
    }
    if (expectation.hasUnmanagedPods) this.reportUnmanaged(budget)
    const disrupted = this.stillDisrupted(budget, pods)
    let currentHealthy = 0
    for (const pod of pods) {
      if (pod.metadata.deletionTimestamp !== undefined || disrupted[pod.metadata.name]) continue
      if (isPodReady(pod)) currentHealthy += 1
    }
    const { desiredHealthy, expectedPods } = expectation
    const spare = expectedPods <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy)
    this.write(budget, {
      disruptionsAllowed: spare,
      currentHealthy,
      desiredHealthy,
      expectedPods,
      disruptedPods: disrupted,
    })
  }

  private podsOf(budget: PodDisruptionBudget): readonly Pod[] {
    const { name, namespace } = budget.metadata
    const pods: Pod[] = []
    const inNamespace = this.store.podsInNamespace(namespace ?? '')
    for (const key of this.members.get(objectKey(namespace, name)) ?? []) {
      const pod = inNamespace.get(key)
      if (pod !== undefined) pods.push(pod)
    }
    return pods
  }

  /** Entries younger than two minutes whose pod is neither deleting nor gone; the rest is dropped. */
  private stillDisrupted(
    budget: PodDisruptionBudget,
    pods: readonly Pod[],
  ): Record<string, string> {
    const entries = Object.entries(budget.status?.disruptedPods ?? {})
    if (entries.length === 0) return {}
    const byName = new Map(pods.map((pod) => [pod.metadata.name, pod]))
    const kept: Record<string, string> = {}
    for (const [name, at] of entries) {
      const pod = byName.get(name)
      if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) continue
      const leftMs = Date.parse(at) + disruptedTimeoutMs - this.kernel.nowMs()
      if (leftMs <= 0) this.reportNotDeleted(budget, pod)
      else {
        kept[name] = at
        const key = objectKey(budget.metadata.namespace, budget.metadata.name)
        this.kernel.after(leftMs, 'disruption-timeout', () => this.queue(key))
      }
    }
    return kept
  }

  private write(
    budget: PodDisruptionBudget,
    counts: {
      readonly disruptionsAllowed: number
      readonly currentHealthy: number
      readonly desiredHealthy: number
      readonly expectedPods: number
      readonly disruptedPods: Record<string, string>
    },
  ): void {
    const { metadata, status } = budget
    const { disruptedPods, ...numbers } = counts
    const isSame =
      status !== undefined &&
      status.observedGeneration === metadata.generation &&
      status.disruptionsAllowed === numbers.disruptionsAllowed &&
      status.currentHealthy === numbers.currentHealthy &&
      status.desiredHealthy === numbers.desiredHealthy &&
      status.expectedPods === numbers.expectedPods &&
      Object.keys(status.disruptedPods ?? {}).length === Object.keys(disruptedPods).length
    if (isSame) return
    const observedGeneration = metadata.generation ?? 1
    const isAllowing = numbers.disruptionsAllowed > 0
    const condition = {
      type: 'DisruptionAllowed',
      status: isAllowing ? 'True' : 'False',
      reason: isAllowing ? 'SufficientPods' : 'InsufficientPods',
      message: '',
      observedGeneration,
    }
    const conditions = withCondition(status?.conditions, condition, this.kernel.nowText())
    const next = { ...numbers, observedGeneration, conditions }
    this.store.replace('PodDisruptionBudget', {
      ...budget,
      status: Object.keys(disruptedPods).length > 0 ? { ...next, disruptedPods } : next,
    })
  }

  /** A failed sync writes only the allowance and the condition; observedGeneration stays behind. */
  private writeFailure(budget: PodDisruptionBudget, failure: string): void {
    const { status } = budget
    const present = status?.conditions?.find((one) => one.type === 'DisruptionAllowed')
    if (present?.reason === 'SyncFailed' && present.message === failure) return
    const condition = {
      type: 'DisruptionAllowed',
      status: 'False',
      reason: 'SyncFailed',
      message: failure,
    }
    this.store.replace('PodDisruptionBudget', {
      ...budget,
      status: {
        currentHealthy: 0,
        desiredHealthy: 0,
        expectedPods: 0,
        ...status,
        disruptionsAllowed: 0,
        conditions: withCondition(status?.conditions, condition, this.kernel.nowText()),
      },
    })
    const message = `Failed to calculate the number of expected pods: ${failure}`
    this.report(budget, 'CalculateExpectedPodCountFailed', message)
  }

  private reportUnmanaged(budget: PodDisruptionBudget): void {
    const message =
      'Pods selected by this PodDisruptionBudget were found to be unmanaged. As a result, the status of ' +
      'the PDB cannot be calculated correctly, which may result in undefined behavior. To account for ' +
      'these pods please set ".spec.minAvailable" field of the PDB to an integer value.'
    this.report(budget, 'UnmanagedPods', message)
  }

  /** The real event prints the namespace twice instead of the budget's name. */
  private reportNotDeleted(budget: PodDisruptionBudget, pod: Pod): void {
    const { namespace } = budget.metadata
    const message = `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`
    this.report(pod, 'NotDeleted', message)
  }

  private reportTwoBudgets(pod: Pod, chosen: string): void {
    const { name, namespace } = pod.metadata
    const message = `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.  Chose "${chosen}" arbitrarily.`
    this.report(pod, 'MultiplePodDisruptionBudgets', message)
  }

  private report(about: Pod | PodDisruptionBudget, reason: string, message: string): void {
    const report = { about, component: 'controllermanager', reason, message } as const
    recordEvent(this.kernel, this.store, { ...report, type: 'Warning' })
  }
}

function isTarget(pod: Pod | undefined): boolean {
  const conditions = pod?.status?.conditions
  return (
    conditions?.some((one) => one.type === 'DisruptionTarget' && one.status === 'True') ?? false
  )
}

/** Status, labels or deletion changed; annotations and the like do not matter. */
function isRelevant(previous: Pod | undefined, pod: Pod): boolean {
  return (
    previous === undefined ||
    previous.metadata.labels !== pod.metadata.labels ||
    previous.metadata.deletionTimestamp !== pod.metadata.deletionTimestamp ||
    isPodReady(previous) !== isPodReady(pod)
  )
}
