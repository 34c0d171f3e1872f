/** UD-12: a NodeConfig field that the pinned release does not read yet. Check layer, pure. */

import { nodeConfigFaults } from '../../nodes/node-config.ts'
import type { GroupRule } from '../rule.ts'
import { nodeConfigsOf } from '../user-data-facts.ts'

/** Without a pinned release nothing is known to be too old. */
export const ud12: GroupRule = {
  id: 'UD-12',
  scope: 'group',
  find: ({ releaseVersion, userData }) => {
    if (releaseVersion === undefined || userData === undefined) return []
    return nodeConfigsOf(userData).flatMap(({ body, line }) =>
      nodeConfigFaults(body, { release: releaseVersion })
        .filter(({ kind }) => kind === 'too-new')
        .map(({ message, path }) => {
          const min = /AMI release (\S+)/.exec(message)?.[1] ?? 'a newer one'
          return { member: 'userData', line, values: { path, min, pinned: releaseVersion } }
        }),
    )
  },
}
