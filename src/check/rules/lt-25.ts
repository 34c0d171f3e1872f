/** LT-25: security groups in the template. Check layer, pure. */

import type { GroupRule } from '../rule.ts'
import { securityGroupsOf } from '../template-reading.ts'
import { faultsOfTemplate } from '../template-rule.ts'

/** Quiet where the cluster's own is known: then LT-14 knows better. */
export const lt25: GroupRule = {
  id: 'LT-25',
  scope: 'group',
  find: (group, { cluster }) => {
    const isDecided =
      cluster.securityGroupId !== undefined && securityGroupsOf(group.template) !== undefined
    const isSet = faultsOfTemplate(group).some(({ rule }) => rule === 'LT-25')
    return isSet && !isDecided ? [{ member: 'template.SecurityGroupIds' }] : []
  },
}
