/** POST pods/eviction, in the order of checks measured on kube-apiserver 1.35 (drain-and-rolling 4.1). Twin layer. */

import type { ObjectRef } from '../../world/kube-api.ts'
import type { Pod, PodDisruptionBudget } from '../../world/kube-objects.ts'
import type { EvictionRequest, StatusAnswer } from '../contracts.ts'
import { timeText } from '../kernel/kernel.ts'
import { chargeBudget, tooManyRequests } from './budget-charge.ts'
import type { BudgetIndex } from './budget-index.ts'
import { isPodReady, isPodTerminal, withCondition } from './conditions.ts'
import {
  type EvictionRules,
  notFound,
  refuseByServer,
  refuseByWebhook,
} from './eviction-admission.ts'
import { preconditionFault } from './preconditions.ts'
import type { KubeStore } from './store.ts'

/** What an eviction works on. */
export interface EvictionInput {
  readonly ref: ObjectRef
  readonly request: EvictionRequest
  readonly store: KubeStore
  readonly budgets: BudgetIndex
  readonly rules: EvictionRules
  readonly nowMs: number
  readonly deletePod: (pod: Pod, graceSeconds: number | undefined) => void
}

/** The answer, and what the budget said right before. */
export interface EvictionOutcome {
  readonly answer: StatusAnswer
  readonly budget?: { readonly name: string; readonly disruptionsAllowed: number } | undefined
  readonly isDryRun: boolean
}

/** Runs one eviction. */
export function evictPod(input: EvictionInput): EvictionOutcome {
  const { ref, request, rules, store } = input
  const isDryRun =
    [...(request.queryDryRun ?? []), ...(request.deleteOptions?.dryRun ?? [])].length > 0
  const refusal =
    refuseByServer(ref, rules, store) ??
    refuseRequest(request, ref.name) ??
    refuseByWebhook(ref, rules)
  if (refusal !== undefined) return { answer: refusal, isDryRun }
  const pod = store.get('Pod', ref.namespace, ref.name)
  if (pod === undefined) return { answer: notFound('pods', ref.name), isDryRun }
  if (skipsBudgets(pod)) return { answer: remove(input, pod, isDryRun), isDryRun }
  const budgets = input.budgets.over(pod)
  if (budgets.length > 1) return { answer: twoBudgets, isDryRun }
  const [budget] = budgets
  if (budget === undefined) return { answer: remove(input, pod, isDryRun), isDryRun }
  const seen = {
    name: budget.metadata.name,
    disruptionsAllowed: budget.status?.disruptionsAllowed ?? 0,
  }
  if (!isPodReady(pod) && passesUnready(budget)) {
    return { answer: removeUnready(input, pod, { budget, isDryRun }), budget: seen, isDryRun }
  }
  const refused = chargeBudget({ budget, pod, store, nowMs: input.nowMs, isDryRun })
  return { answer: refused ?? remove(input, pod, isDryRun), budget: seen, isDryRun }
}

/** 20 tries, 500 ms apart. */
const conflictRetryMs = 10_000
const success: StatusAnswer = { code: 201, status: 'Success' }
const twoBudgets: StatusAnswer = {
  code: 500,
  status: 'Failure',
  message:
    'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
}

/** Faults of the request itself; dry-run values are compared before they are judged, as measured. */
function refuseRequest(request: EvictionRequest, podName: string): StatusAnswer | undefined {
  if (request.bodyName !== undefined && request.bodyName !== podName) {
    const message = 'name in URL does not match name in Eviction object'
    return { code: 400, status: 'Failure', reason: 'BadRequest', message }
  }
  const query = request.queryDryRun ?? []
  const body = request.deleteOptions?.dryRun ?? []
  if (query.length > 0 && body.length > 0 && query.join(' ') !== body.join(' ')) {
    const texts = `[${query.join(' ')}] and [${body.join(' ')}]`
    const message = `Non-matching dry-run options in request and content: ${texts}`
    return { code: 500, status: 'Failure', message }
  }
  const unknown = [...query, ...body].find((one) => one !== 'All')
  if (unknown === undefined) return undefined
  const message = `dryRun: Unsupported value: "${unknown}": supported values: "All"`
  return { code: 422, status: 'Failure', reason: 'Invalid', message }
}

/** Pending, ended or deleting pods are not looked at by budgets. */
function skipsBudgets(pod: Pod): boolean {
  const isPending = pod.status?.phase === 'Pending' || pod.status?.phase === undefined
  return isPending || isPodTerminal(pod) || pod.metadata.deletionTimestamp !== undefined
}

function passesUnready(budget: PodDisruptionBudget): boolean {
  if (budget.spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true
  const { currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {}
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy
}

/** On this path a wrong uid is not a conflict but "still being processed"; a stale version is ignored. */
function removeUnready(
  input: EvictionInput,
  pod: Pod,
  context: { readonly budget: PodDisruptionBudget; readonly isDryRun: boolean },
): StatusAnswer {
  const uid = input.request.deleteOptions?.preconditions?.uid
  if (uid !== undefined && uid !== pod.metadata.uid) {
    const name = context.budget.metadata.name
    return tooManyRequests(
      `The disruption budget ${name} is still being processed by the server.`,
      10,
    )
  }
  return finish(input, pod, context.isDryRun)
}

/** A wrong uid on a pod that budgets do not look at is tried for ten seconds before it is answered. */
function remove(input: EvictionInput, pod: Pod, isDryRun: boolean): StatusAnswer {
  const guards = input.request.deleteOptions?.preconditions ?? {}
  const message = preconditionFault('Pod', pod.metadata, guards)
  if (message === undefined) return finish(input, pod, isDryRun)
  const details = { name: pod.metadata.name, kind: 'Pod' }
  const answer = { code: 409, status: 'Failure', reason: 'Conflict', message, details } as const
  const isRepeated = guards.resourceVersion === undefined && skipsBudgets(pod)
  return isRepeated ? { ...answer, processingMs: conflictRetryMs } : answer
}

function finish(input: EvictionInput, pod: Pod, isDryRun: boolean): StatusAnswer {
  if (isDryRun) return success
  const now = timeText(input.nowMs)
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  }
  const conditions = withCondition(pod.status?.conditions, condition, now)
  const marked = input.store.replace('Pod', { ...pod, status: { ...pod.status, conditions } })
  input.deletePod(marked, input.request.deleteOptions?.gracePeriodSeconds)
  return success
}
