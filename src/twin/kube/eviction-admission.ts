/** What stands in the way of an eviction before any budget is asked: overload, namespaces, webhooks. Twin layer. */

import type { ObjectRef } from '../../world/kube-api.ts'
import type { StatusAnswer } from '../contracts.ts'
import { isNamespaceTerminating } from './admission.ts'
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

/** Refusals that need no look at the request: an overloaded server, a namespace that is unknown or ends. */
export function refuseByServer(
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
  return isNamespaceKnown(namespace, store) ? undefined : notFound('namespaces', namespace)
}

/** The first webhook that denies, or is down and fails closed. */
export function refuseByWebhook(ref: ObjectRef, rules: EvictionRules): StatusAnswer | undefined {
  for (const webhook of rules.webhooks) {
    if (webhook.namespace !== undefined && webhook.namespace !== ref.namespace) continue
    if (webhook.behaviour === 'deny') return denial(webhook)
    if (webhook.failurePolicy === 'Fail') return webhookDown(webhook)
  }
  return undefined
}

/** 404 for a resource of the core group. */
export function notFound(kind: 'pods' | 'namespaces', name: string): StatusAnswer {
  const message = `${kind} "${name}" not found`
  return { code: 404, status: 'Failure', reason: 'NotFound', message, details: { name, kind } }
}

/** A world without Namespace objects (built from bare pods) has all namespaces. */
function isNamespaceKnown(namespace: string, store: KubeStore): boolean {
  if (store.get('Namespace', undefined, namespace) !== undefined) return true
  return store.list('Namespace').length === 0
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

/** What a client hears when a webhook says no. */
export function denial(webhook: Pick<EvictionWebhook, 'name' | 'message' | 'code'>): StatusAnswer {
  const head = `admission webhook "${webhook.name}" denied the request`
  const message =
    webhook.message === '' ? `${head} without explanation` : `${head}: ${webhook.message}`
  const code = webhook.code === undefined || webhook.code < 400 ? 400 : webhook.code
  return { code, status: 'Failure', message }
}

function webhookDown({ name, url }: EvictionWebhook): StatusAnswer {
  const why = 'dial tcp 10.100.0.1:443: connect: connection refused'
  return uncalled(name, `${url}?timeout=5s`, why)
}

/** What a client hears when a webhook that must agree cannot be called. */
export function uncalled(name: string, url: string, why: string): StatusAnswer {
  const text = `failed calling webhook "${name}": failed to call webhook: Post "${url}": ${why}`
  return {
    code: 500,
    status: 'Failure',
    reason: 'InternalError',
    message: `Internal error occurred: ${text}`,
    details: { causes: [{ message: text }] },
  }
}
