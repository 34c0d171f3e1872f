/** SPT-2: a spot group with its instance type in the template. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

/** A template holds one type at most, so there is one capacity pool a zone. */
export const spt2: GroupRule = {
  id: 'SPT-2',
  scope: 'group',
  find: ({ capacityType, template }) =>
    capacityType === 'SPOT' && template?.data?.InstanceType !== undefined
      ? [{ member: 'template.InstanceType' }]
      : [],
}
