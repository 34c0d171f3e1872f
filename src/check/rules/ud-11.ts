/** UD-11: a NodeConfig with fields or values that nodeadm does not know. Check layer, pure. */

import { nodeConfigFaults } from '../../nodes/node-config.ts'
import type { GroupRule } from '../rule.ts'
import { nodeConfigsOf } from '../user-data-facts.ts'

/** What a template engine fills later may be of any type: nothing is claimed about such values. */
const placeholder = /[$%]\{|\{\{/

/** nodeadm drops unknown fields without a word, and with a wrong value the whole document. */
export const ud11: GroupRule = {
  id: 'UD-11',
  scope: 'group',
  find: ({ userData }) => {
    if (userData === undefined) return []
    return nodeConfigsOf(userData).flatMap(({ body, line }, index) =>
      nodeConfigFaults(body)
        .filter(
          ({ kind }) =>
            kind === 'unknown-field' || (kind === 'wrong-value' && !placeholder.test(body)),
        )
        .map(({ kind, message, path, suggestion }) => ({
          member: 'userData',
          line,
          values: {
            n: index + 1,
            path: suggestion === undefined ? path : `${path} (did you mean ${suggestion}?)`,
          },
          ...(kind === 'wrong-value'
            ? { message: `NodeConfig part ${index + 1}: ${message}; the node never joins.` }
            : {}),
        })),
    )
  },
}
