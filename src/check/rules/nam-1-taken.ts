/** NAM-1: a name that a node group of the cluster already has. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

/** Only for groups that the input makes anew: a fleet file means the same group. */
export const nam1Taken: GroupRule = {
  id: 'NAM-1',
  scope: 'group',
  find: ({ action, name }, { cluster }) => {
    if (action !== 'create' || name === undefined) return []
    if (cluster.live?.nodeGroups?.has(name) !== true) return []
    return [
      { member: 'name', about: name, values: { name, reason: 'already used in the cluster' } },
    ]
  },
}
