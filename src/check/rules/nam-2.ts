/** NAM-2: names that count positions in a list. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

/** Told by the references of a Terraform configuration. */
export const nam2: GroupRule = {
  id: 'NAM-2',
  scope: 'group',
  find: ({ isNamedByIndex }) => (isNamedByIndex === true ? [{ member: 'name' }] : []),
}
