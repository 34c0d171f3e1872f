/** How each pod on an old node stands to its move. Drain layer, pure. */

import { allowanceOf, isNeverAllowing } from './budgets.ts'
import type { DrainPolicy } from './policy.ts'
import type { DrainBudget, DrainPod, DrainView } from './view.ts'

/** One pod's stance; codes are those of the diagnosis table in docs/drain-codes.md. */
export type Stance =
  /** Not our business: dies with the node or has ended. */
  | { readonly kind: 'ignored' }
  /** Being deleted within its grace period. */
  | { readonly kind: 'leaving'; readonly untilMs: number }
  /** Ends by itself. */
  | { readonly kind: 'waits'; readonly code: 'JobRunning'; readonly message: string }
  | {
      readonly kind: 'blocked'
      readonly code: string
      /** Goes on from the pod's name. */
      readonly reason: string
      readonly remedy: string
      /** One command that shows or mends the cause; absent = describe the pod. */
      readonly command?: string
    }
  | { readonly kind: 'movable' }

/** How long after its grace period a pod that is still there counts as stuck. */
const stuckAfterMs = 120_000

/** Classifies a pod of an old node at a moment. */
export function stanceOf(
  pod: DrainPod,
  view: DrainView,
  policy: DrainPolicy,
  nowMs: number,
): Stance {
  if (pod.ownerKind === 'daemon-set' || pod.isMirror) return { kind: 'ignored' }
  if (pod.deletionAtMs !== undefined) return leavingStance(pod, pod.deletionAtMs, nowMs)
  if (pod.phase === 'Succeeded' || pod.phase === 'Failed') return { kind: 'ignored' }
  const override = policy.overrides.get(pod.key)
  if (override === 'delete') return { kind: 'movable' }
  return (
    protectionStance(pod, view) ??
    sharedVolumeStance(pod, view) ??
    completionStance(pod, policy) ??
    ownerStance(pod, policy) ??
    budgetStance(pod, view, policy, nowMs) ?? { kind: 'movable' }
  )
}

function leavingStance(pod: DrainPod, deletionAtMs: number, nowMs: number): Stance {
  if (nowMs <= deletionAtMs + stuckAfterMs) {
    return { kind: 'leaving', untilMs: deletionAtMs + stuckAfterMs }
  }
  if (pod.finalizers.length > 0) {
    return blocked(
      'FinalizerStuck',
      `is past its grace period and held by finalizer ${pod.finalizers.join(', ')}`,
      'Let the controller that owns the finalizer finish, or remove the finalizer if it is gone.',
    )
  }
  return blocked(
    'TerminatingPastGrace',
    'is past its grace period and its kubelet has not confirmed the end',
    'Look at the kubelet of the node; once its instance is stopped, taint it out-of-service.',
    `kubectl describe node ${pod.nodeName}`,
  )
}

function protectionStance(pod: DrainPod, view: DrainView): Stance | undefined {
  const { annotations } = pod
  if (annotations['karpenter.sh/do-not-disrupt'] === 'true') {
    return blocked(
      'DoNotDisrupt',
      'is annotated karpenter.sh/do-not-disrupt=true',
      'Remove the annotation, or name the pod under migration.overrides.',
      `kubectl -n ${pod.namespace} annotate pod ${pod.name} karpenter.sh/do-not-disrupt-`,
    )
  }
  const local = pod.needs.claimNames
    .map((claim) => view.volumesByClaim.get(`${pod.namespace}/${claim}`))
    .find((volume) => volume?.localNodeName !== undefined)
  if (local === undefined) return undefined
  return blocked(
    'LocalData',
    `uses local volume ${local.volumeName}, whose data dies with node ${local.localNodeName}`,
    'Move the data first, then name the pod under migration.overrides.',
  )
}

/** A block volume can be attached to one node: siblings that use it must stay together, or wait for ever. */
function sharedVolumeStance(pod: DrainPod, view: DrainView): Stance | undefined {
  for (const claim of pod.needs.claimNames) {
    const volume = view.volumesByClaim.get(`${pod.namespace}/${claim}`)
    if (volume === undefined || volume.isShared) continue
    for (const other of view.podsByOwner.get(pod.ownerUid ?? '')?.values() ?? []) {
      if (other.uid === pod.uid || other.deletionAtMs !== undefined) continue
      if (other.nodeName === undefined || !other.needs.claimNames.includes(claim)) continue
      return blocked(
        'VolumeStuck',
        `shares volume ${volume.volumeName} with ${other.name}; only one node can attach it, so a ` +
          'replacement elsewhere would never start',
        'Use ReadWriteMany storage, or scale the workload to one replica for the move.',
      )
    }
  }
  return undefined
}

