/** PDB-1: budgets that let no pod go. Check layer, pure. */

import type { LiveBudget } from '../live/live-facts.ts'
import type { ClusterRule } from '../rule.ts'

/** Budgets without pods hold nobody up. */
export const pdb1: ClusterRule = {
  id: 'PDB-1',
  scope: 'cluster',
  find: ({ live }) =>
    (live?.budgets ?? []).flatMap((budget) => {
      const reason = reasonOf(budget)
      if (reason === undefined) return []
      const [ns = '', pdb = ''] = budget.name.split('/')
      return [{ member: 'name', about: budget.name, values: { ns, pdb, reason } }]
    }),
}

function reasonOf(budget: LiveBudget): string | undefined {
  const { allowedCount, healthyCount, overlaps, podCount, wantedCount } = budget
  if (podCount === 0) return undefined
  if (overlaps !== undefined) return `it shares pods with ${overlaps}`
  if (allowedCount > 0) return undefined
  const pods = podCount === 1 ? '1 pod' : `${podCount} pods`
  if (healthyCount < podCount) return `${healthyCount} of ${pods} healthy, ${wantedCount} must stay`
  return `${wantedCount} of ${pods} must stay`
}
