/** LT-20: several network interfaces where a node needs a public address. Check layer, pure. */

import { subnetsOf } from '../live/subnets-of.ts'
import type { GroupRule } from '../rule.ts'
import { listOf } from '../template-reading.ts'

/** EC2 gives instances with several interfaces no public address. */
export const lt20: GroupRule = {
  id: 'LT-20',
  scope: 'group',
  find: (group, { cluster }) => {
    const interfaces = listOf(group.template?.data?.NetworkInterfaces)
    if (interfaces.length < 2 || cluster.live?.cluster?.isEndpointPrivate !== false) return []
    const isPublic = subnetsOf(group, cluster).some(({ route }) => route === 'internet')
    return isPublic ? [{ member: 'template.NetworkInterfaces' }] : []
  },
}