function completionStance(pod: DrainPod, policy: DrainPolicy): Stance | undefined {
  const endsByItself = pod.ownerKind === 'job' || pod.needs.runsToCompletion
  if (!endsByItself || policy.jobs === 'evict') return undefined
  return { kind: 'waits', code: 'JobRunning', message: 'runs to completion; waiting for its end' }
}

function ownerStance(pod: DrainPod, policy: DrainPolicy): Stance | undefined {
  if (pod.ownerKind !== 'none' || policy.barePods === 'delete') return undefined
  if (policy.barePods === 'wait') {
    return { kind: 'waits', code: 'JobRunning', message: 'has no controller; waiting for its end' }
  }
  return blocked(
    'Bare',
    'has no controller: once evicted it does not come back',
    'Ask its owner to end it, or name it under migration.overrides, or set migration.barePods.',
  )
}

function budgetStance(
  pod: DrainPod,
  view: DrainView,
  policy: DrainPolicy,
  nowMs: number,
): Stance | undefined {
  if (pod.phase === 'Pending') return undefined
  const allowance = allowanceOf(pod, view)
  if (allowance.kind === 'multiple') {
    const names = allowance.budgets.map((budget) => budget.name).join(', ')
    return blocked(
      'PDBMultiple',
      `is selected by ${allowance.budgets.length} budgets (${names}); the eviction API answers 500`,
      'Leave one budget per pod.',
      `kubectl -n ${pod.namespace} get pdb ${allowance.budgets.map((one) => one.name).join(' ')}`,
    )
  }
  return allowance.kind === 'budget'
    ? oneBudgetStance(pod, allowance.budget, { view, policy, nowMs })
    : undefined
}

function oneBudgetStance(
  pod: DrainPod,
  budget: DrainBudget,
  context: { view: DrainView; policy: DrainPolicy; nowMs: number },
): Stance | undefined {
  if (budget.syncFailedMessage !== undefined) {
    return blocked(
      'PDBSyncFailed',
      `budget ${budget.name} cannot be computed: ${budget.syncFailedMessage}`,
      'Use an integer minAvailable, or let the budget select pods whose owner can be scaled.',
      describeBudget(budget),
    )
  }
  if (!pod.isReady && passesUnready(budget)) return undefined
  if (isNeverAllowing(budget)) return neverAllowing(budget)
  if (budget.disruptionsAllowed > 0 || !budget.isObserved) return undefined
  return guardedByUnhealthy(budget, context)
}

/** The eviction API's rule for pods that are not Ready. */
function passesUnready(budget: DrainBudget): boolean {
  if (budget.policy === 'AlwaysAllow') return true
  return budget.desiredHealthy > 0 && budget.currentHealthy >= budget.desiredHealthy
}

function neverAllowing(budget: DrainBudget): Stance {
  const rule =
    budget.maxUnavailable === undefined
      ? `minAvailable ${budget.minAvailable}`
      : `maxUnavailable ${budget.maxUnavailable}`
  return blocked(
    'PDBZero',
    `budget ${budget.name} (${rule}) needs ${budget.desiredHealthy} of ${budget.expectedPods} ` +
      'expected pods and so never allows a disruption',
    budget.expectedPods === 0
      ? 'Give the budget an integer minAvailable: its pods have no controller with a scale.'
      : 'Raise the replicas or loosen the budget by one for the time of the migration.',
    describeBudget(budget),
  )
}

/** Budgets eaten up for long by pods that are broken: waiting does not help. */
function guardedByUnhealthy(
  budget: DrainBudget,
  context: { view: DrainView; policy: DrainPolicy; nowMs: number },
): Stance | undefined {
  const { view, policy, nowMs } = context
  const broken: string[] = []
  for (const one of view.podsByBudget.get(budget.key)?.values() ?? []) {
    if (one.isReady || one.deletionAtMs !== undefined) continue
    if (nowMs - one.createdAtMs < policy.podDeadlineMs) continue
    broken.push(one.name)
  }
  const enough = budget.currentHealthy + broken.length > budget.desiredHealthy
  if (broken.length === 0 || !enough) return undefined
  return blocked(
    'UnhealthyGuarded',
    `budget ${budget.name} needs ${budget.desiredHealthy} healthy pods and has ` +
      `${budget.currentHealthy}; not Ready for long: ${broken.sort().join(', ')}`,
    'Mend those pods, or set unhealthyPodEvictionPolicy: AlwaysAllow on the budget.',
    describeBudget(budget),
  )
}

function blocked(code: string, reason: string, remedy: string, command?: string): Stance {
  return { kind: 'blocked', code, reason, remedy, ...(command === undefined ? {} : { command }) }
}

function describeBudget({ name, namespace }: DrainBudget): string {
  return `kubectl -n ${namespace} describe pdb ${name}`
}
