/** NET-4: a group over several zones with volumes of one zone. Check layer, pure. */

import { subnetsOf } from '../live/subnets-of.ts'
import type { GroupRule } from '../rule.ts'

/** Where the cluster has volumes of EBS. */
export const net4: GroupRule = {
  id: 'NET-4',
  scope: 'group',
  find: (group, { cluster }) => {
    const zones = [...new Set(subnetsOf(group, cluster).map(({ zone }) => zone))].sort()
    if (zones.length < 2 || (cluster.live?.zonalVolumeCount ?? 0) === 0) return []
    return [{ member: 'subnets', values: { azs: zones.join(', ') } }]
  },
}
