/** LT-8: a template named by both id and name, or by neither. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

/** Known only where the input shows how the group names its template. */
export const lt8: GroupRule = {
  id: 'LT-8',
  scope: 'group',
  find: ({ template }) => {
    const references = template?.references
    if (references === undefined || references.length === 1) return []
    return [
      { member: 'launchTemplate', values: { given: references.length === 0 ? 'none' : 'both' } },
    ]
  },
}
