/** SCL-6: more groups or nodes than the default quotas. Check layer, pure. */

import type { ClusterRule, Fault } from '../rule.ts'

const groupsMax = 30
const nodesMax = 450

/** Default quotas: 30 managed node groups a cluster, 450 nodes a group; both can be raised. */
export const scl6: ClusterRule = {
  id: 'SCL-6',
  scope: 'cluster',
  find: ({ groups, name }) => {
    const faults: Fault[] = []
    if (name !== undefined && groups.length > groupsMax) {
      faults.push({ member: 'name', values: { n: groups.length, quota: groupsMax } })
    }
    const nodes = Math.max(0, ...groups.map((group) => group.scaling?.max ?? 0))
    if (nodes > nodesMax) faults.push({ member: 'name', values: { n: nodes, quota: nodesMax } })
    return faults
  },
}
