/** LBL-4: a cluster with tainted groups only. Check layer, pure. */

import type { ClusterRule } from '../rule.ts'

/** PreferNoSchedule keeps nobody out. */
export const lbl4: ClusterRule = {
  id: 'LBL-4',
  scope: 'cluster',
  find: ({ groups, isComplete, name }) => {
    const isKept = (group: (typeof groups)[number]): boolean =>
      group.taints?.some(({ effect }) => effect !== 'PreferNoSchedule') === true
    if (!isComplete || name === undefined || groups.length === 0 || !groups.every(isKept)) return []
    return [{ member: 'name', values: { cluster: name } }]
  },
}
