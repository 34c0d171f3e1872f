/** NAM-3: a replacement that is made under the name of what it replaces. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

/** Create before destroy: both exist for a while. */
export const nam3: GroupRule = {
  id: 'NAM-3',
  scope: 'group',
  find: ({ before, isCreatedFirst, name }) => {
    if (isCreatedFirst !== true || name === undefined || before?.name !== name) return []
    return [{ member: 'name', values: { name } }]
  },
}
