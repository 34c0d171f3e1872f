/** UD-5: user data above the limit of EC2. Check layer, pure. */

import { userDataBytesMax } from '../../nodes/user-data-size.ts'
import type { GroupRule } from '../rule.ts'

/** EKS's own part comes on top where it merges; its size is not known before. */
export const ud5: GroupRule = {
  id: 'UD-5',
  scope: 'group',
  find: ({ amiMode, userData }) => {
    if (userData === undefined || userData.bytes <= userDataBytesMax) return []
    const merged = amiMode === 'custom' ? 'the same' : 'more'
    return [{ member: 'userData', values: { bytes: userData.bytes, merged } }]
  },
}
