/** LT-12: a version of the template that moves. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

/** EKS turns the word into a number at the call, so plans never settle. */
export const lt12: GroupRule = {
  id: 'LT-12',
  scope: 'group',
  find: ({ template }) => {
    const version = template?.version
    if (version !== '$Latest' && version !== '$Default') return []
    return [{ member: 'launchTemplate', values: { v: version, n: 'for example 3' } }]
  },
}
