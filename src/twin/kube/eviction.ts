/** POST pods/eviction, in the order of checks measured on kube-apiserver 1.35 (drain-and-rolling 4.1). Twin layer. */

import type { ObjectRef } from '../../world/kube-api.ts'
import type { Pod, PodDisruptionBudget } from '../../world/kube-objects.ts'
import type { EvictionRequest, StatusAnswer } from '../contracts.ts'
import { timeText } from '../kernel/kernel.ts'
import { isNamespaceTerminating } from './admission.ts'
import { chargeBudget, tooManyRequests } from './budget-charge.ts'
import { isPodReady, isPodTerminal, withCondition } from './conditions.ts'
import { preconditionFault } from './preconditions.ts'
import { matcherOf } from './selectors.ts'
import type { KubeStore } from './store.ts'

/** A validating webhook on pods/eviction, as a world may configure it. */
export interface EvictionWebhook {
  readonly name: string
  readonly behaviour: 'deny' | 'down'
  readonly failurePolicy: 'Fail' | 'Ignore'
  /** Text of the denial; empty = denied without explanation. */
  readonly message: string
  /** Code of the denial; the server makes 400 of anything below. */
  readonly code?: number
  readonly url: string
  /** Evictions it concerns; undefined = all. */
  readonly namespace?: string
}

/** What stands in the way of evictions besides budgets. */
export interface EvictionRules {
  readonly webhooks: EvictionWebhook[]
  /** Priority and fairness rejects every request while true. */
  isOverloaded: boolean
}

/** What an eviction works on. */
export interface EvictionInput {
  readonly ref: ObjectRef
  readonly request: EvictionRequest
  readonly store: KubeStore
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
  const refusal = refuseRequest(input) ?? refuseByAdmission(ref, rules, store)
  if (refusal !== undefined) return { answer: refusal, isDryRun }
  const pod = store.get('Pod', ref.namespace, ref.name)
  if (pod === undefined) return { answer: notFound(ref, store), isDryRun }
  if (skipsBudgets(pod)) return { answer: remove(input, pod, isDryRun), isDryRun }
  const budgets = budgetsOver(pod, store)
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

const success: StatusAnswer = { code: 201, status: 'Success' }
const twoBudgets: StatusAnswer = {
  code: 500,
  status: 'Failure',
  message:
    'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
}

function refuseRequest({ ref, request }: EvictionInput): StatusAnswer | undefined {
  if (request.bodyName !== undefined && request.bodyName !== ref.name) {
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
  return undefined
}

function refuseByAdmission(
  ref: ObjectRef,
  rules: EvictionRules,
  store: KubeStore,
): StatusAnswer | undefined {
  const namespace = ref.namespace ?? ''
  if (rules.isOverloaded) {
    const details = { retryAfterSeconds: 1 }
    const message = 'Too many requests, please try again later.\n'
    return { code: 429, status: 'Failure', message, details }
  }
  if (isNamespaceTerminating(namespace, store)) return namespaceTerminating(ref.name, namespace)
  for (const webhook of rules.webhooks) {
    if (webhook.namespace !== undefined && webhook.namespace !== namespace) continue
    if (webhook.behaviour === 'deny') return denial(webhook)
    if (webhook.failurePolicy === 'Fail') return webhookDown(webhook)
  }
  return undefined
}

function namespaceTerminating(name: string, namespace: string): StatusAnswer {
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  }
  return {
    code: 403,
    status: 'Failure',
    reason: 'Forbidden',
    message: `pods "${name}" is forbidden: ${why}`,
    details: { name, kind: 'pods', causes: [cause] },
  }
}

function denial(webhook: EvictionWebhook): StatusAnswer {
  const head = `admission webhook "${webhook.name}" denied the request`
  const message =
    webhook.message === '' ? `${head} without explanation` : `${head}: ${webhook.message}`
  const code = webhook.code === undefined || webhook.code < 400 ? 400 : webhook.code
  return { code, status: 'Failure', message }
}

function webhookDown(webhook: EvictionWebhook): StatusAnswer {
  const text =
    `failed calling webhook "${webhook.name}": failed to call webhook: Post "${webhook.url}?timeout=5s": ` +
    'dial tcp 10.100.0.1:443: connect: connection refused'
  return {
    code: 500,
    status: 'Failure',
    reason: 'InternalError',
    message: `Internal error occurred: ${text}`,
    details: { causes: [{ message: text }] },
  }
}

function notFound(ref: ObjectRef, store: KubeStore): StatusAnswer {
  const isNamespaceKnown =
    [...store.values('Namespace')].length === 0 || ref.namespace === undefined
  const isThere =
    isNamespaceKnown || store.get('Namespace', undefined, ref.namespace ?? '') !== undefined
  const kind = isThere ? 'pods' : 'namespaces'
  const name = isThere ? ref.name : (ref.namespace ?? '')
  const message = `${kind} "${name}" not found`
  return { code: 404, status: 'Failure', reason: 'NotFound', message, details: { name, kind } }
}

/** Pending, ended or deleting pods are not looked at by budgets. */
function skipsBudgets(pod: Pod): boolean {
  const isPending = pod.status?.phase === 'Pending' || pod.status?.phase === undefined
  return isPending || isPodTerminal(pod) || pod.metadata.deletionTimestamp !== undefined
}

function budgetsOver(pod: Pod, store: KubeStore): readonly PodDisruptionBudget[] {
  const { labels, namespace } = pod.metadata
  return [...store.values('PodDisruptionBudget')].filter(
    (budget) =>
      budget.metadata.namespace === namespace && matcherOf(budget.spec.selector)(labels ?? {}),
  )
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

function remove(input: EvictionInput, pod: Pod, isDryRun: boolean): StatusAnswer {
  const guards = input.request.deleteOptions?.preconditions ?? {}
  const message = preconditionFault('Pod', pod.metadata, guards)
  if (message !== undefined) {
    const details = { name: pod.metadata.name, kind: 'Pod' }
    return { code: 409, status: 'Failure', reason: 'Conflict', message, details }
  }
  return finish(input, pod, isDryRun)
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
