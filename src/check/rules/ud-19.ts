/** UD-19: user data near the limit of EC2. Check layer, pure. */

import { userDataGauge } from '../../nodes/user-data-size.ts'
import type { GroupRule } from '../rule.ts'

/** Above nine tenths of it. */
export const ud19: GroupRule = {
  id: 'UD-19',
  scope: 'group',
  find: ({ userData }) => {
    if (userData === undefined || userDataGauge(userData.text).verdict !== 'warning') return []
    return [{ member: 'userData', values: { bytes: userData.bytes } }]
  },
}
