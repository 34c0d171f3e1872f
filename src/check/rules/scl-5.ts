/** SCL-5: more nodes unavailable than there can be. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

/** An update may take every node at once then. */
export const scl5: GroupRule = {
  id: 'SCL-5',
  scope: 'group',
  find: ({ scaling, updateConfig }) => {
    if (scaling === undefined || updateConfig === undefined || updateConfig === 'none') return []
    const n = updateConfig.maxUnavailable
    if (n === undefined || n <= scaling.max) return []
    return [{ member: 'updateConfig.maxUnavailable', values: { n, max: scaling.max } }]
  },
}
