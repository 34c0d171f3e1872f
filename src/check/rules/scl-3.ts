/** SCL-3: a maximum lowered below the nodes that are there. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

/** The size in the state stands for the live one. */
export const scl3: GroupRule = {
  id: 'SCL-3',
  scope: 'group',
  find: ({ action, before, scaling }) => {
    const desired = before?.scaling?.desired
    if (action !== 'update' || scaling === undefined || desired === undefined) return []
    if (scaling.max >= desired || scaling.max >= (before?.scaling?.max ?? 0)) return []
    return [{ member: 'maxSize', values: { max: scaling.max, desired } }]
  },
}
