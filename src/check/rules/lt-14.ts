/** LT-14: security groups without the one of the cluster. Check layer, pure. */

import type { GroupRule } from '../rule.ts'
import { securityGroupsOf } from '../template-reading.ts'

/** Needs the id of the cluster's security group and all ids of the template. */
export const lt14: GroupRule = {
  id: 'LT-14',
  scope: 'group',
  find: ({ template }, { cluster }) => {
    const own = cluster.securityGroupId
    const groups = securityGroupsOf(template)
    if (own === undefined || groups === undefined || groups.length === 0) return []
    if (groups.includes(own)) return []
    const values = { lt: template?.name ?? '', csg: own }
    return [{ member: 'template.SecurityGroupIds', values }]
  },
}
