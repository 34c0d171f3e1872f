/** LT-10: an update of a group with its own image that names no template. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

/** EKS has no image of its own to fall back to. */
export const lt10: GroupRule = {
  id: 'LT-10',
  scope: 'group',
  find: ({ action, amiType, name = '', template }) =>
    action === 'update' && amiType === 'CUSTOM' && template === undefined
      ? [{ member: 'launchTemplate', values: { ng: name } }]
      : [],
}
