/** SCL-6: more groups than the default quota, with those that are already there. Check layer, pure. */

import type { ClusterRule } from '../rule.ts'

const groupsMax = 30

/** Quiet where the file alone has too many. */
export const scl6Live: ClusterRule = {
  id: 'SCL-6',
  scope: 'cluster',
  find: ({ groups, live }) => {
    const present = [...(live?.nodeGroups?.keys() ?? [])]
    const made = groups.flatMap(({ name }) => name ?? [])
    const n = new Set([...present, ...made]).size
    if (present.length === 0 || made.length > groupsMax || n <= groupsMax) return []
    return [{ member: 'name', values: { n, quota: groupsMax } }]
  },
}
