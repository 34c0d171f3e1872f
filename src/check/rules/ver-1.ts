/** VER-1: a group of another version than its cluster, at creation. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

/** EKS makes groups at the version of the cluster. */
export const ver1: GroupRule = {
  id: 'VER-1',
  scope: 'group',
  find: ({ action, amiMode, version }, { cluster }) => {
    const clusterVersion = cluster.version
    if (action !== 'create' || amiMode === 'custom') return []
    if (version === undefined || clusterVersion === undefined || version === clusterVersion)
      return []
    return [{ member: 'version', values: { clusterVersion, version } }]
  },
}
