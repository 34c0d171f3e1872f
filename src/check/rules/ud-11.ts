/** UD-11: a NodeConfig with fields that nodeadm does not know. Check layer, pure. */

import { nodeConfigFaults } from '../../nodes/node-config.ts'
import type { GroupRule } from '../rule.ts'
import { nodeConfigsOf } from '../user-data-facts.ts'

/** nodeadm drops them without a word. */
export const ud11: GroupRule = {
  id: 'UD-11',
  scope: 'group',
  find: ({ userData }) => {
    if (userData === undefined) return []
    return nodeConfigsOf(userData).flatMap(({ body, line }, index) =>
      nodeConfigFaults(body)
        .filter(({ kind }) => kind === 'unknown-field')
        .map(({ path, suggestion }) => ({
          member: 'userData',
          line,
          values: {
            n: index + 1,
            path: suggestion === undefined ? path : `${path} (did you mean ${suggestion}?)`,
          },
        })),
    )
  },
}
