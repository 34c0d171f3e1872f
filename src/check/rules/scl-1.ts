/** SCL-1: sizes out of order at creation. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

/** min <= desired <= max; desired is min where nobody says it. */
export const scl1: GroupRule = {
  id: 'SCL-1',
  scope: 'group',
  find: ({ action, scaling }) => {
    if (scaling === undefined || action === 'update') return []
    const { desired = scaling.min, max, min } = scaling
    if (min <= desired && desired <= max) return []
    const member = min > max ? 'minSize' : 'desiredSize'
    return [{ member, values: { min, desired, max } }]
  },
}
