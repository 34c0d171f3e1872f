/** LT-9: a group that would change to another template. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

/** A replacement is no fault: this is about an update of the group that stands. */
export const lt9: GroupRule = {
  id: 'LT-9',
  scope: 'group',
  find: ({ action, before, name = '', template }) => {
    const old = before?.templateId
    const now = template?.id
    if (action !== 'update' || old === undefined || now === undefined || old === now) return []
    return [{ member: 'launchTemplate', values: { ng: name, old, new: now } }]
  },
}
