/** AMI-2: a version beside an image in the template, at creation. Check layer, pure. */

import type { GroupRule } from '../rule.ts'
import { faultsOfTemplate } from '../template-rule.ts'

/** The image decides over the version. */
export const ami2: GroupRule = {
  id: 'AMI-2',
  scope: 'group',
  find: (group) => {
    const isSaid = faultsOfTemplate(group).some(({ rule }) => rule === 'AMI-2')
    if (!isSaid || group.action === 'update') return []
    const { releaseVersion = '', template, version = releaseVersion } = group
    return [{ member: 'version', values: { lt: template?.name ?? '', version } }]
  },
}
