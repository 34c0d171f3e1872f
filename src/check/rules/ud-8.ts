/** UD-8: labels that a kubelet may not set for itself. Check layer, pure. */

import { isReservedLabel } from '../../nodes/label-faults.ts'
import type { GroupRule } from '../rule.ts'
import { lineOf } from '../script-lines.ts'

/** NodeRestriction: the kubelet exits, or the node never joins. */
export const ud8: GroupRule = {
  id: 'UD-8',
  scope: 'group',
  find: ({ userData }) =>
    userData === undefined
      ? []
      : Object.keys(userData.told?.labels ?? {})
          .filter(isReservedLabel)
          .map((key) => ({ member: 'userData', line: lineOf(userData, key), values: { key } })),
}
