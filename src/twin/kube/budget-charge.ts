/** Check-and-decrement of a disruption budget, with the answers of kube-apiserver 1.35. Twin layer. */

import type { Pod, PodDisruptionBudget } from '../../world/kube-objects.ts'
import type { StatusAnswer } from '../contracts.ts'
import { timeText } from '../kernel/kernel.ts'
import { withCondition } from './conditions.ts'
import type { KubeStore } from './store.ts'

/** Confirmations outstanding beyond which the server refuses. */
const disruptedPodsMax = 2000

/** What a charge works on. */
export interface ChargeInput {
  readonly budget: PodDisruptionBudget
  readonly pod: Pod
  readonly store: KubeStore
  readonly nowMs: number
  readonly isDryRun: boolean
}

/** Takes one disruption from the budget; the refusal when there is none to take. */
export function chargeBudget(input: ChargeInput): StatusAnswer | undefined {
  const { budget } = input
  const { metadata, status } = budget
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 1)) {
    return tooManyRequests(
      `The disruption budget ${metadata.name} is still being processed by the server.`,
      10,
    )
  }
  const allowed = status?.disruptionsAllowed ?? 0
  if (allowed < 0) return forbidden(metadata.name, 'pdb disruptions allowed is negative')
  if (Object.keys(status?.disruptedPods ?? {}).length > disruptedPodsMax) {
    return forbidden(
      metadata.name,
      'DisruptedPods map too big - too many evictions not confirmed by PDB controller',
    )
  }
  if (allowed === 0) return tooManyRequests(exhaustedText(budget))
  if (!input.isDryRun) decrement(input, allowed)
  return undefined
}

/** A 429 with the budget's cause; the header only where the server sends it. */
export function tooManyRequests(cause: string, retryAfterSeconds?: number): StatusAnswer {
  return {
    code: 429,
    status: 'Failure',
    reason: 'TooManyRequests',
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    details: {
      causes: [{ reason: 'DisruptionBudget', message: cause }],
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    },
  }
}

function forbidden(name: string, why: string): StatusAnswer {
  return {
    code: 403,
    status: 'Failure',
    reason: 'Forbidden',
    message: `poddisruptionbudget.policy "${name}" is forbidden: ${why}`,
    details: { name, group: 'policy', kind: 'poddisruptionbudget' },
  }
}

/** Order of causes as observed: failed sync, needs/has, condition text, bare text. */
function exhaustedText({ metadata, status }: PodDisruptionBudget): string {
  const head = `The disruption budget ${metadata.name}`
  const condition = status?.conditions?.find((one) => one.type === 'DisruptionAllowed')
  const isFalse = condition?.status === 'False'
  const message = condition?.message ?? ''
  if (isFalse && condition?.reason === 'SyncFailed' && message !== '') {
    return `${head} does not allow evicting pods currently because it failed sync: ${message}`
  }
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {}
  if (currentHealthy <= desiredHealthy) {
    return `${head} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`
  }
  if (isFalse && message !== '') {
    return `${head} does not allow evicting pods currently (${condition?.reason}): ${message}`
  }
  return `${head} does not allow evicting pods currently`
}

function decrement({ budget, nowMs, pod, store }: ChargeInput, allowed: number): void {
  const { status } = budget
  const now = timeText(nowMs)
  const isLast = allowed === 1
  const condition = {
    type: 'DisruptionAllowed',
    status: isLast ? 'False' : 'True',
    reason: isLast ? 'InsufficientPods' : 'SufficientPods',
    message: '',
    observedGeneration: status?.observedGeneration ?? 0,
  }
  store.replace('PodDisruptionBudget', {
    ...budget,
    status: {
      ...(status ?? { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }),
      disruptionsAllowed: allowed - 1,
      disruptedPods: { ...status?.disruptedPods, [pod.metadata.name]: now },
      conditions: withCondition(status?.conditions, condition, now),
    },
  })
}
