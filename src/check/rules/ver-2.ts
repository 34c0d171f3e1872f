/** VER-2: a group that would be newer than its control plane. Check layer, pure. */

import { minorOf } from '../../nodes/kubernetes-version.ts'
import type { GroupRule } from '../rule.ts'

/** The control plane goes first. */
export const ver2: GroupRule = {
  id: 'VER-2',
  scope: 'group',
  find: ({ action, version }, { cluster }) => {
    const clusterVersion = cluster.version
    if (action !== 'update' || version === undefined || clusterVersion === undefined) return []
    if (!(minorOf(version) > minorOf(clusterVersion))) return []
    return [{ member: 'version', values: { version, clusterVersion } }]
  },
}
