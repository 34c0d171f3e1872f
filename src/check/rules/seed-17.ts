/** SEED-17: no update configuration. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

/** EKS takes one node at a time then. */
export const seed17: GroupRule = {
  id: 'SEED-17',
  scope: 'group',
  find: ({ updateConfig }) => (updateConfig === 'none' ? [{ member: 'updateConfig' }] : []),
}
