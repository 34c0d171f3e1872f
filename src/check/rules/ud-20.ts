/** UD-20: Bottlerocket settings that the node would refuse, or that EKS writes itself. Check layer, pure. */

import { bottlerocketFaults } from '../../nodes/bottlerocket-user-data.ts'
import type { GroupRule } from '../rule.ts'

/** Texts that are no TOML at all are UD-4 and UD-6. */
export const ud20: GroupRule = {
  id: 'UD-20',
  scope: 'group',
  find: ({ amiFamily, amiMode, userData }) => {
    if (amiFamily !== 'Bottlerocket' || userData === undefined) return []
    return bottlerocketFaults(userData.text, { isMerged: amiMode === 'eks' })
      .filter(({ path }) => path !== '')
      .map(({ message }) => ({ member: 'userData', values: { reason: message } }))
  },
}
