/** AMI-1: an AMI type beside an image in the template. Check layer, pure. */

import type { GroupRule } from '../rule.ts'
import { faultsOfTemplate } from '../template-rule.ts'

/** EKS takes CUSTOM or nothing; of a group that stands the type is not sent. */
export const ami1: GroupRule = {
  id: 'AMI-1',
  scope: 'group',
  find: (group) => {
    const { action, amiType = '', template } = group
    if (action === 'update' || action === 'keep') return []
    const isSaid = faultsOfTemplate(group).some(({ rule }) => rule === 'AMI-1')
    return isSaid ? [{ member: 'amiType', values: { lt: template?.name ?? '', amiType } }] : []
  },
}
