/** SCL-1: sizes out of order. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

/** min <= desired <= max; desired is min where nobody says it. Updates of one size are SCL-2 and SCL-3. */
export const scl1: GroupRule = {
  id: 'SCL-1',
  scope: 'group',
  find: ({ action, scaling }) => {
    if (scaling === undefined) return []
    const { desired = scaling.min, max, min } = scaling
    if ((min <= desired && desired <= max) || (action === 'update' && min <= max)) return []
    const member = min > max ? 'minSize' : 'desiredSize'
    return [{ member, values: { min, desired, max } }]
  },
}
