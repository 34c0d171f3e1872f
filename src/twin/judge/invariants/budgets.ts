/** Rules 1 to 4: what budgets, controllers and pods are promised. Twin layer. */

import type { Pod } from '../../../world/kube-objects.ts'
import { objectKey } from '../../kube/store.ts'
import type { Invariant, JudgeView, Removal, Watcher } from '../invariant.ts'
import { budgetsOver, controllerState, isHealthy, nameOf, ownerOf, truthOf } from '../pods.ts'

/** Pods of an ended instance stay in the store for a while: they count as gone. */
function goneWith(removal: Removal): (pod: Pod) => boolean {
  const { nodeName } = removal.pod.spec
  return (pod) => removal.how === 'instance-ended' && pod.spec.nodeName === nodeName
}

/** 1 */
export const budgetFloor: Invariant = {
  number: 1,
  name: 'budget-floor',
  text: 'No budget falls below what it demands, or below what it had, because of us.',
  visibility: 'full',
  watch: (view) => ({
    onRemoval(removal) {
      if (!isHealthyBefore(removal)) return
      for (const budget of budgetsOver(removal.pod, view.cluster)) {
        const truth = truthOf(budget, view.cluster, goneWith(removal))
        if (truth === undefined || truth.healthyCount >= truth.desiredHealthy) continue
        view.broken(
          `${budget.metadata.namespace}/${budget.metadata.name}`,
          `${nameOf(removal.pod)} was ${removal.how}: ${truth.healthyCount} healthy, ${truth.desiredHealthy} demanded`,
        )
      }
    },
  }),
}

function isHealthyBefore({ pod }: Removal): boolean {
  return isHealthy(pod)
}

/** 2 */
export const lastReady: Invariant = {
  number: 2,
  name: 'last-ready',
  text: 'No controller with two or more Ready replicas goes to none because of us.',
  visibility: 'full',
  watch: (view) => ({
    onRemoval(removal) {
      if (!isHealthyBefore(removal)) return
      const state = controllerState(removal.pod, view.cluster, goneWith(removal))
      if (state === undefined || state.wanted < 2 || state.healthyCount > 0) return
      view.broken(
        nameOf(removal.pod),
        `was the last Ready of ${state.wanted} and was ${removal.how}`,
      )
    },
  }),
}

/** 3 */
export const inFlight: Invariant = {
  number: 3,
  name: 'disruptions-in-flight',
  text: 'At most as many of our evictions per budget, real or virtual, as it allows at rest are without a Ready replacement.',
  visibility: 'full',
  watch: (view) => {
    const ours = new Map<string, number>()
    return {
      onRemoval(removal) {
        if (!isHealthyBefore(removal)) return
        const account = accountOf(removal, view)
        if (account === undefined) return
        const away = account.wanted - account.healthyCount
        // What was Ready again since then is no longer in flight.
        const count = Math.min((ours.get(account.key) ?? 0) + 1, Math.max(1, away))
        ours.set(account.key, count)
        if (count <= account.allowed) return
        view.broken(
          account.object,
          `${count} of our evictions are without a Ready replacement, ${account.allowed} allowed`,
        )
      },
    }
  },
}

interface Account {
  readonly key: string
  readonly object: string
  readonly wanted: number
  readonly healthyCount: number
  readonly allowed: number
}

function accountOf(removal: Removal, view: JudgeView): Account | undefined {
  const [budget] = budgetsOver(removal.pod, view.cluster)
  if (budget !== undefined) {
    const truth = truthOf(budget, view.cluster, goneWith(removal))
    if (truth === undefined) return undefined
    const object = `${budget.metadata.namespace}/${budget.metadata.name}`
    const allowed = Math.max(0, truth.expectedPods - truth.desiredHealthy)
    const wanted = truth.expectedPods
    return { key: object, object, wanted, healthyCount: truth.healthyCount, allowed }
  }
  const state = controllerState(removal.pod, view.cluster, goneWith(removal))
  if (state === undefined) return undefined
  const allowed = Math.max(1, Math.floor(state.wanted * view.plan.virtualBudgetFraction))
  return { ...state, object: nameOf(removal.pod), allowed }
}

/** 4 */
export const landing: Invariant = {
  number: 4,
  name: 'landing',
  text: 'No pod is moved without a place: replacements do not wait longer than the scheduler takes.',
  visibility: 'full',
  watch: (view) => landingWatcher(view),
}

function landingWatcher(view: JudgeView): Watcher {
  const { cluster, kernel, plan } = view
  const disturbed = new Set<string>()
  const waiting = new Map<string, number>()
  return {
    onRemoval({ pod }) {
      const owner = ownerOf(pod)
      if (owner !== undefined) disturbed.add(owner.uid)
    },
    onStore(event) {
      if (event.kind !== 'Pod') return
      const pod = event.object as Pod
      const key = objectKey(pod.metadata.namespace, pod.metadata.name)
      const isWaiting =
        event.type !== 'DELETED' &&
        pod.spec.nodeName === undefined &&
        pod.metadata.deletionTimestamp === undefined &&
        disturbed.has(ownerOf(pod)?.uid ?? '')
      if (!isWaiting) waiting.delete(key)
      else if (!waiting.has(key)) waiting.set(key, kernel.nowMs())
    },
    check() {
      // Looked at after every event, and in order of time: those that follow wait for less long.
      for (const [key, sinceMs] of waiting) {
        if (kernel.nowMs() - sinceMs <= plan.schedulerLatencyMs) break
        waiting.delete(key)
        const at = key.indexOf('/')
        const pod = cluster.store.get('Pod', key.slice(0, at), key.slice(at + 1))
        const why = pod?.status?.conditions?.find((one) => one.type === 'PodScheduled')?.message
        view.broken(key, `has had no place for ${plan.schedulerLatencyMs / 1000} s: ${why ?? ''}`)
      }
    },
  }
}
