/** What the API server refuses in a disruption budget (kubernetes-measured section 1). Twin layer, pure. */

import { RegroupError } from '../../world/failure.ts'
import type { PodDisruptionBudget } from '../../world/kube-objects.ts'

const policies: readonly unknown[] = [undefined, 'AlwaysAllow', 'IfHealthyBudget']

/** @throws RegroupError `invalid` (422) for a budget that could not be stored. */
export function refuseInvalidBudget({ metadata, spec }: PodDisruptionBudget): void {
  const fault = faultOf(spec)
  if (fault === undefined) return
  throw new RegroupError(
    'invalid',
    `PodDisruptionBudget.policy "${metadata.name}" is invalid: ${fault}`,
    { context: { httpStatus: 422, serviceCode: 'Invalid' } },
  )
}

function faultOf(spec: PodDisruptionBudget['spec']): string | undefined {
  const { maxUnavailable, minAvailable, unhealthyPodEvictionPolicy: policy } = spec
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    return 'spec: minAvailable and maxUnavailable cannot be both set'
  }
  if (!policies.includes(policy)) {
    return `Unsupported value: "${policy}": supported values: "AlwaysAllow", "IfHealthyBudget"`
  }
  return amountFault(minAvailable) ?? amountFault(maxUnavailable)
}

function amountFault(amount: number | string | undefined): string | undefined {
  if (amount === undefined) return undefined
  if (typeof amount === 'number') {
    return amount < 0 ? 'must be greater than or equal to 0' : undefined
  }
  if (!/^\d+%$/.test(amount)) return 'must be an integer or a percentage such as 5%'
  return Number.parseInt(amount, 10) > 100 ? 'must not be greater than 100%' : undefined
}
