/** SCL-2: a minimum raised above the nodes that are there. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

/** The size in the state stands for the live one. */
export const scl2: GroupRule = {
  id: 'SCL-2',
  scope: 'group',
  find: ({ action, before, scaling }) => {
    const desired = scaling?.desired ?? before?.scaling?.desired
    if (action !== 'update' || scaling === undefined || desired === undefined) return []
    if (scaling.min <= (before?.scaling?.min ?? 0) || scaling.min <= desired) return []
    return [{ member: 'minSize', values: { min: scaling.min, desired } }]
  },
}
